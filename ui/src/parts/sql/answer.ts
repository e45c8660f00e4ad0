/* What an answer's columns are good for, and an answer as lines over time. */
import type { SqlAnswer, SqlColumn, SqlRow } from './run';

export type ColumnUse = 'time' | 'number' | 'text' | 'other';

export interface AnswerLine {
  label: string;
  points: [number, number | null][];
}

export interface Axes {
  /** Column names; empty for none. */
  x: string;
  y: string[];
  series: string;
}

const MOST_LINES = 50;

/** A type without what wraps it: `LowCardinality(Nullable(String))` is `String`. */
export function bareType(type: string): string {
  const inner = /^(?:LowCardinality|Nullable)\((.*)\)$/.exec(type)?.[1];
  return inner === undefined ? type : bareType(inner);
}

/** What a column is good for. */
export function use(column: SqlColumn): ColumnUse {
  const type = bareType(column.type);
  if (/^Date(Time)?(32|64)?(\(|$)/.test(type)) return 'time';
  if (/^U?Int\d+$|^Float\d+$|^BFloat16$|^Decimal/.test(type))
    return /^(t|time)$/i.test(column.name) && /^U?Int(32|64)$|^Float64$/.test(type) ? 'time' : 'number';
  return /^(String|FixedString|Enum|UUID|IPv|Bool)/.test(type) ? 'text' : 'other';
}

/** Whether 64-bit numbers of a type come as text. */
export function isNumeric(column: SqlColumn): boolean {
  return /^U?Int\d+$|^Float\d+$|^BFloat16$|^Decimal/.test(bareType(column.type));
}

/** The axes that an answer suggests: the first time column, its numbers, and a text column that tells lines apart. */
export function suggested(columns: readonly SqlColumn[]): Axes | undefined {
  const x = columns.find((one) => use(one) === 'time');
  const y = columns.filter((one) => one !== x && use(one) === 'number').map((one) => one.name);
  if (!x || y.length === 0) return undefined;
  const series = columns.find((one) => use(one) === 'text')?.name ?? '';
  return { x: x.name, y: series ? y.slice(0, 1) : y.slice(0, 8), series };
}

/** A value of a time column in seconds since the epoch; the engine writes moments in UTC. */
export function seconds(value: unknown): number | undefined {
  if (typeof value === 'number') return epochSeconds(value);
  if (typeof value !== 'string' || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return epochSeconds(Number(value));
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(\.\d+)?)?$/.exec(value);
  if (!match) return undefined;
  const whole = Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`) / 1000;
  return Number.isNaN(whole) ? undefined : whole + Number(match[3] ?? 0);
}

function epochSeconds(value: number): number {
  if (value >= 1e17) return value / 1e9;
  if (value >= 1e14) return value / 1e6;
  return value >= 1e11 ? value / 1e3 : value;
}

/** A value of a number column; null where it is none. */
export function numeric(value: unknown): number | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : null;
}

const SEVERITIES = /^(severity|severitytext)$/i;
const SERVICES = /^(service|service_?name|client|server)$/i;

/** What tells lines apart, where that has colours of its own everywhere. */
export function lineOf(axes: Axes): 'service' | 'severity' | undefined {
  if (axes.y.length !== 1) return undefined;
  if (SERVICES.test(axes.series)) return 'service';
  return SEVERITIES.test(axes.series) ? 'severity' : undefined;
}

/** An answer as lines over time, in order of time; at most fifty, the first that the answer names. */
export function lines(answer: Pick<SqlAnswer, 'rows'>, axes: Axes): { lines: AnswerLine[]; left: number } {
  const found = new Map<string, AnswerLine>();
  for (const row of answer.rows) {
    const at = seconds(row[axes.x]);
    if (at === undefined) continue;
    for (const name of axes.y) {
      const label = labelOf(row, name, axes);
      let line = found.get(label);
      if (!line) found.set(label, (line = { label, points: [] }));
      line.points.push([at, numeric(row[name])]);
    }
  }
  const all = [...found.values()];
  for (const line of all) line.points.sort((a, b) => a[0] - b[0]);
  return { lines: all.slice(0, MOST_LINES), left: Math.max(0, all.length - MOST_LINES) };
}

function labelOf(row: SqlRow, name: string, axes: Axes): string {
  if (!axes.series) return name;
  const group = text(row[axes.series]) || '(empty)';
  return axes.y.length > 1 ? `${group} · ${name}` : group;
}

/** A value as text, on one line; objects as JSON. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

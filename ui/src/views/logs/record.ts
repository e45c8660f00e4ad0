/* One log record as the server gives it, and its columns. */
import type { components } from '../../api/schema';
import { timeOfDay } from '../../format';

export type LogRecord = components['schemas']['LogModel'];

/** Severities from mild to bad, as the histogram stacks them. */
export const SEVERITIES = ['UNSPECIFIED', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

/** Characters of a body that lists ask for. */
export const CUT = 2000;

/** The data model's name for a record's severity: of its number, else of its text. */
export function severityOf(record: Pick<LogRecord, 'severity' | 'severity_number'>): string {
  const number = record.severity_number;
  if (number >= 1 && number <= 24) return SEVERITIES[1 + Math.floor((number - 1) / 4)]!;
  const text = record.severity.toUpperCase();
  const known = { WARNING: 'WARN', CRITICAL: 'FATAL' }[text] ?? text;
  return (SEVERITIES as readonly string[]).includes(known) ? known : 'UNSPECIFIED';
}

/** Milliseconds since the epoch of nanoseconds written as text. */
export function msOf(ns: string): number {
  return Number(BigInt(ns) / 1000n) / 1000;
}

/** The time of day with milliseconds. */
export function timeText(record: LogRecord, zone: string): string {
  return timeOfDay(msOf(record.time_ns), zone);
}

/** The nanoseconds that a record's id begins with, as decimal text; undefined where it is no id. */
export function timeOfId(id: string): string | undefined {
  const match = /^([0-9a-f]{1,16})-[0-9a-f]{16}$/.exec(id);
  return match ? BigInt(`0x${match[1]!}`).toString() : undefined;
}

/** What stands in a chosen column: a field of the record, or an attribute (of the resource with `resource.` before it). */
export function cell(record: LogRecord, column: string): string {
  const own: Record<string, unknown> = {
    severity: record.severity,
    event: record.event_name,
    trace: record.trace_id,
    span: record.span_id,
    scope: record.scope.name,
  };
  const value =
    column in own
      ? own[column]
      : column.startsWith('resource.')
        ? record.resource[column.slice('resource.'.length)]
        : (record.attributes[column] ?? record.resource[column]);
  return value == null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

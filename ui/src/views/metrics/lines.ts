/* The lines of a view: each with a name, a colour of its own, the unit that decides on which chart it stands, and figures. */
import { seriesColour, serviceColour } from '../../charts/colours';
import type { Values } from './formula';

export interface MetricLine {
  /** Names the line in the address and in lists: letter and labels. */
  id: string;
  letter: string;
  label: string;
  labels: Record<string, string>;
  unit: string;
  colour: string;
  points: readonly (readonly [number, number])[];
}

export interface Figures {
  last: number | null;
  min: number | null;
  max: number | null;
  avg: number | null;
}

/** One query's answer, as it is drawn. */
export interface Drawn {
  letter: string;
  /** What the line is called where it has no labels. */
  title: string;
  unit: string;
  values: readonly Values[];
}

/** All lines. Colours stay with labels, not with ranks; lines by service alone have the services' colours. */
export function linesOf(drawn: readonly Drawn[]): MetricLine[] {
  const several = drawn.length > 1;
  const lines = drawn.flatMap(({ letter, title, unit, values }) =>
    values.map(({ labels, points }) => {
      const name = nameOf(labels);
      const label = name === '' ? title : name;
      return {
        id: `${letter} ${name}`,
        letter,
        label: several ? `${letter} ${label}` : label,
        labels,
        unit,
        points,
        colour: '',
      };
    }),
  );
  const order = [...lines].sort((a, b) => (a.id < b.id ? -1 : 1));
  order.forEach((line, i) => {
    const service = !several && Object.keys(line.labels).length === 1 ? line.labels['service'] : undefined;
    line.colour = service === undefined ? seriesColour(i) : serviceColour(service);
  });
  return lines;
}

/** `route=/cart, method=GET`; of a single label its value alone; `(none)` for an empty value. */
export function nameOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels);
  const said = (value: string): string => (value === '' ? '(none)' : value);
  if (pairs.length === 1) return said(pairs[0]![1]);
  return pairs.map(([key, value]) => `${key}=${said(value)}`).join(', ');
}

/** The latest, least, greatest and mean value of a line. */
export function figuresOf(points: MetricLine['points']): Figures {
  if (points.length === 0) return { last: null, min: null, max: null, avg: null };
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const [, value] of points) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { last: points.at(-1)![1], min, max, avg: sum / points.length };
}

/** Lines by unit, in the order in which units first occur; all in one where they are to be together. */
export function byUnit(lines: readonly MetricLine[], together: boolean): { unit: string; lines: MetricLine[] }[] {
  const charts = new Map<string, MetricLine[]>();
  for (const line of lines) {
    const unit = together ? '' : line.unit;
    const members = charts.get(unit);
    if (members) members.push(line);
    else charts.set(unit, [line]);
  }
  return [...charts].map(([unit, members]) => {
    const units = new Set(members.map((line) => line.unit));
    return { unit: units.size === 1 ? members[0]!.unit : unit, lines: members };
  });
}

/** A table of values: a row for each time, the newest first, a column for each line. */
export function tableOf(lines: readonly MetricLine[]): { t: number; values: (number | undefined)[] }[] {
  const rows = new Map<number, (number | undefined)[]>();
  lines.forEach((line, at) => {
    for (const [t, value] of line.points) {
      let row = rows.get(t);
      if (!row) rows.set(t, (row = new Array<undefined>(lines.length).fill(undefined)));
      row[at] = value;
    }
  });
  return [...rows].map(([t, values]) => ({ t, values })).sort((a, b) => b.t - a.t);
}

/* Lines with times of their own, brought onto one axis; where a line has no values for long, it is broken. */

export type Point = readonly [tSeconds: number, value: number | null];
/** Times, and for each line its value at each: null breaks the line, undefined means that only others have a value here. */
export type Aligned = [number[], ...(number | null | undefined)[][]];

const LONG = 3.5;

/** All lines on the sorted union of their times. A hole longer than 3.5 times the usual distance of a line's points breaks it. */
export function aligned(lines: readonly (readonly Point[])[]): Aligned {
  const clean = lines.map(sorted);
  const times = new Set<number>();
  for (const points of clean) for (const [t] of points) times.add(t);
  const xs = [...times].sort((a, b) => a - b);
  return [xs, ...clean.map((points) => column(xs, points))];
}

/** Running sums over the lines, for stacks: what is missing adds nothing. */
export function stacked([xs, ...columns]: Aligned): Aligned {
  const sums = new Float64Array(xs.length);
  return [xs, ...columns.map((values) => Array.from(xs, (_, i) => (sums[i]! += Math.max(0, values[i] ?? 0))))];
}

/** The least and greatest of all values; `[Infinity, -Infinity]` where there is none. */
export function extent([, ...columns]: Aligned): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of columns) {
    for (const value of values) {
      if (value == null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** The least value above zero; Infinity where there is none. */
export function leastPositive([, ...columns]: Aligned): number {
  let low = Infinity;
  for (const values of columns) for (const value of values) if (value != null && value > 0 && value < low) low = value;
  return low;
}

function sorted(points: readonly Point[]): Point[] {
  const kept = points.filter(([t]) => Number.isFinite(t));
  for (let i = 1; i < kept.length; i++) if (kept[i]![0] < kept[i - 1]![0]) return kept.sort((a, b) => a[0] - b[0]);
  return kept;
}

function column(xs: number[], points: Point[]): (number | null | undefined)[] {
  const values: (number | null | undefined)[] = new Array<undefined>(xs.length).fill(undefined);
  const hole = LONG * usualDistance(points);
  let at = 0;
  for (let i = 0; i < points.length; i++) {
    const [t, value] = points[i]!;
    const before = points[i - 1];
    if (before && t - before[0] > hole) {
      for (; xs[at]! < t; at++) if (xs[at]! > before[0]) values[at] = null;
      if (values[at - 1] === undefined && at > 0) values[at - 1] = null;
    }
    while (xs[at]! < t) at++;
    values[at] = value !== null && Number.isFinite(value) ? value : null;
  }
  return values;
}

function usualDistance(points: Point[]): number {
  if (points.length < 3) return Infinity;
  const distances = points.slice(1).map(([t], i) => t - points[i]![0]);
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)]!;
}

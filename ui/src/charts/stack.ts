/* Stacked bars as one SVG path for each name; what lies outside the range is cut off at its edges. */

export interface Bucket {
  t: number;
  counts: Record<string, number>;
}

interface Stack {
  buckets: readonly Bucket[];
  order: readonly string[];
  stepS: number;
  startMs: number;
  endMs: number;
  /** The value at the top edge. */
  top: number;
  width: number;
  height: number;
}

/** The greatest sum of a bucket, over the names that are shown. */
export function tallest(buckets: readonly Bucket[], order: readonly string[]): number {
  let most = 0;
  for (const { counts } of buckets) {
    let sum = 0;
    for (const name of order) sum += amount(counts[name]);
    if (sum > most) most = sum;
  }
  return most;
}

/** The paths from the bottom of the stack to its top. */
export function barPaths(stack: Stack): { name: string; path: string }[] {
  const { buckets, order, stepS, startMs, endMs, top, width, height } = stack;
  const perMs = width / (endMs - startMs);
  const gap = stepS * 1000 * perMs > 4 ? 1 : 0;
  const paths = new Map(order.map((name) => [name, '']));
  for (const { t, counts } of buckets) {
    const left = Math.max(0, (t * 1000 - startMs) * perMs);
    const right = Math.min(width, ((t + stepS) * 1000 - startMs) * perMs);
    if (!(right > left)) continue;
    let below = 0;
    for (const name of order) {
      const value = amount(counts[name]);
      if (value === 0) continue;
      const tall = Math.max((value / top) * height, 1);
      const wide = Math.max(0.5, right - left - gap);
      paths.set(
        name,
        `${paths.get(name)!}M${short(left)} ${short(height - below)}v${short(-tall)}h${short(wide)}v${short(tall)}z`,
      );
      below += tall;
    }
  }
  return order.map((name) => ({ name, path: paths.get(name)! }));
}

function amount(value: number | undefined): number {
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : 0;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10 + 0);
}

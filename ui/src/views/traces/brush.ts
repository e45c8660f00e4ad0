/* What a brush over the picture asks for: a shorter range, and lengths of whole traces. */
import { parse, print, term } from '../../parts/querybar/grammar';

export interface Brushed {
  from: string;
  to: string;
  q: string | null;
}

/** The bounds of a picture's values, in milliseconds. */
export interface Extent {
  least: number;
  most: number;
}

/**
 * The address for a brush. A side of it beyond all points asks for nothing, so that a brush over the whole height narrows
 * only the time.
 */
export function brushed(q: string, box: { x0: number; x1: number; y0: number; y1: number }, extent: Extent): Brushed {
  const kept = parse(q).filter((one) => one.field !== 'trace.duration' || one.kind !== 'field');
  const bounds = [
    box.y0 > extent.least ? term('trace.duration', '>=', lengthText(box.y0, Math.floor)) : '',
    box.y1 < extent.most ? term('trace.duration', '<=', lengthText(box.y1, Math.ceil)) : '',
  ].filter(Boolean);
  const start = Math.floor(box.x0);
  return {
    from: String(start),
    to: String(Math.max(start + 1, Math.ceil(box.x1))),
    q: [print(kept), ...bounds].filter(Boolean).join(' ') || null,
  };
}

const UNITS: readonly [number, string][] = [
  [1000, 's'],
  [1, 'ms'],
  [1e-3, 'us'],
  [1e-6, 'ns'],
];

/** Milliseconds as the grammar writes lengths, with three digits that count. */
export function lengthText(ms: number, round: (value: number) => number = Math.round): string {
  const [size, unit] = UNITS.find(([least]) => ms >= least) ?? UNITS.at(-1)!;
  const value = Math.max(0, ms) / size;
  if (unit === 'ns') return `${round(value)}ns`;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value)));
  const scale = 10 ** digits;
  // Rounded once more, because 0.57 * 100 is 56.99999999999999.
  return `${round(Number((value * scale).toFixed(6))) / scale}${unit}`;
}

/** The least and the most of what a picture shows. */
export function extentOf(durations: readonly number[]): Extent {
  let [least, most] = [Infinity, -Infinity];
  for (const value of durations) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

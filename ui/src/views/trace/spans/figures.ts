/* Figures of each span that the outline does not carry: its self time and its part of the critical path. */
import type { Outline } from '../../../api/outline';

/** Nanoseconds in which each span ran while none of its children did. One pass: siblings stand in order of their start. */
export function selfTimes({ spans }: Outline): Float64Array {
  const { parent, start, duration } = spans;
  const own = Float64Array.from(duration);
  const reached = Float64Array.from(start);
  for (let i = 0; i < parent.length; i++) {
    const above = parent[i]!;
    if (above < 0) continue;
    const end = Math.min(start[i]! + duration[i]!, start[above]! + duration[above]!);
    const from = Math.max(start[i]!, reached[above]!);
    if (end <= from) continue;
    own[above]! -= end - from;
    reached[above] = end;
  }
  return own;
}

/** Nanoseconds of the critical path that are each span's own. */
export function criticalTimes({ spans, critical }: Outline): Float64Array {
  const times = new Float64Array(spans.id.length);
  for (const [index, from, to] of critical) times[index]! += to - from;
  return times;
}

/** The value below which a share of ascending numbers lies (nearest rank); NaN for none. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return NaN;
  return ascending[Math.min(ascending.length - 1, Math.max(0, Math.ceil(share * ascending.length) - 1))]!;
}

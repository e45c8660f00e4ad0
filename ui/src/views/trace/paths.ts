/* The critical path, by span, in as few pieces as can be told apart. */
import type { Outline } from '../../api/outline';
import type { Zoom } from './scale';

export type Stretch = [from: number, to: number];

/** The stretches of the critical path that are each span's own. */
export function criticalBySpan(outline: Outline): Map<number, Stretch[]> {
  const found = new Map<number, Stretch[]>();
  for (const [span, from, to] of outline.critical) {
    const known = found.get(span);
    if (known) known.push([from, to]);
    else found.set(span, [[from, to]]);
  }
  return found;
}

/** What of the stretches is in sight, with those joined that lie closer than a pixel. */
export function drawable(stretches: readonly Stretch[], zoom: Zoom, width: number): Stretch[] {
  const pixel = (zoom.to - zoom.from) / Math.max(1, width);
  const found: Stretch[] = [];
  for (const [from, to] of stretches) {
    if (to < zoom.from || from > zoom.to) continue;
    const last = found.at(-1);
    if (last && from - last[1] < pixel) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

/** Moments in sight, without those closer than `apart` pixels to the one before. */
export function spaced(moments: readonly number[], zoom: Zoom, width: number, apart = 5): number[] {
  const least = ((zoom.to - zoom.from) / Math.max(1, width)) * apart;
  const found: number[] = [];
  for (const at of moments) {
    if (at < zoom.from || at > zoom.to) continue;
    if (found.length === 0 || at - found.at(-1)! >= least) found.push(at);
  }
  return found;
}

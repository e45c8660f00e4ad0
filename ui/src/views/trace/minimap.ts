/* A whole trace in a strip: one line a span, as many rows as there is room for. */
import type { Outline } from '../../api/outline';
import type { Zoom } from './scale';

/** A line of the strip, in pixels. */
export interface Line {
  x: number;
  y: number;
  width: number;
  span: number;
}

/** What is taken hold of in the strip. */
export type Grip = 'from' | 'to' | 'window' | 'new';

/**
 * Lines for all spans. Rows share a pixel where there are more spans than pixels: of a pixel's rows, a span is left out
 * where the last one drawn there covers it, so that there are never many times more lines than pixels.
 */
export function lines(outline: Outline, width: number, height: number): Line[] {
  const { start, duration } = outline.spans;
  const count = start.length;
  const each = Math.min(4, height / Math.max(1, count));
  const perNs = width / Math.max(1, outline.duration_ns);
  const found: Line[] = [];
  let row = -1;
  let reached = -1;
  for (let span = 0; span < count; span++) {
    const y = Math.floor(span * each);
    if (y !== row) [row, reached] = [y, -1];
    const x = start[span]! * perNs;
    const end = Math.max(x + 1, x + duration[span]! * perNs);
    if (each < 1 && end <= reached) continue;
    reached = Math.max(reached, end);
    found.push({ x, y, width: end - x, span });
  }
  return found;
}

/** Where a span's row is in the strip. */
export function rowY(span: number, count: number, height: number): number {
  return Math.floor(span * Math.min(4, height / Math.max(1, count)));
}

/** What a pointer at `x` takes hold of; edges within `reach` pixels, and only of a window that is not all. */
export function gripAt(x: number, width: number, zoom: Zoom, durationNs: number, reach = 6): Grip {
  const perNs = width / Math.max(1, durationNs);
  const [from, to] = [zoom.from * perNs, zoom.to * perNs];
  if (to - from >= width - 1) return 'new';
  if (Math.abs(x - from) <= reach) return 'from';
  if (Math.abs(x - to) <= reach) return 'to';
  return x > from && x < to ? 'window' : 'new';
}

/** The stretch that a drag from one pixel to another chooses. */
export function dragged(grip: Grip, fromX: number, toX: number, width: number, zoom: Zoom, durationNs: number): Zoom {
  const perPixel = Math.max(1, durationNs) / Math.max(1, width);
  const by = (toX - fromX) * perPixel;
  if (grip === 'window') return { from: zoom.from + by, to: zoom.to + by };
  if (grip === 'from') return ordered(zoom.from + by, zoom.to);
  if (grip === 'to') return ordered(zoom.from, zoom.to + by);
  return ordered(fromX * perPixel, toX * perPixel);
}

const ordered = (a: number, b: number): Zoom => ({ from: Math.max(0, Math.min(a, b)), to: Math.max(a, b) });

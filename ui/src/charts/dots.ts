/* Where dots are in a plot, and which of them is nearest to the pointer. */

interface Scale {
  share: (value: number) => number;
}

export interface Places {
  x: Float32Array;
  y: Float32Array;
}

/** Pixels of each point from the plot's left and top edge; NaN for those outside or without a value. */
export function places(
  points: readonly { x: number; y: number }[],
  plot: { startMs: number; endMs: number; width: number; height: number },
  scale: Scale,
): Places {
  const at = { x: new Float32Array(points.length), y: new Float32Array(points.length) };
  const perMs = plot.width / (plot.endMs - plot.startMs);
  points.forEach((point, i) => {
    const x = (point.x - plot.startMs) * perMs;
    at.x[i] = x >= 0 && x <= plot.width ? x : NaN;
    at.y[i] = (1 - scale.share(point.y)) * plot.height;
  });
  return at;
}

/** The index of the nearest dot within `reach` pixels; by time alone where the pointer has no height; null if none is near. */
export function nearest(at: Places, x: number, y: number | null, reach: number): number | null {
  let best: number | null = null;
  let least = reach * reach;
  for (let i = 0; i < at.x.length; i++) {
    const dx = at.x[i]! - x;
    const dy = y === null ? 0 : at.y[i]! - y;
    const distance = dx * dx + dy * dy;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

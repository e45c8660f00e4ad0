/* The cells of a heatmap: which one is under the pointer, which edges get labels, and how full the fullest is. */

/** The cell at a moment and a share of the height (0 at the bottom); null between or outside. */
export function cellAt(
  times: readonly number[],
  stepS: number,
  rows: number,
  ms: number,
  share: number,
): { time: number; row: number } | null {
  const time = times.findIndex((t) => t * 1000 <= ms && ms < (t + stepS) * 1000);
  const row = Math.floor(share * rows);
  return time < 0 || row < 0 || row >= rows ? null : { time, row };
}

/** Indexes of the edges that have room for a label (28 px each). */
export function edgeLabels(bounds: readonly number[], height: number): number[] {
  const rows = bounds.length - 1;
  if (rows < 1) return bounds.length ? [0] : [];
  const every = Math.max(1, Math.ceil((28 * rows) / Math.max(28, height)));
  return bounds.map((_, i) => i).filter((i) => i % every === 0);
}

/** The greatest count; 1 where all are nothing. */
export function mostOf(counts: readonly (readonly number[])[]): number {
  let most = 1;
  for (const column of counts) for (const n of column) if (n > most) most = n;
  return most;
}

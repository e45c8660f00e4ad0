/* Which rows of a long list are drawn: those in sight and a few around them. */

/** Rows from `first` (inclusive) to `last` (exclusive). */
export function inSight(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  around = 8,
): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + around);
  return { first: Math.min(first, Math.max(0, count - 1)), last: Math.max(last, 0) };
}

/** Where to scroll so that a row is in sight; undefined where it already is. */
export function scrolledTo(row: number, scrollTop: number, height: number, rowHeight: number): number | undefined {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return undefined;
}

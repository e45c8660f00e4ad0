/* Where rows of different heights lie: those that were seen have been measured, the others are guessed. */

/** Heights by row id, in pixels. */
export class Heights {
  private readonly known = new Map<string, number>();

  constructor(private readonly guess: number) {}

  /** Note a measured height; by how much it differs from what was taken for it. */
  measured(id: string, height: number): number {
    const before = this.known.get(id) ?? this.guess;
    if (height > 0 && height !== before) this.known.set(id, height);
    return height > 0 ? height - before : 0;
  }

  /** The top of every row, and after them the end of the last. */
  tops(ids: readonly string[]): Float64Array {
    const tops = new Float64Array(ids.length + 1);
    for (let i = 0; i < ids.length; i++) tops[i + 1] = tops[i]! + (this.known.get(ids[i]!) ?? this.guess);
    return tops;
  }
}

/** The row that lies at a height; the first or last one beyond the ends. */
export function rowAt(tops: Float64Array, y: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Rows to draw, `last` exclusive: those in sight and a few pixels of others around. */
export function inSight(
  tops: Float64Array,
  scrollTop: number,
  height: number,
  around = 300,
): { first: number; last: number } {
  const count = tops.length - 1;
  if (count <= 0) return { first: 0, last: 0 };
  return {
    first: rowAt(tops, scrollTop - around),
    last: Math.min(count, rowAt(tops, scrollTop + height + around) + 1),
  };
}

/** Where to scroll so that a row is in sight; undefined where it is. A row higher than the view is shown from its top. */
export function scrolledTo(tops: Float64Array, row: number, scrollTop: number, height: number): number | undefined {
  const [top, end] = [tops[row] ?? 0, tops[row + 1] ?? 0];
  if (top < scrollTop || end - top > height) return top === scrollTop ? undefined : top;
  return end > scrollTop + height ? end - height : undefined;
}

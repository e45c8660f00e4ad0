/* Rows of a drawing and from when on each is free; the first free one below another is found in O(log n). */

export class FreeRows {
  private readonly size: number;
  /** A tree of minima over the rows' free moments; leaves begin at `size`. */
  private readonly earliest: Float64Array;

  /** Room for `count` rows. */
  constructor(count: number) {
    this.size = 1;
    while (this.size < count + 1) this.size *= 2;
    this.earliest = new Float64Array(2 * this.size).fill(-Infinity);
  }

  /** The first row at or below `least` that is free at `from`; it is taken until `to`. */
  take(least: number, from: number, to: number): number {
    const row = this.find(1, 0, this.size, Math.min(least, this.size - 1), from);
    for (let node = row + this.size; node >= 1; node >>= 1)
      this.earliest[node] =
        node >= this.size
          ? Math.max(to, this.earliest[node]!)
          : Math.min(this.earliest[2 * node]!, this.earliest[2 * node + 1]!);
    return row;
  }

  private find(node: number, first: number, last: number, least: number, from: number): number {
    if (last <= least || this.earliest[node]! > from) return -1;
    if (node >= this.size) return first;
    const middle = (first + last) / 2;
    const left = this.find(2 * node, first, middle, least, from);
    return left >= 0 ? left : this.find(2 * node + 1, middle, last, least, from);
  }
}

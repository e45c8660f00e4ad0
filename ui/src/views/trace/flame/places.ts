/* Finding boxes: under the pointer, beside another, and those that a text names. */
import type { Outline } from '../../../api/outline';
import type { Boxes } from './layout';

/** The boxes of each row from left to right. */
export function byRow(boxes: Boxes): Int32Array[] {
  const lists: number[][] = Array.from({ length: boxes.rows }, () => []);
  boxes.row.forEach((row, i) => lists[row]!.push(i));
  return lists.map((list) => Int32Array.from(list.sort((a, b) => boxes.from[a]! - boxes.from[b]! || a - b)));
}

/** The box of a row at a place, or one that is nearer than `reach`; -1 where there is none. */
export function boxAt(boxes: Boxes, row: Int32Array | undefined, at: number, reach: number): number {
  if (!row) return -1;
  let [low, high] = [0, row.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes.from[row[middle]!]! <= at) low = middle + 1;
    else high = middle;
  }
  const before = row[low - 1] ?? -1;
  if (before >= 0 && at <= boxes.to[before]!) return before;
  const after = row[low] ?? -1;
  const [left, right] = [
    before >= 0 ? at - boxes.to[before]! : Infinity,
    after >= 0 ? boxes.from[after]! - at : Infinity,
  ];
  if (Math.min(left, right) > reach) return -1;
  return left <= right ? before : after;
}

/** Where a key leads from a box: its parent, its first child, its neighbours in the row. */
export function neighbour(boxes: Boxes, rows: Int32Array[], box: number, key: string): number {
  if (key === 'ArrowUp') return boxes.parent[box]! >= 0 ? boxes.parent[box]! : box;
  if (key === 'ArrowDown') {
    const below = rows.slice(boxes.row[box]! + 1).flatMap((row) => row.find((one) => boxes.parent[one] === box) ?? []);
    return below[0] ?? box;
  }
  const row = rows[boxes.row[box]!]!;
  return row[row.indexOf(box) + (key === 'ArrowLeft' ? -1 : 1)] ?? box;
}

/** Which boxes have a text in their service's or operation's name, in any case; none for an empty text. */
export function matches(outline: Outline, boxes: Boxes, text: string): Uint8Array {
  const found = new Uint8Array(boxes.row.length);
  const wanted = text.trim().toLowerCase();
  if (!wanted) return found;
  const services = outline.services.map((one) => one.name.toLowerCase().includes(wanted));
  const names = outline.names.map((name) => name.toLowerCase().includes(wanted));
  boxes.span.forEach((span, box) => {
    if (services[outline.spans.service[span]!] || names[outline.spans.name[span]!]) found[box] = 1;
  });
  return found;
}

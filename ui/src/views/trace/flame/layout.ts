/* Where the boxes of a flame graph lie: by time, a box for each span; aggregated, a box for each path of calls.

   By time, a subtree goes to the first row below its parent that is free from its start on, so that work side by side is
   seen side by side. Aggregated, a box is as wide as the self time of everything in it: boxes never overlap, and the widest
   stand at the left. Both in O(n log n). */
import type { Outline } from '../../../api/outline';
import { selfTimes } from '../spans/figures';
import { FreeRows } from './rows';

export type FlameLayout = 'time' | 'aggregated';

/** Boxes, one list a field; parents stand before their children. Horizontal places are nanoseconds. */
export interface Boxes {
  from: Float64Array;
  to: Float64Array;
  row: Int32Array;
  parent: Int32Array;
  /** The longest span that it stands for. */
  span: Int32Array;
  /** How many spans it stands for. */
  count: Int32Array;
  /** Nanoseconds, summed over its spans. */
  self: Float64Array;
  total: Float64Array;
  failed: Int32Array;
  rows: number;
  width: number;
  /** Box of each span. */
  of: Int32Array;
}

export function boxesOf(outline: Outline, layout: FlameLayout): Boxes {
  return layout === 'time' ? byTime(outline) : byPath(outline);
}

function empty(count: number, spans: number): Boxes {
  return {
    from: new Float64Array(count),
    to: new Float64Array(count),
    row: new Int32Array(count),
    parent: new Int32Array(count).fill(-1),
    span: new Int32Array(count),
    count: new Int32Array(count),
    self: new Float64Array(count),
    total: new Float64Array(count),
    failed: new Int32Array(count),
    rows: 0,
    width: 0,
    of: new Int32Array(spans),
  };
}

function byTime(outline: Outline): Boxes {
  const { spans } = outline;
  const count = spans.id.length;
  const boxes = empty(count, count);
  const free = new FreeRows(count);
  boxes.self = selfTimes(outline);
  boxes.width = Math.max(1, outline.duration_ns);
  for (let i = 0; i < count; i++) {
    const parent = spans.parent[i]!;
    const [from, to] = [spans.start[i]!, spans.start[i]! + spans.duration[i]!];
    const row = free.take(parent < 0 ? 0 : boxes.row[parent]! + 1, from, to);
    boxes.from[i] = from;
    boxes.to[i] = to;
    boxes.row[i] = row;
    boxes.parent[i] = parent;
    boxes.span[i] = boxes.of[i] = i;
    boxes.count[i] = 1;
    boxes.total[i] = to - from;
    boxes.failed[i] = spans.status[i] === 2 ? 1 : 0;
    boxes.rows = Math.max(boxes.rows, row + 1);
  }
  return boxes;
}

function byPath(outline: Outline): Boxes {
  const { spans } = outline;
  const own = selfTimes(outline);
  const numbers = new Map<string, number>();
  const boxes = empty(spans.id.length, spans.id.length);
  for (let i = 0; i < spans.id.length; i++) {
    const above = spans.parent[i]! < 0 ? -1 : boxes.of[spans.parent[i]!]!;
    const key = `${String(above)} ${String(spans.service[i])} ${String(spans.name[i])} ${String(spans.kind[i])}`;
    let box = numbers.get(key);
    if (box === undefined) {
      numbers.set(key, (box = numbers.size));
      boxes.parent[box] = above;
      boxes.row[box] = above < 0 ? 0 : boxes.row[above]! + 1;
      boxes.span[box] = i;
      boxes.rows = Math.max(boxes.rows, boxes.row[box]! + 1);
    } else if (spans.duration[i]! > spans.duration[boxes.span[box]!]!) boxes.span[box] = i;
    boxes.of[i] = box;
    boxes.count[box]! += 1;
    boxes.self[box]! += own[i]!;
    boxes.total[box]! += spans.duration[i]!;
    if (spans.status[i] === 2) boxes.failed[box]! += 1;
  }
  return placed(cut(boxes, numbers.size));
}

function cut(boxes: Boxes, count: number): Boxes {
  const { from, to, row, parent, span, count: counts, self, total, failed } = boxes;
  const short = { from, to, row, parent, span, count: counts, self, total, failed };
  return {
    ...boxes,
    ...(Object.fromEntries(Object.entries(short).map(([name, list]) => [name, list.slice(0, count)])) as typeof short),
  };
}

/** Give aggregated boxes their places: each as wide as all self time in it, siblings by width. */
function placed(boxes: Boxes): Boxes {
  const count = boxes.row.length;
  const wide = Float64Array.from(boxes.self);
  for (let i = count - 1; i >= 0; i--) if (boxes.parent[i]! >= 0) wide[boxes.parent[i]!]! += wide[i]!;
  const order = [...Array(count).keys()].sort((a, b) => boxes.row[a]! - boxes.row[b]! || wide[b]! - wide[a]! || a - b);
  const next = new Float64Array(count);
  let width = 0;
  for (const i of order) {
    const parent = boxes.parent[i]!;
    const from = parent < 0 ? width : next[parent]!;
    boxes.from[i] = next[i] = from;
    boxes.to[i] = from + wide[i]!;
    if (parent < 0) width = from + wide[i]!;
    else next[parent] = from + wide[i]!;
  }
  return { ...boxes, width: Math.max(1, width) };
}

/* Where panels stand: a grid of 12 columns in which every panel falls up as far as it can and pushes down what it is put on. */

export const COLUMNS = 12;
export const MOST_ROWS = 40;

export interface Box {
  id: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

const between = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Whether two boxes share a cell. */
export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** The first row below every box. */
export function bottom(boxes: readonly Box[]): number {
  return boxes.reduce((most, box) => Math.max(most, box.y + box.h), 0);
}

/**
 * The boxes without collisions and without gaps above them, in the order given. The one called `first` keeps its place where
 * several claim it; the others make room downwards.
 */
export function settled<B extends Box>(boxes: readonly B[], first = ''): B[] {
  const rank = (box: Box) => (box.id === first ? 0 : 1);
  const ordered = [...boxes].sort((a, b) => a.y - b.y || rank(a) - rank(b) || a.x - b.x);
  const placed: B[] = [];
  const where = new Map<string, number>();
  for (const box of ordered) {
    const fitted = { ...box, x: between(box.x, 0, COLUMNS - box.w), y: Math.max(0, box.y) };
    let hit: Box | undefined;
    while ((hit = placed.find((other) => overlap(other, fitted)))) fitted.y = hit.y + hit.h;
    fitted.y = ceiling(placed, fitted);
    placed.push(fitted);
    where.set(box.id, placed.length - 1);
  }
  return boxes.map((box) => placed[where.get(box.id)!]!);
}

/** How far up a box can fall: to the lowest edge above it. */
function ceiling(placed: readonly Box[], box: Box): number {
  return placed
    .filter((other) => other.x < box.x + box.w && box.x < other.x + other.w && other.y + other.h <= box.y)
    .reduce((most, other) => Math.max(most, other.y + other.h), 0);
}

/** One box put somewhere; the others make room. */
export function moved<B extends Box>(boxes: readonly B[], id: string, x: number, y: number): B[] {
  const put = (box: B) => ({ ...box, x: between(Math.round(x), 0, COLUMNS - box.w), y: Math.max(0, Math.round(y)) });
  return settled(
    boxes.map((box) => (box.id === id ? put(box) : box)),
    id,
  );
}

/** One box made wider or higher; the others make room. */
export function resized<B extends Box>(boxes: readonly B[], id: string, w: number, h: number): B[] {
  const put = (box: B) => ({
    ...box,
    w: between(Math.round(w), 1, COLUMNS - box.x),
    h: between(Math.round(h), 1, MOST_ROWS),
  });
  return settled(
    boxes.map((box) => (box.id === id ? put(box) : box)),
    id,
  );
}

/** One box moved by a key: sideways by a column; up and down as far as it takes to change something. */
export function nudged<B extends Box>(boxes: readonly B[], id: string, dx: number, dy: number): B[] {
  const box = boxes.find((one) => one.id === id);
  if (!box) return [...boxes];
  if (dx) return moved(boxes, id, box.x + dx, box.y);
  const last = bottom(boxes);
  for (let y = box.y + dy; y >= 0 && y <= last; y += dy) {
    const tried = moved(boxes, id, box.x, y);
    if (tried.find((one) => one.id === id)!.y !== box.y) return tried;
  }
  return [...boxes];
}

/** The first free place for a box of a size, from the top. */
export function freePlace(boxes: readonly Box[], w: number, h: number): { x: number; y: number } {
  const last = bottom(boxes);
  for (let y = 0; y < last; y++)
    for (let x = 0; x + w <= COLUMNS; x++) {
      const tried = { id: '', x, y, w, h };
      if (!boxes.some((box) => overlap(box, tried))) return { x, y };
    }
  return { x: 0, y: last };
}

/** The order in which panels are read and, on a narrow screen, stacked. */
export function inReadingOrder<B extends Box>(boxes: readonly B[]): B[] {
  return [...boxes].sort((a, b) => a.y - b.y || a.x - b.x);
}

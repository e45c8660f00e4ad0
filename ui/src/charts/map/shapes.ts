/* How a map is drawn: sizes by traffic, colours by failures, ways as curves. */
import type { Point } from './layout';

/** The radius of a node, by its traffic beside the busiest one's: orders of magnitude can be told apart. */
export function radiusOf(rate: number, most: number): number {
  return 8 + 13 * share(rate, most);
}

/** The width of an edge, likewise. */
export function widthOf(rate: number, most: number): number {
  return 1 + 4.5 * share(rate, most);
}

function share(rate: number, most: number): number {
  if (!(rate > 0) || !(most > 0)) return 0;
  return Math.min(1, (rate / most) ** 0.4);
}

/** How red an edge is, 0 to 100: one failure in a thousand can be seen, one in four is all red. */
export function redness(errorRatio: number): number {
  return errorRatio > 0 ? Math.min(100, Math.round(20 + 160 * Math.sqrt(errorRatio))) : 0;
}

/** The part of a circle that says which share fails, as a dash; never too small to be seen. */
export function ringDash(errorRatio: number, radius: number): string | undefined {
  if (!(errorRatio > 0)) return undefined;
  const around = 2 * Math.PI * radius;
  const part = Math.min(1, Math.max(0.06, errorRatio)) * around;
  return `${round(part)} ${round(around - part)}`;
}

/** A way as a path that leaves and enters level, from one node's border to the other's. */
export function pathOf(way: readonly Point[], fromRadius: number, toRadius: number): string {
  const points = trimmed(way, fromRadius, toRadius);
  const [first, ...rest] = points;
  if (!first) return '';
  let before = first;
  let path = `M${round(first.x)} ${round(first.y)}`;
  const bow = rest.length === 1 && rest[0]!.x < first.x ? 18 : 0; // a call back takes another way than the call there
  for (const point of rest) {
    const middle = (before.x + point.x) / 2;
    path += `C${round(middle)} ${round(before.y + bow)} ${round(middle)} ${round(point.y + bow)} ${round(point.x)} ${round(point.y)}`;
    before = point;
  }
  return path;
}

/** The head of an arrow where a way ends. */
export function headOf(way: readonly Point[], toRadius: number, size: number): string {
  const end = trimmed(way, 0, toRadius).at(-1);
  const before = way.at(-2);
  if (!end || !before) return '';
  const back = before.x <= end.x ? -size : size;
  return `M${round(end.x)} ${round(end.y)}l${round(back)} ${round(-size * 0.55)}v${round(size * 1.1)}z`;
}

function trimmed(way: readonly Point[], fromRadius: number, toRadius: number): Point[] {
  if (way.length < 2) return [];
  const points = [...way];
  const [first, second, last, secondLast] = [way[0]!, way[1]!, way.at(-1)!, way.at(-2)!];
  points[0] = { x: first.x + Math.sign(second.x - first.x) * fromRadius, y: first.y };
  points[points.length - 1] = { x: last.x + Math.sign(secondLast.x - last.x) * (toRadius + 2), y: last.y };
  return points;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

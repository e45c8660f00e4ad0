/* Which rows a waterfall has: spans in preorder without what is folded or filtered, and logs beneath their spans where wanted. */
import type { Outline } from '../../api/outline';

/** What decides which rows there are. */
export interface Shown {
  /** Spans whose descendants are folded away. */
  folded: ReadonlySet<number>;
  /** Services (by index) whose spans are left out. */
  hidden: ReadonlySet<number>;
  /** Only this span and what is below it; -1 for all. */
  root: number;
  /** Whether logs have rows of their own. */
  logs: boolean;
}

/** A row is a span's index, or -1 less the index of a log. */
export type Row = number;
export const logOf = (row: Row): number => -1 - row;
export const isLog = (row: Row): boolean => row < 0;

/** Logs by the span that they belong to. */
export function logsBySpan(outline: Outline): Map<number, number[]> {
  const found = new Map<number, number[]>();
  outline.logs.forEach((log, index) => {
    const known = found.get(log.span);
    if (known) known.push(index);
    else found.set(log.span, [index]);
  });
  return found;
}

/** The rows from top to bottom; O(n). */
export function rowsOf(outline: Outline, shown: Shown, logs: ReadonlyMap<number, readonly number[]>): Row[] {
  const { children, service, depth } = outline.spans;
  const first = Math.max(0, shown.root);
  const end = shown.root < 0 ? depth.length : first + children[first]! + 1;
  const rows: Row[] = [];
  for (let span = first; span < end; span += 1) {
    if (!shown.hidden.has(service[span]!)) {
      rows.push(span);
      if (shown.logs) for (const log of logs.get(span) ?? []) rows.push(-1 - log);
    }
    if (shown.folded.has(span)) span += children[span]!;
  }
  return rows;
}

/** Spans to fold so that only the first `levels` levels are seen. */
export function foldedBelow(outline: Outline, levels: number): Set<number> {
  const folded = new Set<number>();
  const { depth, children } = outline.spans;
  for (let span = 0; span < depth.length; span++) {
    if (children[span]! > 0 && depth[span]! >= levels - 1) folded.add(span);
  }
  return folded;
}

/** The folds with those of one service put in, or taken out where all are in. */
export function foldedByService(outline: Outline, folded: ReadonlySet<number>, service: number): Set<number> {
  const theirs: number[] = [];
  outline.spans.service.forEach((one, span) => {
    if (one === service && outline.spans.children[span]! > 0) theirs.push(span);
  });
  const next = new Set(folded);
  const all = theirs.every((span) => folded.has(span));
  for (const span of theirs) {
    if (all) next.delete(span);
    else next.add(span);
  }
  return next;
}

/** The folds without those above a span, so that it is seen; the same set where it already is. */
export function unfoldedTo(outline: Outline, folded: ReadonlySet<number>, span: number): ReadonlySet<number> {
  const above: number[] = [];
  for (let at = outline.spans.parent[span] ?? -1; at >= 0; at = outline.spans.parent[at]!) {
    if (folded.has(at)) above.push(at);
  }
  if (above.length === 0) return folded;
  const next = new Set(folded);
  for (const span of above) next.delete(span);
  return next;
}

/** The next (1) or previous (-1) span with the same parent; -1 where there is none. */
export function sibling(outline: Outline, span: number, by: 1 | -1): number {
  const { parent, children, depth } = outline.spans;
  if (by === 1) {
    const next = span + children[span]! + 1;
    return next < depth.length && parent[next] === parent[span] ? next : -1;
  }
  for (let at = span - 1; at >= 0 && depth[at]! >= depth[span]!; at--) {
    if (parent[at] === parent[span]) return at;
  }
  return -1;
}

/** Time in which no child of a span ran, in nanoseconds. */
export function selfTime(outline: Outline, span: number): number {
  const { start, duration, children, parent } = outline.spans;
  const begin = start[span]!;
  const end = begin + duration[span]!;
  const covered: [number, number][] = [];
  for (let at = span + 1; at <= span + children[span]!; at++) {
    if (parent[at] === span) covered.push([Math.max(begin, start[at]!), Math.min(end, start[at]! + duration[at]!)]);
  }
  covered.sort((a, b) => a[0] - b[0]);
  let own = duration[span]!;
  let reached = begin;
  for (const [from, to] of covered) {
    const since = Math.max(from, reached);
    if (to > since) {
      own -= to - since;
      reached = to;
    }
  }
  return own;
}

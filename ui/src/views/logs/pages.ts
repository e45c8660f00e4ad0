/* Records of a selection, page by page in both directions: what is loaded, and where it goes on. Pure. */
import type { LogRecord } from './record';

export type Order = 'newest' | 'oldest';
/** `down` goes on in the list's order, `up` against it. */
export type Direction = 'up' | 'down';

export interface Pages {
  rows: readonly LogRecord[];
  /** Where each direction goes on: a cursor, `start` where no page was asked for yet, null where nothing follows. */
  next: Record<Direction, string | null>;
}

export const NOTHING: Pages = { rows: [], next: { up: null, down: 'start' } };
/** Rows that are kept; beyond them the far end is let go, and can be loaded again. */
export const MOST_ROWS = 10_000;

/** What an answer says. */
export interface Page {
  logs: readonly LogRecord[];
  next?: string | null;
}

/** The pages with one more. Records that are there already (of the same moment at a seam) are not added twice. */
export function grown(pages: Pages, page: Page, direction: Direction, most = MOST_ROWS): Pages {
  const known = new Set(pages.rows.map((row) => row.id));
  const fresh = page.logs.filter((row) => !known.has(row.id));
  const next = { ...pages.next, [direction]: page.next ?? null };
  if (direction === 'down') {
    const rows = [...pages.rows, ...fresh];
    // What was let go begins anew from the first row that is left.
    if (rows.length > most) return { rows: rows.slice(-most), next: { ...next, up: 'start' } };
    return { rows, next };
  }
  const rows = [...fresh.toReversed(), ...pages.rows];
  if (rows.length > most) return { rows: rows.slice(0, most), next: { ...next, down: 'start' } };
  return { rows, next };
}

/** What to ask for the next page of a direction, beside the conditions; undefined where nothing follows. */
export function following(
  pages: Pages,
  direction: Direction,
  order: Order,
  range: { start: string; end: string },
): Record<string, string> | undefined {
  const cursor = pages.next[direction];
  if (cursor === null) return undefined;
  const reverse = order === 'newest' ? 'oldest' : 'newest';
  const asked = direction === 'down' ? order : reverse;
  const edge = direction === 'down' ? pages.rows.at(-1) : pages.rows[0];
  const within = edge && cursor === 'start' ? from(edge.time_ns, asked, range) : range;
  return { ...within, order: asked, ...(cursor !== 'start' && { cursor }) };
}

/** The part of a range from a moment on (inclusive) in an order. */
export function from(ns: string, order: Order, range: { start: string; end: string }): { start: string; end: string } {
  return order === 'newest' ? { start: range.start, end: (BigInt(ns) + 1n).toString() } : { start: ns, end: range.end };
}

/* What was asked before, newest first, in this browser. What has a star is kept; of the rest the last hundred. */

export interface Asked {
  sql: string;
  atMs: number;
  star: boolean;
}

const KEY = 'sonde.ask';
const MOST = 100;
const LONGEST = 20_000;

/** The list with a question on top; one that is there already moves up and keeps its star. */
export function withAsked(list: readonly Asked[], sql: string, atMs: number): Asked[] {
  if (sql.trim() === '' || sql.length > LONGEST) return [...list];
  const before = list.find((one) => one.sql === sql);
  return bounded([{ sql, atMs, star: before?.star ?? false }, ...list.filter((one) => one !== before)]);
}

/** The list with a star given or taken. */
export function withStar(list: readonly Asked[], sql: string, star: boolean): Asked[] {
  return bounded(list.map((one) => (one.sql === sql ? { ...one, star } : one)));
}

function bounded(list: readonly Asked[]): Asked[] {
  let room = MOST;
  return list.filter((one) => one.star || room-- > 0);
}

/** What the storage holds; nothing where it holds something else. */
export function parsed(text: string | null): Asked[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(found)) return [];
    return found.filter(
      (one: Partial<Asked> | null): one is Asked =>
        typeof one?.sql === 'string' && typeof one.atMs === 'number' && typeof one.star === 'boolean',
    );
  } catch {
    return [];
  }
}

/** The list as it was kept. */
export function readHistory(): Asked[] {
  try {
    return parsed(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

/** Keep the list. */
export function writeHistory(list: readonly Asked[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // Without storage, or with a full one, it holds until the page is closed.
  }
}

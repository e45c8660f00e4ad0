/* Stored records and those that arrive, in one list. */
import type { Order } from './pages';
import type { LogRecord } from './record';

/** Rows in the list's order: `stored` is newest first, `tail` in the order of arrival; what is in both stands once. */
export function withTail(stored: readonly LogRecord[], tail: readonly LogRecord[], order: Order): LogRecord[] {
  const arrived = new Set(tail.map((row) => row.id));
  const newestFirst = [...tail.toReversed(), ...stored.filter((row) => !arrived.has(row.id))];
  return order === 'newest' ? newestFirst : newestFirst.reverse();
}

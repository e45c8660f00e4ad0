/* Paging must lose no line and show none twice, whichever way one scrolls. */
import { expect, it } from 'vitest';
import { following, grown, NOTHING, type Page, type Pages } from './pages';
import type { LogRecord } from './record';

const T = 1_760_000_040_000_000_000n;
const row = (n: number) => ({ id: `${n}`, time_ns: (T + BigInt(n)).toString() }) as LogRecord;
const page = (numbers: number[], next: string | null = null): Page => ({ logs: numbers.map(row), next });
const ids = (pages: Pages) => pages.rows.map((one) => Number(one.id));
const RANGE = { start: 's', end: 'e' };

it('goes on downwards by cursor', () => {
  expect(following(NOTHING, 'down', 'newest', RANGE)).toEqual({ ...RANGE, order: 'newest' });
  const first = grown(NOTHING, page([9, 8], 'c1'), 'down');
  expect(following(first, 'down', 'newest', RANGE)).toEqual({ ...RANGE, order: 'newest', cursor: 'c1' });
  const second = grown(first, page([7]), 'down');
  expect(ids(second)).toEqual([9, 8, 7]);
  expect(following(second, 'down', 'newest', RANGE)).toBeUndefined();
  expect(following(second, 'up', 'newest', RANGE)).toBeUndefined();
});

it('goes up from the first row, the other way round', () => {
  const middle = { ...grown(NOTHING, page([5, 4]), 'down'), next: { up: 'start', down: null } };
  expect(following(middle, 'up', 'newest', RANGE)).toEqual({ start: (T + 5n).toString(), end: 'e', order: 'oldest' });
  const above = grown(middle, page([5, 6, 7], 'c2'), 'up');
  expect(ids(above)).toEqual([7, 6, 5, 4]);
  expect(following(above, 'up', 'newest', RANGE)).toEqual({ ...RANGE, order: 'oldest', cursor: 'c2' });
});

it('works alike from the oldest on', () => {
  const middle = { ...grown(NOTHING, page([4, 5]), 'down'), next: { up: 'start', down: null } };
  expect(following(middle, 'up', 'oldest', RANGE)).toEqual({ start: 's', end: (T + 5n).toString(), order: 'newest' });
  expect(ids(grown(middle, page([4, 3]), 'up'))).toEqual([3, 4, 5]);
});

it('lets go of the far end, and can come back to it', () => {
  const first = grown(NOTHING, page([9, 8, 7], 'c'), 'down', 4);
  const second = grown(first, page([6, 5], 'd'), 'down', 4);
  expect(ids(second)).toEqual([8, 7, 6, 5]);
  expect(following(second, 'up', 'newest', RANGE)).toEqual({ start: (T + 8n).toString(), end: 'e', order: 'oldest' });
  const back = grown(second, page([8, 9]), 'up', 4);
  expect(ids(back)).toEqual([9, 8, 7, 6]);
  expect(following(back, 'down', 'newest', RANGE)).toEqual({ start: 's', end: (T + 7n).toString(), order: 'newest' });
});

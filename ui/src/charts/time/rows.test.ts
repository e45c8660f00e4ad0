/* What is read off a chart must be what was drawn. */
import { expect, it } from 'vitest';
import { rowsAt } from './rows';

const series = [{ label: 'a', points: [] }, { label: 'b', points: [], colour: 'red' }, { label: 'c', points: [] }]; // prettier-ignore

it('the greatest come first; holes are left out; times of others are bridged', () => {
  const rows = rowsAt([[0, 1, 2], [1, 1, 1], [5, undefined, 5], [null, null, null]], series, 1, String); // prettier-ignore
  expect(rows.map(({ label, value }) => `${label} ${value}`)).toEqual(['b 5', 'a 1']);
  expect(rows[0]!.colour).toBe('red');
});
it('outside there is nothing', () => {
  expect(rowsAt([[], [], [], []], series, 3, String)).toEqual([]);
});

/* Sorting is trusted without looking: missing values must never come first. */
import { expect, it } from 'vitest';
import { sorted } from './rows';

it('puts missing values last, whichever way', () => {
  const rows = [3, null, 1, Number.NaN, 2];
  expect(sorted(rows, (row) => row, false).slice(0, 3)).toEqual([1, 2, 3]);
  expect(sorted(rows, (row) => row, true).slice(0, 3)).toEqual([3, 2, 1]);
});

it('reads numbers within text as numbers', () => {
  expect(sorted(['v10', 'v9', 'v1'], (row) => row, false)).toEqual(['v1', 'v9', 'v10']);
});

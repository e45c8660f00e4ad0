/* The cell that is named must be the one that is pointed at. */
import { expect, it } from 'vitest';
import { cellAt, edgeLabels, mostOf } from './cells';

it('cells are found by time and height', () => {
  expect(cellAt([0, 10, 30], 10, 4, 15_000, 0.3)).toEqual({ time: 1, row: 1 });
  expect(cellAt([0, 10, 30], 10, 4, 25_000, 0.3)).toBeNull();
  expect(cellAt([0], 10, 4, 5_000, 1)).toBeNull();
  expect(cellAt([], 10, 4, 5_000, 0.5)).toBeNull();
});
it('labels never are closer than they are tall', () => {
  expect(edgeLabels([1, 2, 3, 4, 5], 200)).toEqual([0, 1, 2, 3, 4]);
  expect(edgeLabels(Array.from({ length: 41 }, (_, i) => i), 140)).toEqual([0, 8, 16, 24, 32, 40]); // prettier-ignore
  expect(edgeLabels([], 100)).toEqual([]);
});
it('the fullest is at least one', () => {
  expect(mostOf([[0, 3], [], [7]])).toBe(7);
  expect(mostOf([])).toBe(1);
});

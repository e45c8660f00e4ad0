/* Next must be the next below the eye, and come around. */
import { expect, it } from 'vitest';
import { counted, stepped } from './search';

const matches = [2, 5, 9];

it.each([
  [2, 1, 5],
  [9, 1, 2],
  [2, -1, 9],
  [5, -1, 2],
  [0, 1, 2],
  [3, 1, 5],
  [3, -1, 2],
  [12, 1, 2],
  [12, -1, 9],
  [-1, 1, 2],
] as const)('from %i by %i is %i', (from, by, expected) => expect(stepped(matches, from, by)).toBe(expected));

it('of nothing is nothing', () => expect([stepped([], 3, 1), stepped([], 3, -1)]).toEqual([-1, -1]));

it('says which one this is', () =>
  expect([counted(matches, 5), counted(matches, 6), counted([], 1)]).toEqual(['2 of 3', '3', '0']));

/* A list whose rows jump while one reads is unreadable: the maths of heights must be exact. */
import { expect, it } from 'vitest';
import { Heights, inSight, rowAt, scrolledTo } from './heights';

const ids = ['a', 'b', 'c', 'd'];

it('guesses until it has measured', () => {
  const heights = new Heights(20);
  expect([...heights.tops(ids)]).toEqual([0, 20, 40, 60, 80]);
  expect(heights.measured('b', 100)).toBe(80);
  expect(heights.measured('b', 100)).toBe(0);
  expect(heights.measured('c', 0)).toBe(0);
  expect([...heights.tops(ids)]).toEqual([0, 20, 120, 140, 160]);
  expect([...heights.tops([])]).toEqual([0]);
});

it.each([
  [-5, 0],
  [0, 0],
  [19.9, 0],
  [20, 1],
  [119, 1],
  [120, 2],
  [159, 3],
  [9999, 3],
])('at %d lies row %d', (y, row) => {
  const heights = new Heights(20);
  heights.measured('b', 100);
  expect(rowAt(heights.tops(ids), y)).toBe(row);
});

it('draws what is in sight and around', () => {
  const tops = new Heights(10).tops(Array.from({ length: 1000 }, (_, i) => String(i)));
  expect(inSight(tops, 5000, 100, 0)).toEqual({ first: 500, last: 511 });
  expect(inSight(tops, 0, 100, 50)).toEqual({ first: 0, last: 16 });
  expect(inSight(tops, 9990, 100, 50)).toEqual({ first: 994, last: 1000 });
  expect(inSight(new Float64Array(1), 0, 100)).toEqual({ first: 0, last: 0 });
});

it('scrolls no further than it must', () => {
  const tops = new Heights(10).tops(ids);
  expect(scrolledTo(tops, 0, 0, 30)).toBeUndefined();
  expect(scrolledTo(tops, 3, 0, 30)).toBe(10);
  expect(scrolledTo(tops, 1, 25, 30)).toBe(10);
  expect(scrolledTo(new Float64Array([0, 10, 500]), 1, 0, 100)).toBe(10);
});

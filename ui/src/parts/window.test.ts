/* A list that draws one row too few shows a hole; one that draws all of 10,000 stands still. */
import { expect, it } from 'vitest';
import { inSight, scrolledTo } from './window';

it('draws what is in sight and a few more, within the list', () => {
  expect(inSight(0, 100, 20, 1000, 2)).toEqual({ first: 0, last: 7 });
  expect(inSight(400, 100, 20, 1000, 2)).toEqual({ first: 18, last: 27 });
  expect(inSight(1e9, 100, 20, 10, 2)).toEqual({ first: 9, last: 10 });
  expect(inSight(0, 100, 20, 0)).toEqual({ first: 0, last: 0 });
});

it('scrolls only as far as it must', () => {
  expect(scrolledTo(3, 0, 100, 20)).toBeUndefined();
  expect(scrolledTo(5, 0, 100, 20)).toBe(20);
  expect(scrolledTo(1, 60, 100, 20)).toBe(20);
});

/* A bar that cannot be seen is a lie; one that leaves the frame as well. */
import { expect, it } from 'vitest';
import { barPaths, tallest } from './stack';

const frame = { stepS: 10, startMs: 0, endMs: 20_000, top: 10, width: 100, height: 50 };

it('bars stand on each other, in order', () => {
  const paths = barPaths({ ...frame, buckets: [{ t: 0, counts: { info: 5, error: 5 } }], order: ['info', 'error'] });
  expect(paths).toEqual([
    { name: 'info', path: 'M0 50v-25h49v25z' },
    { name: 'error', path: 'M0 25v-25h49v25z' },
  ]);
});
it('one among many is still seen, and what is outside the range is cut', () => {
  const order = ['error'];
  expect(barPaths({ ...frame, top: 1e6, buckets: [{ t: 10, counts: { error: 1 } }], order })[0]!.path).toBe(
    'M50 50v-1h49v1z',
  );
  expect(barPaths({ ...frame, buckets: [{ t: 15, counts: { error: 10 } }], order })[0]!.path).toBe('M75 50v-50h24v50z');
  expect(barPaths({ ...frame, buckets: [{ t: 30, counts: { error: 10 } }], order })[0]!.path).toBe('');
});
it('nonsense counts nothing', () => {
  const buckets = [{ t: 0, counts: { a: NaN, b: -3, c: 2 } }];
  expect(tallest(buckets, ['a', 'b', 'c'])).toBe(2);
  expect(tallest([], ['a'])).toBe(0);
  expect(barPaths({ ...frame, buckets, order: ['a', 'b'] }).every(({ path }) => path === '')).toBe(true);
});

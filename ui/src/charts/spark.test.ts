/* A small shape must be honest: breaks where nothing is known, a dot for a lone value, a visible bar for a small one. */
import { expect, it } from 'vitest';
import { sparkBars, sparkLine } from './spark';

it('a line goes from edge to edge, on a scale from zero', () => {
  expect(sparkLine([0, 10], 102, 22)).toBe('M1 21L101 1');
  expect(sparkLine([5, 5, 5], 102, 22)).toBe('M1 1L51 1L101 1');
});
it('a line breaks at holes, and a lone value is a dot', () => {
  expect(sparkLine([1, null, 1], 102, 22)).toBe('M1 1h0M101 1h0');
  expect(sparkLine([NaN, 1, 1, Infinity], 92, 22).match(/M/g)).toHaveLength(1);
  expect(sparkLine([3], 100, 22)).toBe('M50 1h0');
});
it('nothing is drawn of nothing', () => {
  expect(sparkLine([], 100, 20)).toBe('');
  expect(sparkLine([null, null], 100, 20)).toBe('');
  expect(sparkBars([0, null], 100, 20)).toBe('');
});
it('bars are seen however small, also below zero', () => {
  expect(sparkBars([1, 100_000], 20, 20)).toBe('M0 20v-1h9v1zM10 20v-20h9v20z');
  expect(sparkBars([-1, 1], 20, 20)).toBe('M0 10v10h9v-10zM10 10v-10h9v10z');
});
it('zeros are a line at the bottom', () => {
  expect(sparkLine([0, 0], 102, 22)).toBe('M1 21L101 21');
});

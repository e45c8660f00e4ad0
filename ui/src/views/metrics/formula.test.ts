/* A ratio that pairs the wrong lines is worse than none. */
import { describe, expect, it } from 'vitest';
import { calculated, lettersOf, problemOf } from './formula';

const line = (labels: Record<string, string>, ...values: number[]) => ({
  labels,
  points: values.map((value, t) => [t, value] as const),
});
const given = new Map([
  ['A', [line({ route: '/a' }, 1, 2, 3), line({ route: '/b' }, 10, 20, 30)]],
  ['B', [line({}, 2, 0, 4)]],
  ['C', [line({ route: '/b' }, 5, 5), line({ route: '/c' }, 1, 1)]],
]);
const values = (formula: string) =>
  calculated(formula, given).map(({ labels, points }) => [labels['route'], ...points.map(([, value]) => value)]);

describe('formulas', () => {
  it('count with numbers, in the usual order', () => {
    expect(values('B * 2 + 1')).toEqual([[undefined, 5, 1, 9]]);
    expect(values('2 + B * 10')).toEqual([[undefined, 22, 2, 42]]);
    expect(values('(2 + B) * 10')).toEqual([[undefined, 40, 20, 60]]);
    expect(values('-B')).toEqual([[undefined, -2, 0, -4]]);
    expect(values('10 - B - 1')).toEqual([[undefined, 7, 9, 5]]);
    expect(values('1e2 * b')).toEqual([[undefined, 200, 0, 400]]);
  });
  it('match lines by their labels, and one line with all', () => {
    expect(values('A / B')).toEqual([['/a', 0.5, 0.75], ['/b', 5, 7.5]]); // prettier-ignore
    expect(values('B / A * 100')).toEqual([['/a', 200, 0, (4 / 3) * 100], ['/b', 20, 0, (4 / 30) * 100]]); // prettier-ignore
    expect(values('A / C')).toEqual([['/b', 2, 4]]);
    expect(values('A / X')).toEqual([]);
  });
  it('say what is wrong', () => {
    expect(problemOf('A / B', ['A', 'B'])).toBe('');
    expect(problemOf('A / Z', ['A'])).toContain('no query Z');
    expect(problemOf('A ; B', ['A'])).toContain('; B');
    for (const broken of ['A +', '(A', 'A B', '* A', '', ')', '()'] as const)
      expect(problemOf(broken, ['A', 'B'])).not.toBe('');
    expect(problemOf('('.repeat(199) + 'A', ['A'])).not.toBe('');
    expect(problemOf('A+'.repeat(500) + 'A', ['A'])).toContain('too long');
    expect(values('A +')).toEqual([]);
    expect(values('1 + 1')).toEqual([]);
  });
  it('name their letters', () => {
    expect(lettersOf('A / (B + A)')).toEqual(['A', 'B']);
    expect(lettersOf('A ?')).toEqual([]);
  });
});

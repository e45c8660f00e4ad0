/* From answers to lines: units, what is left out, and what is said to be wrong. */
import { expect, it } from 'vitest';
import { ApiError } from '../../api/client';
import type { Answered } from './answers';
import { formulaUnit, outcomeOf } from './drawn';
import { emptyQuery } from './query';

const answered = (letter: string, name: string, aggregation: string, unit: string): Answered => ({
  letter,
  series: {
    name,
    unit,
    kind: 'histogram',
    aggregation,
    step_s: 10,
    truncated: letter === 'B',
    groups: 40,
    series: [{ labels: {}, points: [[0, letter === 'A' ? 1 : 4]] }],
  },
});
const query = (letter: string, name: string) => ({ ...emptyQuery(letter), name });

it('lines have the unit of their reading; formulas that of what they add', () => {
  const queries = [
    query('A', 'took'),
    query('B', 'took'),
    { ...emptyQuery('C'), formula: 'A / B' },
    { ...emptyQuery('D'), formula: 'A + A' },
  ];
  const { lines, more, problems } = outcomeOf(queries, [
    answered('A', 'took', 'p95', 's'),
    answered('B', 'took', 'rate', 's'),
  ]);
  expect(lines.map((line) => [line.letter, line.unit, line.points[0]![1]])).toEqual([['A', 's', 1], ['B', '1/s', 4], ['C', '', 0.25], ['D', 's', 2]]); // prettier-ignore
  expect(more.get('B')).toBe(40);
  expect(problems.size).toBe(0);
});
it('an answer to a former question is not drawn', () => {
  expect(outcomeOf([query('A', 'new')], [answered('A', 'old', 'p95', 's')]).lines).toEqual([]);
});
it('what is off is not drawn, and formulas say that it is missing', () => {
  const queries = [
    { ...query('A', 'took'), off: true },
    { ...emptyQuery('B'), formula: 'A * 2' },
  ];
  const { lines, problems } = outcomeOf(queries, []);
  expect(lines).toEqual([]);
  expect(problems.get('B')).toContain('no query A');
});
it('a refusal stands at its query', () => {
  const error = new ApiError(400, 'validation', 'where: odd', 'Write it so.');
  expect(outcomeOf([query('A', 'took')], [{ letter: 'A', error }]).problems.get('A')).toBe('where: odd. Write it so.');
});
it('units of formulas', () => {
  const units = new Map([['A', 's'], ['B', 'By']]); // prettier-ignore
  expect(formulaUnit('A - A', units)).toBe('s');
  expect(formulaUnit('A - B', units)).toBe('');
  expect(formulaUnit('A * 2', units)).toBe('');
});

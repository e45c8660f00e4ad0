/* The address is what people share: it must come back as it was written, and never break the page. */
import { describe, expect, it } from 'vitest';
import type { MetricQuery } from './query';
import { emptyQuery, freeLetter, readQuery, TOP, written } from './query';

const query = (changes: Partial<MetricQuery>): MetricQuery => ({ ...emptyQuery('A'), ...changes });

describe('a query in the address', () => {
  it.each([
    [query({ name: 'http.server.request.duration' }), 'http.server.request.duration'],
    [query({ name: 'a', aggregation: 'p95' }), 'p95(a)'],
    [query({ name: 'a', aggregation: 'p99.9', kind: 'histogram' }), 'p99.9(a histogram)'],
    [query({ name: 'a', kind: 'gauge' }), 'usual(a gauge)'],
    [
      query({
        name: 'a',
        aggregation: 'rate',
        groupBy: ['service', 'http.route'],
        top: 5,
        where: 'service:checkout x=1',
      }),
      'rate(a) by service, http.route top 5 where service:checkout x=1',
    ],
    [query({ name: 'a', groupBy: ['*'] }), 'a by *'],
    [query({ name: 'odd name (x)', groupBy: ['a,b', 'say "hi"'] }), '"odd name (x)" by "a,b", "say \\"hi\\""'],
    [query({ name: 'top', groupBy: ['where'] }), '"top" by "where"'],
    [query({ formula: 'A / B * 100' }), '= A / B * 100'],
    [query({ name: 'a', off: true }), '~ a'],
    [query({ formula: 'A', off: true }), '~ = A'],
  ])('%o is %s and back', (given, text) => {
    expect(written(given)).toBe(text);
    expect(readQuery('A', text)).toEqual(given);
  });

  it.each([
    '',
    '~',
    '(((',
    'p95(',
    'p95(a',
    'a by',
    'a by ,,,',
    'a top x',
    '"unended',
    'a by b where',
    '= ',
    '\u0000 \ud800',
    'by by by',
  ])('survives %j, and settles', (text) => {
    const once = written(readQuery('A', text));
    expect(written(readQuery('A', once))).toBe(once);
  });

  it('keeps the number of lines within bounds', () => {
    expect(readQuery('A', 'a top 0').top).toBe(1);
    expect(readQuery('A', 'a top 999999999999').top).toBe(200);
    expect(readQuery('A', 'a').top).toBe(TOP);
  });
});

it('letters are given in order, until there are none', () => {
  expect(freeLetter([])).toBe('A');
  expect(freeLetter([emptyQuery('A'), emptyQuery('C')])).toBe('B');
  expect(freeLetter([...'ABCDEFGH'].map(emptyQuery))).toBeUndefined();
});

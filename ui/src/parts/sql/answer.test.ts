/* A chart of an answer must put its points where the engine said, whatever zone the reader is in. */
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../api/client';
import { bareType, lines, numeric, seconds, suggested, use } from './answer';
import { downloadHref, errorPlace } from './run';

const column = (name: string, type: string) => ({ name, type });

it('knows what columns are good for', () => {
  expect(bareType('LowCardinality(Nullable(String))')).toBe('String');
  const uses = Object.fromEntries(
    [
      column('a', 'DateTime64(9)'),
      column('b', 'Nullable(DateTime)'),
      column('t', 'UInt64'),
      column('time', 'Float64'),
      column('n', 'Int64'),
      column('d', 'Decimal(9, 2)'),
      column('s', 'LowCardinality(String)'),
      column('m', 'Map(String, String)'),
      column('l', 'Array(UInt8)'),
    ].map((one) => [one.name, use(one)]),
  );
  expect(uses).toEqual({
    a: 'time',
    b: 'time',
    t: 'time',
    time: 'time',
    n: 'number',
    d: 'number',
    s: 'text',
    m: 'other',
    l: 'other',
  });
});

it('suggests axes', () => {
  const time = column('time', 'DateTime');
  expect(suggested([time, column('service', 'String'), column('n', 'UInt64'), column('e', 'UInt64')])).toEqual({
    x: 'time',
    y: ['n'],
    series: 'service',
  });
  expect(suggested([column('n', 'UInt64'), time, column('e', 'UInt64')])?.y).toEqual(['n', 'e']);
  expect(suggested([time])).toBeUndefined();
  expect(suggested([column('n', 'UInt8')])).toBeUndefined();
});

it.each([
  ['2026-03-01 12:00:00', 1_772_366_400],
  ['2026-03-01 12:00:00.500000000', 1_772_366_400.5],
  ['2026-03-01', 1_772_323_200],
  [1_772_366_400, 1_772_366_400],
  ['1772366400123456789', 1_772_366_400.123_456_7],
  [1_772_366_400_500, 1_772_366_400.5],
])('reads %j as a moment', (value, expected) => expect(seconds(value)).toBeCloseTo(expected, 3));
it.each(['', 'x', null, '12:00', {}])('reads %j as none', (value) => expect(seconds(value)).toBeUndefined());

it('reads numbers that came as text, and no others', () => {
  expect(['18446744073709551615', '1.5', 2, '', 'nan', 'inf', null, {}].map(numeric)).toEqual([
    18446744073709552000,
    1.5,
    2,
    null,
    null,
    null,
    null,
    null,
  ]);
});

describe('lines', () => {
  const rows = [
    { t: '2026-03-01 12:01:00', s: 'b', n: '2' },
    { t: '2026-03-01 12:00:00', s: 'b', n: '1' },
    { t: '2026-03-01 12:00:00', s: '', n: 'nan' },
    { t: 'never', s: 'c', n: 5 },
  ];
  it('are one a series, by time', () => {
    expect(lines({ rows }, { x: 't', y: ['n'], series: 's' }).lines).toEqual([
      { label: 'b', points: [[1_772_366_400, 1], [1_772_366_460, 2]] },
      { label: '(empty)', points: [[1_772_366_400, null]] },
    ]); // prettier-ignore
  });
  it('are bounded, and say so', () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ t: 1_772_366_400, s: `s${i}`, n: i }));
    const found = lines({ rows: many }, { x: 't', y: ['n'], series: 's' });
    expect([found.lines.length, found.left]).toEqual([50, 10]);
  });
});

describe('an error', () => {
  const place = (message: string, statement: string) => {
    const found = errorPlace(new ApiError(400, 'validation', message), statement);
    return found && statement.slice(...found);
  };
  it('is marked where the engine says', () => {
    expect(place("query: not understood at character 10, near 'FORM'", 'SELECT a FORM otel_traces')).toBe('FORM');
    expect(place('query: it ends too early, at character 99', 'SELECT (')).toBe('(');
  });
  it('is marked at the name it is about', () => {
    expect(place('Unknown expression identifier `nosuch`. In scope', 'SELECT a.nosuch, nosuch FROM t')).toBe('nosuch');
    expect(place("query: there is no table 'x'", 'SELECT 1')).toBeUndefined();
  });
});

it('downloads what was asked, with its values', () => {
  const href = downloadHref(
    { query: 'SELECT {a:String}', parameters: { a: ['1&2', '='] }, start: 's', end: 'e' },
    'csv',
  );
  const query = new URL(href, 'http://x').searchParams;
  expect(query.get('query')).toBe('SELECT {a:String}');
  expect(query.getAll('parameter')).toEqual(['a=1&2', 'a==']);
  expect(query.get('format')).toBe('csv');
});

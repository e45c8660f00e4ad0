/* A span that cannot be found in its own waterfall is lost: every way of leaving rows out must be exact. */
import { describe, expect, it } from 'vitest';
import { outlineOf } from './example';
import { foldedBelow, foldedByService, isLog, logOf, logsBySpan, rowsOf, selfTime, sibling, unfoldedTo } from './rows';

const log = (span: number) => ({
  offset_ns: 0,
  span,
  severity: 'INFO',
  severity_number: 9,
  body: '',
  cut: false,
  id: String(span),
});
//  0 ─ 1 ─ 2
//    │   └ 3
//    └ 4 ─ 5
//  6
const outline = outlineOf(
  [
    [0, 0, 0, 100],
    [1, 1, 10, 30],
    [2, 1, 10, 5],
    [2, 0, 20, 5],
    [1, 0, 30, 40],
    [2, 1, 35, 100],
    [0, 0, 90, 10],
  ],
  { logs: [log(1), log(1), log(5), log(-1)] },
);
const logs = logsBySpan(outline);
const all = { folded: new Set<number>(), hidden: new Set<number>(), root: -1, logs: false };

describe('rows', () => {
  it('are all spans in order', () => expect(rowsOf(outline, all, logs)).toEqual([0, 1, 2, 3, 4, 5, 6]));
  it('leave out what is below a folded span', () =>
    expect(rowsOf(outline, { ...all, folded: new Set([1, 4]) }, logs)).toEqual([0, 1, 4, 6]));
  it('leave out spans of a hidden service and keep what is below them', () =>
    expect(rowsOf(outline, { ...all, hidden: new Set([1]) }, logs)).toEqual([0, 3, 4, 6]));
  it('fold also below a span that is hidden itself', () =>
    expect(rowsOf(outline, { ...all, hidden: new Set([1]), folded: new Set([1]) }, logs)).toEqual([0, 4, 6]));
  it('are one subtree', () => expect(rowsOf(outline, { ...all, root: 4 }, logs)).toEqual([4, 5]));
  it('have logs beneath their span', () => {
    const rows = rowsOf(outline, { ...all, logs: true, folded: new Set([4]) }, logs);
    expect(rows.filter((row) => !isLog(row))).toEqual([0, 1, 2, 3, 4, 6]);
    expect(rows.slice(1, 4).map((row) => (isLog(row) ? `log ${logOf(row)}` : row))).toEqual([1, 'log 0', 'log 1']);
  });
});

describe('folding', () => {
  it('by level shows so many levels', () => {
    for (const [levels, rows] of [
      [1, [0, 6]],
      [2, [0, 1, 4, 6]],
      [3, [0, 1, 2, 3, 4, 5, 6]],
    ] as const)
      expect(rowsOf(outline, { ...all, folded: foldedBelow(outline, levels) }, logs)).toEqual(rows);
  });
  it('by service goes there and back', () => {
    const once = foldedByService(outline, new Set(), 0);
    expect([...once]).toEqual([0, 4]);
    expect([...foldedByService(outline, once, 0)]).toEqual([]);
  });
  it('is undone above a span that must be seen', () => {
    expect([...unfoldedTo(outline, new Set([0, 1, 4]), 5)]).toEqual([1]);
    const folded = new Set([1]);
    expect(unfoldedTo(outline, folded, 5)).toBe(folded);
  });
});

it('knows siblings', () => {
  expect([sibling(outline, 1, 1), sibling(outline, 4, -1), sibling(outline, 4, 1), sibling(outline, 2, -1)]).toEqual([
    4, 1, -1, -1,
  ]);
  expect([sibling(outline, 0, 1), sibling(outline, 6, -1), sibling(outline, 6, 1)]).toEqual([6, 0, -1]);
});

it('takes the time of children from a span once, and only within it', () => {
  expect([0, 1, 4, 5].map((span) => selfTime(outline, span))).toEqual([40, 20, 5, 100]);
});

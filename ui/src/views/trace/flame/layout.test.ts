import { describe, expect, it } from 'vitest';
import { outlineOf } from '../spans/sample';
import { boxesOf } from './layout';
import { boxAt, byRow, matches, neighbour } from './places';
import { FreeRows } from './rows';

const TRACE = outlineOf([
  { name: 'root', start: 0, end: 100 },
  { name: 'get', parent: 0, service: 'db', start: 10, end: 40 },
  { name: 'row', parent: 1, service: 'db', start: 12, end: 20, failed: true },
  { name: 'get', parent: 0, service: 'db', start: 20, end: 60 },
  { name: 'last', parent: 0, start: 70, end: 90 },
]);

describe('by time', () => {
  const boxes = boxesOf(TRACE, 'time');
  it('puts work side by side in rows of its own, and what follows back up', () => {
    expect([...boxes.row]).toEqual([0, 1, 2, 2, 1]);
    expect(boxes.rows).toBe(3);
  });
  it('never lets two boxes of a row overlap', () => {
    const many = outlineOf([
      { name: 'root', start: 0, end: 1000 },
      ...Array.from({ length: 300 }, (_, i) => ({
        name: 'x',
        parent: 0,
        start: (i * 37) % 500,
        end: ((i * 37) % 500) + 1 + (i % 90),
      })).sort((a, b) => a.start - b.start),
    ]);
    const laid = boxesOf(many, 'time');
    for (const row of byRow(laid))
      for (let k = 1; k < row.length; k++) expect(laid.from[row[k]!]).toBeGreaterThanOrEqual(laid.to[row[k - 1]!]!);
  });
});

describe('aggregated', () => {
  const boxes = boxesOf(TRACE, 'aggregated');
  it('has a box for each path, as wide as the self time in it', () => {
    expect([...boxes.count]).toEqual([1, 2, 1, 1]);
    expect([...boxes.row]).toEqual([0, 1, 2, 1]);
    expect([...boxes.self].map((ns) => ns / 1e6)).toEqual([30, 62, 8, 20]);
    expect([...boxes.from].map((ns) => ns / 1e6)).toEqual([0, 0, 0, 70]);
    expect([...boxes.to].map((ns) => ns / 1e6)).toEqual([120, 70, 8, 90]);
    expect([...boxes.failed]).toEqual([0, 0, 1, 0]);
  });
  it('stands for the longest of its spans', () => {
    expect(boxes.span[1]).toBe(3);
    expect([...boxes.of]).toEqual([0, 1, 2, 1, 3]);
  });
  it('keeps children within their parents', () => {
    boxes.parent.forEach((parent, i) => {
      if (parent < 0) return;
      expect(boxes.from[i]).toBeGreaterThanOrEqual(boxes.from[parent]!);
      expect(boxes.to[i]).toBeLessThanOrEqual(boxes.to[parent]!);
    });
  });
});

describe('places', () => {
  const boxes = boxesOf(TRACE, 'time');
  const rows = byRow(boxes);
  it('finds the box under a place, and one nearby', () => {
    expect(boxAt(boxes, rows[1], 15e6, 0)).toBe(1);
    expect(boxAt(boxes, rows[1], 65e6, 0)).toBe(-1);
    expect(boxAt(boxes, rows[1], 65e6, 6e6)).toBe(4);
    expect(boxAt(boxes, rows[9], 65e6, 6e6)).toBe(-1);
  });
  it('walks with arrow keys', () => {
    expect(neighbour(boxes, rows, 1, 'ArrowUp')).toBe(0);
    expect(neighbour(boxes, rows, 0, 'ArrowUp')).toBe(0);
    expect(neighbour(boxes, rows, 0, 'ArrowDown')).toBe(1);
    expect(neighbour(boxes, rows, 1, 'ArrowRight')).toBe(4);
    expect(neighbour(boxes, rows, 1, 'ArrowLeft')).toBe(1);
    expect(neighbour(boxes, rows, 2, 'ArrowDown')).toBe(2);
  });
  it('finds names and services in any case', () => {
    expect([...matches(TRACE, boxes, ' DB')]).toEqual([0, 1, 1, 1, 0]);
    expect([...matches(TRACE, boxes, 'oo')]).toEqual([1, 0, 0, 0, 0]);
    expect([...matches(TRACE, boxes, ' ')]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('rows', () => {
  it('are taken from the first that is free at or below another', () => {
    const rows = new FreeRows(4);
    expect([
      rows.take(0, 0, 10),
      rows.take(0, 5, 6),
      rows.take(0, 10, 12),
      rows.take(1, 0, 9),
      rows.take(1, 6, 7),
    ]).toEqual([0, 1, 0, 2, 1]);
  });
});

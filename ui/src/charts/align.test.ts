/* Lines must neither bridge holes nor fall apart where another line has more points. */
import { describe, expect, it } from 'vitest';
import { aligned, extent, leastPositive, stacked } from './align';
import type { Point } from './align';
import { labelWidth, tickLabel, unitRange, unitTicks } from './axis';

const every = (step: number, values: (number | null)[]): Point[] => values.map((value, i) => [i * step, value]);

describe('lines on one axis', () => {
  it('keep their values and know which times are only of others', () => {
    const data = aligned([every(10, [1, 2, 3]), every(5, [1, 2, 3, 4, 5])]);
    expect(data[0]).toEqual([0, 5, 10, 15, 20]);
    expect(data[1]).toEqual([1, undefined, 2, undefined, 3]);
    expect(data[2]).toEqual([1, 2, 3, 4, 5]);
  });
  it('break where a line is silent for long', () => {
    const silent: Point[] = [[0, 1], [1, 1], [2, 1], [3, 1], [20, 1], [21, 1]]; // prettier-ignore
    const data = aligned([silent, every(1, new Array<number>(22).fill(7))]);
    expect(data[1]!.slice(4, 20)).toEqual(new Array(16).fill(null));
    expect(data[1]![20]).toBe(1);
  });
  it('take NaN and infinity as holes, and times that are none as nothing', () => {
    const data = aligned([[[0, NaN], [1, Infinity], [2, null], [NaN, 3], [3, 4]]]); // prettier-ignore
    expect(data).toEqual([[0, 1, 2, 3], [null, null, null, 4]]); // prettier-ignore
    expect(extent(data)).toEqual([4, 4]);
  });
  it('are sorted whatever order they come in; none at all is fine', () => {
    expect(aligned([[[2, 1], [1, 2]]])).toEqual([[1, 2], [2, 1]]); // prettier-ignore
    expect(aligned([])).toEqual([[]]);
    expect(extent(aligned([[]]))).toEqual([Infinity, -Infinity]);
  });
  it('stack without what is missing', () => {
    expect(stacked([[0, 1], [1, null], [2, 5]])).toEqual([[0, 1], [1, 0], [3, 5]]); // prettier-ignore
  });
  it('know their least positive value', () => {
    expect(leastPositive([[0, 1, 2], [-1, 0, 0.5]])).toBe(0.5); // prettier-ignore
  });
});

describe('axes of units', () => {
  it('step in what the unit is made of', () => {
    expect(unitTicks(0, 4096, 4, 'By')).toEqual([0, 1024, 2048, 3072, 4096]);
    expect(unitTicks(0, 4, 4, 'KiBy/s')).toEqual([0, 1, 2, 3, 4]);
    expect(unitTicks(0, 120, 4, 's')).toEqual([0, 30, 60, 90, 120]);
    expect(unitTicks(1, 100, 6, 'ms', true)).toEqual([1, 2, 5, 10, 20, 50, 100]);
  });
  it('end on ticks and hold all values', () => {
    for (const unit of ['', 's', 'By', 'By/s', '{request}', '%']) {
      for (const [min, max] of [
        [0, 0],
        [3, 3],
        [-5, 5],
        [0.001, 0.0017],
        [1000, 1001],
        [5e6, 9e9],
      ] as const) {
        // prettier-ignore
        const [low, high] = unitRange(min, max, 5, unit);
        expect(low).toBeLessThan(high);
        expect(low).toBeLessThanOrEqual(min);
        expect(high).toBeGreaterThanOrEqual(max);
        expect(unitTicks(low, high, 5, unit).length).toBeLessThan(20);
      }
    }
    expect(unitRange(NaN, NaN, 5)).toEqual([0, 1]);
  });
  it('have labels, and room for them', () => {
    expect(tickLabel(1024, 'By')).toBe('1 KiB');
    expect(tickLabel(2, '{request}/s')).toBe('2');
    expect(tickLabel(2, '', (value) => `<${String(value)}>`)).toBe('<2>');
    expect(labelWidth([])).toBeGreaterThan(20);
  });
});

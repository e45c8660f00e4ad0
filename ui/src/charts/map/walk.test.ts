/* Keys and wheel must lead where one looks, and never lose the map. */
import { describe, expect, it } from 'vitest';
import { fitted, showing, zoomed } from './camera';
import { headOf, pathOf, radiusOf, redness, ringDash, widthOf } from './shapes';
import { around, nextNode } from './walk';

const points = [
  { x: 0, y: 50 },
  { x: 100, y: 0 },
  { x: 100, y: 60 },
  { x: 100, y: 120 },
  { x: 200, y: 60 },
];
const edges = [
  { from: 0, to: 1, weight: 1 },
  { from: 0, to: 2, weight: 9 },
  { from: 2, to: 4, weight: 1 },
  { from: 3, to: 3, weight: 5 },
];
const map = { points, edges };

describe('keys', () => {
  it.each([
    [0, 'right', 2],
    [2, 'right', 4],
    [4, 'right', undefined],
    [2, 'left', 0],
    [0, 'left', undefined],
    [3, 'left', undefined],
    [1, 'down', 2],
    [2, 'up', 1],
    [1, 'up', undefined],
    [0, 'down', 2],
  ] as const)('from %i to the %s is %s', (from, direction, to) => expect(nextNode(map, from, direction)).toBe(to));

  it('finds who is around', () => {
    expect([...around(edges, 2, 1)].sort()).toEqual([0, 2, 4]);
    expect([...around(edges, 2, 2)].sort()).toEqual([0, 1, 2, 4]);
    expect([...around(edges, 3, 2)]).toEqual([3]);
  });
});

describe('the camera', () => {
  const window = { width: 800, height: 400 };
  it('fits a large map and leaves a small one readable', () => {
    expect(fitted({ width: 8000, height: 100 }, window).k).toBeCloseTo(0.096);
    expect(fitted({ width: 100, height: 100 }, window).k).toBe(1.7);
    expect(fitted({ width: 0, height: 0 }, { width: 0, height: 0 }).k).toBeGreaterThan(0);
  });
  it('keeps what is under the pointer', () => {
    const camera = zoomed({ x: 10, y: 20, k: 1 }, 2, { x: 110, y: 120 });
    expect(camera).toEqual({ x: -90, y: -80, k: 2 });
    expect(zoomed(camera, 1e9, { x: 0, y: 0 }).k).toBe(2.5);
  });
  it('brings a node in sight and else stays', () => {
    const still = { x: 0, y: 0, k: 1 };
    expect(showing(still, { x: 400, y: 200 }, window)).toBe(still);
    expect(showing(still, { x: 1000, y: 200 }, window)).toEqual({ x: -270, y: 0, k: 1 });
  });
});

describe('shapes', () => {
  it('grow with traffic and survive none', () => {
    expect(radiusOf(0, 0)).toBe(8);
    expect(radiusOf(Number.NaN, 5)).toBe(8);
    expect(radiusOf(1, 100)).toBeLessThan(radiusOf(100, 100));
    expect(widthOf(100, 100)).toBe(5.5);
  });
  it('turn red with failures', () => {
    expect([0, 0.001, 0.25, 1].map(redness)).toEqual([0, 25, 100, 100]);
    expect(ringDash(0, 10)).toBeUndefined();
    expect(ringDash(1, 10)).toBe('62.8 0');
  });
  it('lead from border to border', () => {
    expect(
      pathOf(
        [
          { x: 0, y: 0 },
          { x: 100, y: 10 },
        ],
        10,
        8,
      ),
    ).toBe('M10 0C50 0 50 10 90 10');
    expect(
      headOf(
        [
          { x: 0, y: 0 },
          { x: 100, y: 10 },
        ],
        8,
        6,
      ),
    ).toBe('M90 10l-6 -3.3v6.6z');
    expect(pathOf([], 1, 1)).toBe('');
  });
});

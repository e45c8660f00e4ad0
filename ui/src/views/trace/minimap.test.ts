/* The strip is how one finds the way in a large trace: what is dragged must be what is shown. */
import { describe, expect, it } from 'vitest';
import { outlineOf } from './example';
import { dragged, gripAt, lines, rowY } from './minimap';

describe('lines', () => {
  it('lie where their time is, one row a span', () => {
    const outline = outlineOf([
      [0, 0, 0, 100],
      [1, 0, 50, 25],
    ]);
    expect(lines(outline, 200, 40)).toEqual([
      { x: 0, y: 0, width: 200, span: 0 },
      { x: 100, y: 4, width: 50, span: 1 },
    ]);
  });
  it('are at least a pixel wide', () =>
    expect(
      lines(
        outlineOf([
          [0, 0, 0, 1e9],
          [1, 0, 5, 0],
        ]),
        100,
        40,
      )[1]!.width,
    ).toBe(1));
  it('are few where many spans share a pixel', () => {
    const rows = Array.from({ length: 50_000 }, (_, i): [number, number, number, number] => [
      i ? 1 : 0,
      0,
      i % 100,
      i ? 10 : 1000,
    ]);
    const found = lines(outlineOf(rows), 1000, 50);
    expect(found.length).toBeLessThan(10_000);
    expect(Math.max(...found.map((line) => line.y))).toBe(49);
    expect(rowY(49_999, 50_000, 50)).toBe(49);
  });
});

describe('a pointer', () => {
  const zoom = { from: 250, to: 750 };
  it.each([
    [100, 'new'],
    [246, 'from'],
    [500, 'window'],
    [753, 'to'],
    [900, 'new'],
  ] as const)('at %i takes %s', (x, grip) => expect(gripAt(x, 1000, zoom, 1000)).toBe(grip));
  it('takes no edge of a window that is all', () => expect(gripAt(1, 1000, { from: 0, to: 1000 }, 1000)).toBe('new'));
  it.each([
    ['new', 800, 600, { from: 600, to: 800 }],
    ['window', 500, 510, { from: 260, to: 760 }],
    ['from', 250, 300, { from: 300, to: 750 }],
    ['from', 250, 800, { from: 750, to: 800 }],
    ['to', 750, 700, { from: 250, to: 700 }],
  ] as const)('drags %s from %i to %i', (grip, from, to, expected) =>
    expect(dragged(grip, from, to, 1000, zoom, 1000)).toEqual(expected),
  );
});

/* A root may own thousands of pieces of the critical path: as many are drawn as can be told apart, and none is lost. */
import { expect, it } from 'vitest';
import { outlineOf } from './example';
import { criticalBySpan, drawable, spaced } from './paths';

const zoom = { from: 0, to: 1000 };

it('belongs to its spans', () => {
  const outline = outlineOf(
    [
      [0, 0, 0, 100],
      [1, 0, 10, 20],
    ],
    {
      critical: [
        [0, 0, 10],
        [1, 10, 30],
        [0, 30, 100],
      ],
    },
  );
  expect([...criticalBySpan(outline)]).toEqual([
    [
      0,
      [
        [0, 10],
        [30, 100],
      ],
    ],
    [1, [[10, 30]]],
  ]);
});

it('joins what lies closer than a pixel', () => {
  const many = Array.from({ length: 5000 }, (_, i): [number, number] => [i * 0.2, i * 0.2 + 0.1]);
  expect(drawable(many, zoom, 100)).toEqual([[0, expect.closeTo(999.9) as number]]);
  expect(
    drawable(
      [
        [0, 10],
        [30, 40],
      ],
      zoom,
      100,
    ),
  ).toEqual([
    [0, 10],
    [30, 40],
  ]);
});

it('leaves out what is out of sight', () =>
  expect(
    drawable(
      [
        [0, 5],
        [50, 60],
        [90, 99],
      ],
      { from: 40, to: 70 },
      100,
    ),
  ).toEqual([[50, 60]]));

it('keeps dots apart', () => expect(spaced([-5, 1, 2, 3, 60, 2000], zoom, 100)).toEqual([1, 60]));

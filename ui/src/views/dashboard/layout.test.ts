/* A panel that covers another, or a board that jumps while one drags, makes arranging a fight: the rules are pinned here. */
import { describe, expect, it } from 'vitest';
import {
  bottom,
  type Box,
  COLUMNS,
  freePlace,
  inReadingOrder,
  moved,
  nudged,
  overlap,
  resized,
  settled,
} from './layout';

const box = (id: string, x: number, y: number, w: number, h: number): Box => ({ id, x, y, w, h });
const places = (boxes: Box[]) => Object.fromEntries(boxes.map((one) => [one.id, [one.x, one.y, one.w, one.h]]));

describe('settling', () => {
  it('lets panels fall up', () => {
    expect(places(settled([box('a', 0, 5, 6, 2), box('b', 0, 9, 6, 2), box('c', 6, 3, 6, 1)]))).toEqual({
      a: [0, 0, 6, 2],
      b: [0, 2, 6, 2],
      c: [6, 0, 6, 1],
    });
  });
  it('does not let a panel through another', () => {
    expect(places(settled([box('wide', 0, 1, 12, 2), box('low', 0, 5, 3, 1)]))['low']).toEqual([0, 2, 3, 1]);
  });
  it('parts what overlaps', () => {
    expect(places(settled([box('a', 0, 0, 6, 4), box('b', 3, 2, 6, 4), box('c', 5, 3, 6, 1)]))).toEqual({
      a: [0, 0, 6, 4],
      b: [3, 4, 6, 4],
      c: [5, 8, 6, 1],
    });
  });
  it('brings back what stands outside', () => {
    expect(places(settled([box('a', 10, -3, 6, 1)]))).toEqual({ a: [6, 0, 6, 1] });
  });
});

describe('moving', () => {
  const two = [box('a', 0, 0, 6, 4), box('b', 6, 0, 6, 4)];
  it('pushes down what it is put on', () => {
    expect(places(moved(two, 'a', 6, 0))).toEqual({ a: [6, 0, 6, 4], b: [6, 4, 6, 4] });
  });
  it('changes places with what it passes', () => {
    const stack = [box('a', 0, 0, 12, 4), box('b', 0, 4, 12, 2)];
    expect(places(moved(stack, 'a', 0, 5))).toEqual({ b: [0, 0, 12, 2], a: [0, 2, 12, 4] });
    expect(places(moved(stack, 'b', 0, 0))).toEqual({ b: [0, 0, 12, 2], a: [0, 2, 12, 4] });
  });
  it('stays within the columns', () => {
    expect(places(moved(two, 'b', 99, -5))['b']).toEqual([6, 0, 6, 4]);
    expect(places(moved(two, 'b', -9, 0))['b']).toEqual([0, 0, 6, 4]);
  });
  it('does nothing where nothing is meant', () => expect(moved(two, 'a', 0.4, 0.4)).toEqual(two));
});

describe('resizing', () => {
  it('pushes what is in the way down, and keeps limits', () => {
    const two = [box('a', 0, 0, 6, 4), box('b', 6, 0, 6, 4)];
    expect(places(resized(two, 'a', 8, 6))).toEqual({ a: [0, 0, 8, 6], b: [6, 6, 6, 4] });
    expect(places(resized(two, 'b', 99, 99))['b']).toEqual([6, 0, 6, 40]);
    expect(places(resized(two, 'b', 0, 0))['b']).toEqual([6, 0, 1, 1]);
  });
});

describe('keys', () => {
  const stack = [box('a', 0, 0, 12, 4), box('b', 0, 4, 12, 3), box('c', 0, 7, 12, 2)];
  it('go past the next panel in one step', () => {
    const down = nudged(stack, 'a', 0, 1);
    expect(inReadingOrder(down).map((one) => one.id)).toEqual(['b', 'a', 'c']);
    expect(nudged(down, 'a', 0, -1)).toEqual(stack);
  });
  it('stop at the ends', () => {
    expect(nudged(stack, 'a', 0, -1)).toEqual(stack);
    expect(nudged(stack, 'c', 0, 1)).toEqual(stack);
    expect(nudged(stack, 'a', 1, 0)).toEqual(stack);
    expect(nudged(stack, 'x', 1, 0)).toEqual(stack);
  });
  it('go sideways by a column', () => {
    expect(places(nudged([box('a', 0, 0, 4, 2)], 'a', 1, 0))['a']).toEqual([1, 0, 4, 2]);
  });
});

it('finds free places', () => {
  expect(freePlace([], 6, 4)).toEqual({ x: 0, y: 0 });
  expect(freePlace([box('a', 0, 0, 6, 4)], 6, 4)).toEqual({ x: 6, y: 0 });
  expect(freePlace([box('a', 0, 0, 6, 4)], 8, 4)).toEqual({ x: 0, y: 4 });
});

it('holds whatever is done', () => {
  let seed = 7;
  const random = (limit: number) => (seed = (seed * 48271) % 2147483647) % limit;
  for (let round = 0; round < 300; round++) {
    let boxes = Array.from({ length: 1 + random(12) }, (_, i) =>
      box(`p${i}`, random(14) - 1, random(20), 1 + random(12), 1 + random(6)),
    );
    boxes = settled(boxes);
    const id = `p${random(boxes.length)}`;
    boxes = [
      () => moved(boxes, id, random(14) - 1, random(24)),
      () => resized(boxes, id, random(14), random(9)),
      () => nudged(boxes, id, 0, random(2) ? 1 : -1),
    ][random(3)]!();
    for (const [index, one] of boxes.entries()) {
      expect(one.x >= 0 && one.y >= 0 && one.x + one.w <= COLUMNS).toBe(true);
      expect(boxes.slice(index + 1).filter((other) => overlap(one, other))).toEqual([]);
      const rests =
        one.y === 0 || boxes.some((other) => other.id !== one.id && overlap({ ...one, y: one.y - 1 }, other));
      expect(rests).toBe(true);
    }
    expect(settled(boxes)).toEqual(boxes);
    expect(bottom(boxes)).toBeLessThanOrEqual(boxes.reduce((sum, one) => sum + one.h, 0));
  }
});

/* Bars in wrong places tell lies: the moment under the pointer stays there, and nothing leaves the trace. */
import { describe, expect, it } from 'vitest';
import {
  around,
  bar,
  isWhole,
  momentAt,
  panned,
  parseZoom,
  printZoom,
  share,
  SHORTEST_NS,
  whole,
  within,
  zoomed,
} from './scale';

const DURATION = 1_000_000;
const half = { from: 250_000, to: 750_000 };

describe('a stretch', () => {
  it('of a trace without length is not empty', () => expect(whole(0)).toEqual({ from: 0, to: SHORTEST_NS }));
  it('stays within the trace', () => {
    expect(within({ from: -100, to: 400 }, DURATION)).toEqual({ from: 0, to: 500 });
    expect(within({ from: 999_900, to: 1_000_300 }, DURATION)).toEqual({ from: 999_600, to: 1_000_000 });
    expect(within({ from: -5, to: 2e9 }, DURATION)).toEqual(whole(DURATION));
    expect(within({ from: 10, to: 11 }, DURATION)).toEqual({ from: 10, to: 10 + SHORTEST_NS });
  });
  it('keeps the moment under the pointer when it is zoomed', () => {
    for (const place of [0, 0.3, 1])
      expect(momentAt(zoomed(half, 2, place, DURATION), place)).toBeCloseTo(momentAt(half, place), 3);
  });
  it('is whole again after zooming out', () => expect(isWhole(zoomed(half, 0.1, 0.5, DURATION), DURATION)).toBe(true));
  it('never gets shorter than there is to see', () => {
    let zoom = whole(DURATION);
    for (let i = 0; i < 100; i++) zoom = zoomed(zoom, 3, 0.5, DURATION);
    expect(zoom.to - zoom.from).toBe(SHORTEST_NS);
  });
  it('stops at the ends when it is panned', () => {
    expect(panned(half, 0.1, DURATION)).toEqual({ from: 300_000, to: 800_000 });
    expect(panned(half, 9, DURATION)).toEqual({ from: 500_000, to: 1_000_000 });
  });
  it('around a span has room', () => expect(around(100_000, 100_000, DURATION)).toEqual({ from: 90_000, to: 210_000 }));
});

describe('a bar', () => {
  it('lies where its time is', () => {
    expect(bar(half, 500_000, 125_000)).toEqual({ left: 0.5, width: 0.25 });
    expect(share(half, 250_000)).toBe(0);
  });
  it('out of sight is none, and one beyond the edges ends just outside', () => {
    expect(bar(half, 0, 100)).toBeUndefined();
    expect(bar(half, 800_000, 100)).toBeUndefined();
    expect(bar({ from: 500_000, to: 500_020 }, 0, DURATION)).toEqual({
      left: -0.1,
      width: expect.closeTo(1.2) as number,
    });
  });
});

describe('in the address', () => {
  it('comes back', () => expect(parseZoom(printZoom(half, DURATION)!, DURATION)).toEqual(half));
  it('is nothing when it is all', () => expect(printZoom(whole(DURATION), DURATION)).toBeNull());
  it.each(['', 'x', '5-1', '-4-9', '1e9-2e9', '99999999999999999999999-1'])('%j is all', (text) =>
    expect(parseZoom(text, DURATION)).toEqual(whole(DURATION)),
  );
});

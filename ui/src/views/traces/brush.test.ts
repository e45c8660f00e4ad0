/* What a person brushes must be what the list then shows, to the last point. */
import { describe, expect, it } from 'vitest';
import { brushed, extentOf, lengthText } from './brush';

const extent = { least: 1, most: 5000 };

describe('a brush', () => {
  it('narrows time and length', () => {
    expect(brushed('service:a', { x0: 10.7, x1: 20.2, y0: 100.04, y1: 999.6 }, extent)).toEqual({
      from: '10',
      to: '21',
      q: 'service:a trace.duration>=100ms trace.duration<=1000ms',
    });
  });
  it('takes the place of the one before', () => {
    expect(brushed('trace.duration>5s x', { x0: 1, x1: 2, y0: 50, y1: 6000 }, extent).q).toBe('x trace.duration>=50ms');
  });
  it('over all of the height asks for time alone', () => {
    expect(brushed('', { x0: 1, x1: 1, y0: 0.5, y1: 6000 }, extent)).toEqual({ from: '1', to: '2', q: null });
  });
});

it.each([
  [1234.5, Math.floor, '1.23s'],
  [1234.5, Math.ceil, '1.24s'],
  [0.57, Math.round, '570us'],
  [57.04, Math.floor, '57ms'],
  [0.0000004, Math.floor, '0ns'],
  [125_000, Math.floor, '125s'],
  [1000, Math.ceil, '1s'],
])('%d ms is written so that no point is lost', (ms, round, text) => expect(lengthText(ms, round)).toBe(text));

it('knows the extent of nothing', () => expect(extentOf([])).toEqual({ least: Infinity, most: -Infinity }));

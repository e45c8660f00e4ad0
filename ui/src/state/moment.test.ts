/* Wrong times shown are worse than none: each form of a moment is pinned. */
import { describe, expect, it } from 'vitest';
import { isRelative, lengthMs, momentMs } from './moment';

const now = Date.parse('2026-03-01T12:00:00Z');

describe('lengths', () => {
  it.each([
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5s', 1500],
    ['2w', 1_209_600_000],
  ])('%s', (text, expected) => expect(lengthMs(text)).toBe(expected));
  it.each(['', '15', 'm', '1h 30m', '-5m', '1y'])('%j is none', (text) => expect(lengthMs(text)).toBeUndefined());
});

describe('moments', () => {
  it.each([
    ['now', now],
    ['-15m', now - 900_000],
    ['now-1h30m', now - 5_400_000],
    ['+5m', now + 300_000],
    ['1772366400', 1_772_366_400_000],
    ['1772366400123', 1_772_366_400_123],
    ['1772366400123456789', 1_772_366_400_123.4568],
    ['2026-03-01T12:00:00Z', now],
    ['2026-03-01T13:00:00+01:00', now],
  ])('%s', (text, expected) => expect(momentMs(text, now)).toBeCloseTo(expected, 2));
  it.each(['yesterday', '-soon', '2026-13-45T00:00:00Z'])('%j is none', (text) =>
    expect(momentMs(text, now)).toBeUndefined(),
  );
});

it('knows which moments move', () => {
  expect(['now', '-1h', 'now-5m', '1772366400'].map(isRelative)).toEqual([true, true, true, false]);
});

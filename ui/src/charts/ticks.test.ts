/* Axes must stay round where clocks jump, zones are odd, ranges are empty and values are nonsense. */
import { describe, expect, it } from 'vitest';
import { offsetMs } from '../format';
import { byteTicks, durationTicks, logRange, logTicks, niceRange, roundStep, timeTicks, valueTicks } from './ticks';

const HOUR = 3_600_000;
const labels = (start: string, end: string, width: number, tz: string): string[] =>
  timeTicks(Date.parse(start), Date.parse(end), width, tz).map((tick) => tick.label);

describe('time ticks', () => {
  it('are round minutes of an hour', () => {
    expect(labels('2026-11-21T14:03:00Z', '2026-11-21T15:03:00Z', 640, 'UTC')).toEqual([
      '14:10',
      '14:20',
      '14:30',
      '14:40',
      '14:50',
      '15:00',
    ]);
  });
  it('name the day at midnight', () => {
    expect(labels('2026-11-20T20:00:00Z', '2026-11-21T04:00:00Z', 400, 'UTC')).toEqual([
      '20:00',
      '22:00',
      'Nov 21',
      '02:00',
      '04:00',
    ]);
  });
  it('have milliseconds and seconds where the range is short', () => {
    expect(labels('2026-11-21T14:00:00.000Z', '2026-11-21T14:00:00.010Z', 200, 'UTC')).toContain('14:00:00.005');
    expect(labels('2026-11-21T14:00:00Z', '2026-11-21T14:00:30Z', 300, 'UTC')).toContain('14:00:10');
  });
  it('leave out the hour that spring skips, and stay at round hours after it', () => {
    const shown = labels('2026-03-29T00:00:00+01:00', '2026-03-29T06:00:00+02:00', 800, 'Europe/Berlin');
    expect(shown).toEqual(['Mar 29', '01:00', '03:00', '04:00', '05:00', '06:00']);
  });
  it('show the hour twice that autumn repeats', () => {
    const ticks = timeTicks(
      Date.parse('2026-10-25T00:00:00+02:00'),
      Date.parse('2026-10-25T05:00:00+01:00'),
      800,
      'Europe/Berlin',
    );
    expect(ticks.map((tick) => tick.label)).toEqual(['Oct 25', '01:00', '02:00', '02:00', '03:00', '04:00', '05:00']);
    expect(ticks.every((tick, i) => i === 0 || tick.at - ticks[i - 1]!.at === HOUR)).toBe(true);
  });
  it('are local midnights over a change of the clock', () => {
    const ticks = timeTicks(
      Date.parse('2026-10-23T00:00:00+02:00'),
      Date.parse('2026-10-28T00:00:00+01:00'),
      700,
      'Europe/Berlin',
    );
    expect(ticks.map((tick) => tick.label)).toEqual(['Oct 23', 'Oct 24', 'Oct 25', 'Oct 26', 'Oct 27', 'Oct 28']);
    expect(ticks[3]!.at - ticks[2]!.at).toBe(25 * HOUR);
  });
  it('begin a day without midnight at its first instant', () => {
    const ticks = timeTicks(
      Date.parse('2018-11-02T00:00:00-03:00'),
      Date.parse('2018-11-06T00:00:00-02:00'),
      500,
      'America/Sao_Paulo',
    );
    expect(ticks.map((tick) => tick.label)).toEqual(['Nov 2', 'Nov 3', 'Nov 4', 'Nov 5', 'Nov 6']);
    expect(new Date(ticks[2]!.at).toISOString()).toBe('2018-11-04T03:00:00.000Z');
  });
  it.each(['Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Chatham'])(
    'are full hours of %s',
    (tz) => {
      const start = Date.parse('2026-04-04T09:00:00Z');
      const ticks = timeTicks(start, start + 12 * HOUR, 1400, tz);
      expect(ticks.length).toBeGreaterThan(9);
      for (const tick of ticks) expect((tick.at + offsetMs(tick.at, tz)) % HOUR).toBe(0);
    },
  );
  it('are Mondays, months and years where the range is long', () => {
    expect(labels('2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z', 500, 'UTC')).toEqual([
      'Nov 2',
      'Nov 9',
      'Nov 16',
      'Nov 23',
      'Nov 30',
    ]);
    expect(labels('2025-11-15T00:00:00Z', '2026-03-15T00:00:00Z', 500, 'Europe/Berlin')).toEqual([
      'Dec',
      '2026',
      'Feb',
      'Mar',
    ]);
    expect(labels('1990-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 500, 'UTC')).toEqual([
      '1990',
      '2000',
      '2010',
      '2020',
    ]);
  });
  it('are none for ranges that are empty, turned round or no numbers', () => {
    expect(timeTicks(5, 5, 500, 'UTC')).toEqual([]);
    expect(timeTicks(6, 5, 500, 'UTC')).toEqual([]);
    expect(timeTicks(NaN, 5, 500, 'UTC')).toEqual([]);
    expect(timeTicks(0, Infinity, 500, 'UTC')).toEqual([]);
    expect(timeTicks(-9e15, 9e15, 500, 'UTC')).toEqual([]);
  });
  it('never are more than fit', () => {
    for (let span = 3; span < 1e13; span *= 2.7) {
      for (const width of [40, 390, 1200]) {
        const most = Math.max(1, Math.floor(width / 90)) + 3;
        expect(timeTicks(1.7e12, 1.7e12 + span, width, 'Europe/Berlin').length, String(span)).toBeLessThanOrEqual(most);
      }
    }
  });
});

describe('value ticks', () => {
  it('are round and without dust', () => {
    expect(valueTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(valueTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(valueTicks(-3, 7, 5)).toEqual([-2, 0, 2, 4, 6]);
    expect(valueTicks(0, 1e-9, 2)).toEqual([0, 5e-10, 1e-9]);
    expect(valueTicks(0, 3e18, 3)).toEqual([0, 1e18, 2e18, 3e18]);
  });
  it('of an empty range are its value, of nonsense none', () => {
    expect(valueTicks(5, 5, 4)).toEqual([5]);
    expect(valueTicks(NaN, 5, 4)).toEqual([]);
    expect(valueTicks(0, Infinity, 4)).toEqual([]);
    expect(valueTicks(3, 1, 4)).toEqual([]);
    expect(valueTicks(1e16, 1e16 + 2, 4).length).toBeLessThanOrEqual(4);
  });
  it('of bytes are powers of two, of durations those of clocks', () => {
    expect(byteTicks(0, 4096, 4)).toEqual([0, 1024, 2048, 3072, 4096]);
    expect(durationTicks(0, 120_000, 4)).toEqual([0, 30_000, 60_000, 90_000, 120_000]);
    expect(durationTicks(0, 400, 4)).toEqual([0, 100, 200, 300, 400]);
    expect(durationTicks(0, 4 * 86_400_000, 2)).toEqual([0, 2 * 86_400_000, 4 * 86_400_000]);
    expect(durationTicks(7, 7, 3)).toEqual([7]);
  });
  it('of logarithmic axes are powers of ten, with parts where there is room', () => {
    expect(logTicks(1, 1000)).toEqual([1, 3, 10, 30, 100, 300, 1000]);
    expect(logTicks(1, 100)).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(logTicks(0, 1000, 6)).toEqual([1, 3, 10, 30, 100, 300, 1000]);
    expect(logTicks(1e-9, 1e9, 6)).toHaveLength(7);
    expect(logTicks(5, 5)).toEqual([5, 10]);
    expect(logTicks(-5, -1)).toEqual([]);
    expect(logTicks(NaN, 1)).toEqual([]);
    expect(logRange(0, 0)).toEqual([0.1, 1]);
  });
});

describe('ranges', () => {
  it('have round ends and zero where it is near', () => {
    expect(niceRange(3, 97)).toEqual([0, 100]);
    expect(niceRange(1000, 1010)).toEqual([1000, 1010]);
    expect(niceRange(-7, 12)).toEqual([-10, 15]);
  });
  it('of one value, of none and of nonsense are not empty', () => {
    expect(niceRange(0, 0)).toEqual([0, 1]);
    expect(niceRange(8, 8)).toEqual([0, 10]);
    expect(niceRange(-8, -8)).toEqual([-10, 0]);
    expect(niceRange(Infinity, -Infinity)).toEqual([0, 1]);
    expect(niceRange(NaN, 3)).toEqual([0, 1]);
  });
  it('step by 1, 2 or 5', () => {
    expect([0.9, 1, 1.1, 2.5, 6, 0.03].map(roundStep)).toEqual([1, 1, 2, 5, 10, 0.05]);
    expect(roundStep(0)).toBe(0);
    expect(roundStep(-1)).toBe(0);
  });
});

/* What people read must be right to the digit, also at the edges of units and for values that make no sense. */
import { describe, expect, it } from 'vitest';
import {
  axisValue,
  bytes,
  count,
  dimension,
  duration,
  moment,
  offset,
  percent,
  quantity,
  rate,
  shortMoment,
  timeOfDay,
  unitTitle,
} from './index';

const cases = <T>(name: string, run: (value: T) => string, rows: [T, string][]): void => {
  describe(name, () => {
    it.each(rows)('%s is %s', (value, text) => {
      expect(run(value)).toBe(text);
    });
  });
};

cases<number | null>('duration', duration, [
  [0, '0'],
  [0.000001, '1 ns'],
  [0.00012, '120 ns'],
  [0.000999999, '1 µs'],
  [0.0034, '3.4 µs'],
  [0.9999, '1 ms'],
  [12.345, '12.3 ms'],
  [250, '250 ms'],
  [999.6, '1 s'],
  [1250, '1.25 s'],
  [59_940, '59.9 s'],
  [59_960, '1m'],
  [125_000, '2m 05s'],
  [3_599_600, '1h'],
  [11_520_000, '3h 12m'],
  [356_400_000, '4d 03h'],
  [86_400_000 * 365, '365d'],
  [-12, '−12 ms'],
  [NaN, '–'],
  [Infinity, '–'],
  [null, '–'],
]);

cases<number | null>('count', count, [
  [0, '0'],
  [7, '7'],
  [1234, '1,234'],
  [-1234, '−1,234'],
  [9999, '9,999'],
  [12_345, '12.3k'],
  [999_960, '1M'],
  [4_560_000, '4.56M'],
  [1e30, '1.0e+30'],
  [0.0123, '0.0123'],
  [1e-12, '1.0e-12'],
  [-0.5, '−0.5'],
  [NaN, '–'],
  [null, '–'],
]);

cases<number>('bytes', bytes, [
  [0, '0 B'],
  [512, '512 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [1_048_575, '1 MiB'],
  [13_207_024_435, '12.3 GiB'],
  [-2048, '−2 KiB'],
]);

cases<number>('percent', percent, [
  [0, '0%'],
  [0.00001, '<0.01%'],
  [0.0005, '0.05%'],
  [0.123, '12.3%'],
  [0.99999, '>99.99%'],
  [0.9999999999999998, '100%'],
  [0.9995, '99.95%'],
  [1, '100%'],
  [3.5, '350%'],
]);

cases<number>('rate', rate, [
  [0, '0/s'],
  [12.34, '12.3/s'],
  [0.05, '3/min'],
  [0.001, '3.6/h'],
  [123_456, '123k/s'],
]);

describe('quantity', () => {
  it.each([
    [0.25, 's', '250 ms'],
    [1500, 'us', '1.5 ms'],
    [1536, 'By', '1.5 KiB'],
    [2, 'MiBy', '2 MiB'],
    [1536, 'By/s', '1.5 KiB/s'],
    [42.5, '%', '42.5%'],
    [5, '1', '5'],
    [12_345, '{request}', '12.3k requests'],
    [1, '{request}', '1 request'],
    [3, '{query}', '3 queries'],
    [2, '{request}/s', '2 requests/s'],
    [0.5, '1/s', '0.5/s'],
    [37, 'Cel', '37 °C'],
    [2_400_000, 'Hz', '2.4 MHz'],
    [0.7, 's/s', '0.7 s/s'],
    [3, 'widget{odd}', '3 widgetodd'],
    [NaN, 's', '–'],
    [1, '', '1'],
    [1, '__proto__', '1 __proto__'],
    [1, 'constructor', '1 constructor'],
  ])('%s of %s is %s', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
  it('leaves on axes what the title says', () => {
    expect(axisValue(12, '{request}')).toBe('12');
    expect(unitTitle('{request}/s')).toBe('requests/s');
    expect(unitTitle('s')).toBe('');
    expect(unitTitle('1/s')).toBe('per second');
    expect(unitTitle('Cel')).toBe('°C');
    expect(dimension('constructor')).toBe('other');
  });
});

describe('moment', () => {
  const at = Date.UTC(2026, 10, 21, 15, 4, 5, 123);
  it('is shown in the zone asked for', () => {
    expect(moment(at, 'UTC')).toBe('2026-11-21 15:04:05.123');
    expect(moment(at, 'Asia/Kathmandu')).toBe('2026-11-21 20:49:05.123');
    expect(timeOfDay(at, 'America/New_York')).toBe('10:04:05.123');
    expect(shortMoment(at, 'UTC')).toBe('Nov 21, 15:04:05');
  });
  it('survives what is no time', () => {
    expect(moment(NaN, 'UTC')).toBe('–');
    expect(moment(null, 'UTC')).toBe('–');
    expect(moment(9e15, 'Europe/Berlin')).toBe('–');
    expect(moment(-1, 'Europe/Berlin')).toBe('1970-01-01 00:59:59.999');
  });
  it('has an offset that is written out', () => {
    expect(offset(at, 'UTC')).toBe('UTC');
    expect(offset(at, 'Asia/Kolkata')).toBe('+05:30');
    expect(offset(at, 'America/St_Johns')).toBe('−03:30');
  });
});

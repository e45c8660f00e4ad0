/* Values with OpenTelemetry's units (UCUM: https://ucum.org/ucum; annotations in braces say what is counted). */
import { bytes, count, digits, NOTHING, percent, rate, scaled } from './number';
import { duration } from './duration';

const TIMES = new Map(Object.entries({ ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, min: 6e4, h: 3.6e6, d: 8.64e7 }));
const BYTES = new Map(
  Object.entries({
    By: 1,
    kBy: 1e3,
    MBy: 1e6,
    GBy: 1e9,
    TBy: 1e12,
    KiBy: 2 ** 10,
    MiBy: 2 ** 20,
    GiBy: 2 ** 30,
    TiBy: 2 ** 40,
    bytes: 1,
    byte: 1,
  }),
);
const SIGNS = new Map(Object.entries({ Cel: '°C', '[degF]': '°F', Ohm: 'Ω' }));
const PREFIXED = new Set(['bit', 'Hz', 'W', 'J', 'V', 'A']);

/** What a unit measures; charts choose their ticks by it. */
export type Dimension = 'duration' | 'bytes' | 'share' | 'percent' | 'rate' | 'count' | 'other';

/** What a unit measures. `1` is a count here: few instruments with that unit hold shares. */
export function dimension(unit: string): Dimension {
  const plain = unit.trim();
  if (TIMES.has(plain)) return 'duration';
  if (BYTES.has(plain)) return 'bytes';
  if (plain === '%') return 'percent';
  if (plain === '' || plain === '1' || isAnnotation(plain)) return 'count';
  if (perSecond(plain) !== null) return 'rate';
  return 'other';
}

/** How many of the base unit (ms, bytes) one of this unit is; 1 for others. */
export function scaleOf(unit: string): number {
  const plain = unit.trim();
  return TIMES.get(plain) ?? BYTES.get(plain) ?? 1;
}

/** A value with its unit as text: `1.5 MiB/s`, `12 ms`, `12.3k requests`, `37 °C`. */
export function quantity(value: number | null | undefined, unit = ''): string {
  if (value == null || !Number.isFinite(value)) return NOTHING;
  const plain = unit.trim();
  const base = perSecond(plain);
  if (base !== null) return speed(value, base);
  switch (dimension(plain)) {
    case 'duration':
      return duration(value * scaleOf(plain));
    case 'bytes':
      return bytes(value * scaleOf(plain));
    case 'percent':
      return percent(value / 100);
    case 'count':
      return isAnnotation(plain) ? `${count(value)} ${counted(plain, value)}` : count(value);
    default:
      return other(value, plain);
  }
}

/** The value alone, for axes whose title has the unit: as `quantity`, without what is counted. */
export function axisValue(value: number, unit = ''): string {
  const plain = unit.trim();
  if (isAnnotation(plain)) return count(value);
  const base = perSecond(plain);
  return base !== null && dimension(base) === 'count' ? count(value) : quantity(value, plain);
}

/** A unit as a title: `requests/s`, `°C`; empty where the values say it themselves (durations, bytes) or there is none. */
export function unitTitle(unit: string): string {
  const plain = unit.trim();
  const base = perSecond(plain);
  if (base !== null) return dimension(base) === 'count' ? perSecondTitle(unitTitle(base)) : '';
  if (isAnnotation(plain)) return counted(plain, 2);
  return dimension(plain) === 'other' ? (SIGNS.get(plain) ?? bare(plain)) : '';
}

function perSecondTitle(counted: string): string {
  return counted ? `${counted}/s` : 'per second';
}

function speed(value: number, base: string): string {
  if (dimension(base) === 'duration') return `${count(value * (scaleOf(base) / 1e3))} s/s`;
  if (dimension(base) !== 'count') return `${quantity(value, base)}/s`;
  if (!isAnnotation(base)) return rate(value);
  return `${count(value)} ${counted(base, value)}/s`;
}

function other(value: number, unit: string): string {
  const name = SIGNS.get(unit) ?? bare(unit);
  if (PREFIXED.has(unit) && Math.abs(value) >= 1)
    return scaled(
      value,
      1000,
      ['', 'k', 'M', 'G', 'T', 'P'].map((prefix) => prefix + name),
      ' ',
    );
  return `${Math.abs(value) < 1e4 ? digits(value) : count(value)} ${name}`;
}

function perSecond(unit: string): string | null {
  return unit.endsWith('/s') ? unit.slice(0, -2) : null;
}

function isAnnotation(unit: string): boolean {
  return /^\{[^{}]*\}$/.test(unit);
}

/** What is counted, in the number of the value: `{request}` is requests unless there is just one. */
function counted(unit: string, value: number): string {
  const name = unit.slice(1, -1).replaceAll('_', ' ');
  if (value === 1 || name === '' || name.endsWith('s')) return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

function bare(unit: string): string {
  return unit.replace(/\{([^{}]*)\}/g, '$1');
}

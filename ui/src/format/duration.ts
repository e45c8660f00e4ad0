/* Durations as people say them: three digits and the unit that fits, from nanoseconds to days. */
import { NOTHING, digits } from './number';

const SMALL: [number, string][] = [
  [1e-3, 'µs'],
  [1, 'ms'],
  [1e3, 's'],
];
const SECOND = 1e3;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in milliseconds: `0`, `120 ns`, `3.4 µs`, `12 ms`, `1.25 s`, `2m 05s`, `3h 12m`, `4d 3h`. */
export function duration(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return NOTHING;
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms === 0) return '0';
  return ms < 59.95 * SECOND ? small(ms) : long(ms);
}

function small(ms: number): string {
  let [size, unit] = [1e-6, 'ns'];
  for (const [next, name] of SMALL) if (ms >= next * 0.9995) [size, unit] = [next, name];
  return `${digits(ms / size)} ${unit}`;
}

function long(ms: number): string {
  const seconds = Math.round(ms / SECOND);
  if (seconds < 3600) return pair(seconds, 60, 'm', 's');
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 1440) return pair(minutes, 60, 'h', 'm');
  const hours = Math.round(ms / HOUR);
  return hours < 2400 ? pair(hours, 24, 'd', 'h') : `${digits(ms / DAY)}d`;
}

function pair(amount: number, size: number, large: string, little: string): string {
  const rest = amount % size;
  const whole = `${String(Math.floor(amount / size))}${large}`;
  return rest === 0 ? whole : `${whole} ${String(rest).padStart(2, '0')}${little}`;
}

/* Instants as text, in a named time zone, always in the same order and with 24 hours. */
import { NOTHING } from './number';
import { offsetMs, zone } from './zone';

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LATEST_MS = 8.64e15;

/** `2026-11-21 15:04:05.123` of epoch milliseconds. */
export function moment(ms: number | null | undefined, tz: string = zone()): string {
  const wall = wallClock(ms, tz);
  return wall ? wall.toISOString().slice(0, -1).replace('T', ' ') : NOTHING;
}

/** `15:04:05.123`: for lists in which the day is known. */
export function timeOfDay(ms: number | null | undefined, tz: string = zone()): string {
  const wall = wallClock(ms, tz);
  return wall ? wall.toISOString().slice(-13, -1) : NOTHING;
}

/** `Nov 21, 15:04`: for charts, where milliseconds mean nothing. */
export function shortMoment(ms: number | null | undefined, tz: string = zone()): string {
  const wall = wallClock(ms, tz);
  if (!wall) return NOTHING;
  const seconds = wall.getUTCSeconds() ? wall.toISOString().slice(-13, -5) : wall.toISOString().slice(-13, -8);
  return `${MONTHS[wall.getUTCMonth()]!} ${String(wall.getUTCDate())}, ${seconds}`;
}

/** How far the zone is from UTC at an instant: `UTC`, `+02:00`, `−03:30`. */
export function offset(ms: number, tz: string = zone()): string {
  const minutes = Math.round(offsetMs(ms, tz) / 60_000);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function wallClock(ms: number | null | undefined, tz: string): Date | null {
  if (ms == null || !(Math.abs(ms) < LATEST_MS - 2 * 86_400_000)) return null;
  return new Date(ms + offsetMs(ms, tz));
}

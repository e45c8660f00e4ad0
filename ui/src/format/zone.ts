/* Time zones: which one the page shows times in, how far it is from UTC at an instant, and which instants a wall clock means. */
import { currentZone } from '../state/look';

const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone that times are shown in: the one chosen, else the browser's own. */
export function zone(): string {
  const chosen = currentZone();
  return known(chosen) ? chosen : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Whether the browser knows a zone of this name. */
export function known(name: string | undefined): name is string {
  if (!name) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What to add to UTC (in ms) for the wall clock of a zone at an instant; to the second, for zones of before 1900 as well. */
export function offsetMs(utcMs: number, tz: string): number {
  if (tz === 'UTC') return 0;
  const whole = Math.floor(utcMs / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(tz).formatToParts(whole)) part[type] = Number(value);
  const wall = Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day']!,
    part['hour']! % 24,
    part['minute']!,
    part['second']!,
  );
  return wall - whole;
}

/** The instants at which a wall clock shows `wallMs` (ms as if it were UTC): none in spring's gap, two in autumn's repeat. */
export function instants(wallMs: number, tz: string): number[] {
  if (tz === 'UTC') return [wallMs];
  const day = 86_400_000;
  const offsets = new Set([offsetMs(wallMs - day, tz), offsetMs(wallMs + day, tz)]);
  const found = [...offsets].map((offset) => wallMs - offset).filter((at) => at + offsetMs(at, tz) === wallMs);
  return found.sort((a, b) => a - b);
}

/** The first instant of the day (or what else) that begins at `wallMs`, also where its first hour does not exist. */
export function beginning(wallMs: number, tz: string): number {
  return instants(wallMs, tz)[0] ?? wallMs - offsetMs(wallMs - 86_400_000, tz);
}

function formatOf(tz: string): Intl.DateTimeFormat {
  let format = formats.get(tz);
  if (!format) {
    const fields = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      hourCycle: 'h23',
      calendar: 'gregory',
      numberingSystem: 'latn',
      ...fields,
    });
    formats.set(tz, format);
  }
  return format;
}

/* Moments as a person writes them in the address and in the range picker. */

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A length such as `15m` or `1h30m` in milliseconds; undefined where it is none. */
export function lengthMs(text: string): number | undefined {
  const whole = text.trim();
  if (!/^(\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(whole)) return undefined;
  let total = 0;
  for (const [, number, unit] of whole.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g))
    total += Number(number) * UNIT_MS[unit!]!;
  return total;
}

/**
 * Milliseconds since the epoch of a moment: `now`, `-15m`, `now-1h`, an epoch number (seconds to nanoseconds by its size),
 * or a date and time (RFC 3339; without an offset it is in the browser's zone). Undefined where it is none.
 */
export function momentMs(text: string, nowMs: number): number | undefined {
  const whole = text.trim();
  if (whole === 'now' || whole === '') return nowMs;
  const relative = /^(?:now)?\s*([+-])\s*(.+)$/.exec(whole);
  if (relative) {
    const length = lengthMs(relative[2]!);
    if (length !== undefined) return relative[1] === '-' ? nowMs - length : nowMs + length;
  }
  if (/^\d+(\.\d+)?$/.test(whole)) return epochMs(Number(whole));
  if (!/^\d{4}-\d\d-\d\d/.test(whole)) return undefined;
  const parsed = Date.parse(/^\d{4}-\d\d-\d\d$/.test(whole) ? `${whole}T00:00` : whole.replace(' ', 'T'));
  return Number.isNaN(parsed) ? undefined : parsed;
}

function epochMs(value: number): number {
  if (value >= 1e17) return value / 1e6;
  if (value >= 1e14) return value / 1e3;
  return value >= 1e11 ? value : value * 1000;
}

/** Whether a moment moves with the clock. */
export function isRelative(text: string): boolean {
  return text === 'now' || /^(now)?\s*[+-]/.test(text.trim());
}

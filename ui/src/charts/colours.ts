/* Colours with a meaning that is the same on every page: a service keeps its colour, red is failure and nothing else.
   What is handed out are CSS variables; `resolved` turns one into a colour that a canvas understands, in the theme of now. */
import './colours.css';
import { HUES, hueOf, likelyHueOf } from './hues';

const SEVERITIES: Record<string, string> = {
  trace: 'var(--ink-3)',
  debug: 'var(--hue-7)',
  info: 'var(--hue-0)',
  warn: 'var(--warn)',
  error: 'var(--bad)',
  fatal: 'var(--hue-2)',
};

/** The colour of a service, the same everywhere in this browser; another than that of other services while there are any left. */
export function serviceColour(name: string): string {
  return name === '' ? 'var(--ink-3)' : `var(--hue-${String(hueOf(name))})`;
}

/** The colour of what may become the name of a service, as while one types it. */
export function likelyColour(name: string): string {
  return name === '' ? 'var(--ink-3)' : `var(--hue-${String(likelyHueOf(name))})`;
}

/** The colour of a span's status: only failures are red; spans that say nothing stay quiet. */
export function statusColour(status: string): string {
  const plain = status.toLowerCase();
  if (plain === 'error') return 'var(--bad)';
  return plain === 'ok' ? 'var(--good)' : 'var(--ink-3)';
}

/** The colour of a severity's name (trace, debug, info, warn, error, fatal; numbered ones like `ERROR2` as well). */
export function severityColour(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/\d+$/, '')
    .replace(/^warning$/, 'warn')
    .replace(/^critical$/, 'fatal');
  return SEVERITIES[plain] ?? 'var(--ink-3)';
}

/** The colour of the i-th line of a chart: neighbours are far apart; after twenty they come again. */
export function seriesColour(i: number): string {
  const hue = Number.isFinite(i) ? ((Math.trunc(i) % HUES) + HUES) % HUES : 0;
  return `var(--hue-${String(hue)})`;
}

const known = new Map<string, string>();

/** Forget what colours were: called when the theme changes. */
export function forgetColours(): void {
  known.clear();
}

/** A colour as a canvas wants it (`rgb(…)`), of anything CSS understands, as it is now at this element. */
export function resolved(host: HTMLElement, colour: string): string {
  const cached = known.get(colour);
  if (cached !== undefined) return cached;
  const before = host.style.color;
  host.style.color = colour;
  const now = getComputedStyle(host).color;
  host.style.color = before;
  known.set(colour, now);
  return now;
}

/* The time range that all views share: in the address as `from` and `to`, resolved against a clock that ticks on refresh. */
import { useEffect, useMemo, useReducer } from 'preact/hooks';
import { isRelative, momentMs } from './moment';
import { setParams, useQuery } from './url';

export const DEFAULT_FROM = '-1h';
const TICK = 'sonde:tick';

/** What a view asks for. */
export interface Range {
  /** As in the address. */
  from: string;
  to: string;
  /** Resolved when the page was opened, changed or refreshed; equal until then, so that all parts of a view show the same. */
  startMs: number;
  endMs: number;
  /** For requests: RFC 3339. */
  params: { start: string; end: string };
  /** Whether it moves with the clock. */
  live: boolean;
}

let nowMs = Date.now();

/** Move `now` to the present, for every view at once. */
export function tick(): void {
  nowMs = Date.now();
  dispatchEvent(new Event(TICK));
}

/** The range of the address. */
export function useRange(): Range {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const ticked = () => again(undefined);
    addEventListener(TICK, ticked);
    return () => removeEventListener(TICK, ticked);
  }, []);
  const query = useQuery();
  return rangeOf(query.get('from') || DEFAULT_FROM, query.get('to') || 'now');
}

function rangeOf(from: string, to: string): Range {
  const now = nowMs;
  return useMemo(() => resolved(from, to, now), [from, to, now]);
}

/** A range from its two sides; sides that cannot be understood are the default's. */
export function resolved(from: string, to: string, now: number): Range {
  const end = momentMs(to, now) ?? now;
  let start = momentMs(from, now) ?? end - 3_600_000;
  if (start >= end) start = end - 60_000;
  return {
    from,
    to,
    startMs: start,
    endMs: end,
    params: { start: new Date(start).toISOString(), end: new Date(end).toISOString() },
    live: isRelative(to),
  };
}

/** Choose another range. */
export function setRange(from: string, to: string): void {
  nowMs = Date.now();
  setParams({ from: from === DEFAULT_FROM && to === 'now' ? null : from, to: to === 'now' ? null : to });
  dispatchEvent(new Event(TICK));
}

/** Choose a part of what is on screen, as a brush does; never shorter than a millisecond. */
export function zoomTo(startMs: number, endMs: number): void {
  const start = Math.floor(Math.min(startMs, endMs));
  setRange(String(start), String(Math.max(start + 1, Math.ceil(Math.max(startMs, endMs)))));
}

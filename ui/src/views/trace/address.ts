/* What of a trace is looked at, kept in the address without flooding it: a person who holds a key down changes the selected
   span thirty times a second, and browsers stop taking addresses at twenty. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { setParams, useQuery } from '../../state/url';

const AFTER_MS = 200;
const waiting = new Map<string, string | null>();
let timer = 0;
let path = '';

function write(): void {
  timer = 0;
  const changes = Object.fromEntries(waiting);
  waiting.clear();
  if (location.pathname === path) setParams(changes, { replace: true });
}

/** A parameter of the address that may change at every frame; what a person sees changes at once, the address soon after. */
export function useQuickParam(name: string, fallback = ''): [string, (next: string | null) => void] {
  const written = useQuery().get(name) ?? fallback;
  const [value, setValue] = useState(written);
  useEffect(() => {
    if (!waiting.has(name)) setValue(written);
  }, [written]);
  const set = useCallback(
    (next: string | null) => {
      const kept = next === fallback ? null : next;
      setValue(next ?? fallback);
      waiting.set(name, kept);
      path = location.pathname;
      if (!timer) timer = window.setTimeout(write, AFTER_MS);
    },
    [name, fallback],
  );
  return [value, set];
}

/** The address as it will be when everything is written, to copy. */
export function presentAddress(): string {
  const url = new URL(location.href);
  for (const [name, value] of waiting) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

/** Names as one parameter. */
export const joined = (names: readonly string[]): string | null => names.map(encodeURIComponent).join(',') || null;

/** The names of a parameter that `joined` made. */
export function parted(text: string): string[] {
  return text.split(',').filter(Boolean).map(decoded);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

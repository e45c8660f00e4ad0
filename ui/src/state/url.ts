/* The URL is the only global state: every view reads what it shows from here and writes what a person chose back. */
import { useCallback, useEffect, useReducer } from 'preact/hooks';

const CHANGED = 'sonde:url';
/** What every link keeps: the time range. */
const KEPT = ['from', 'to'] as const;

let guard: (() => boolean) | undefined;

/** Ask before leaving: `mayLeave` is called before a change of path; one at a time; returns what takes it away again. */
export function guardLeaving(mayLeave: () => boolean): () => void {
  guard = mayLeave;
  return () => {
    if (guard === mayLeave) guard = undefined;
  };
}

/** Go to an address of this site; `replace` leaves no step in the history. */
export function navigate(href: string, options: { replace?: boolean } = {}): void {
  const target = new URL(href, location.href);
  if (target.pathname !== location.pathname && guard && !guard()) return;
  const next = target.pathname + target.search + target.hash;
  if (next === location.pathname + location.search + location.hash) return;
  if (options.replace) history.replaceState(null, '', next);
  else history.pushState(null, '', next);
  dispatchEvent(new Event(CHANGED));
}

function useChanges(): void {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const changed = () => again(undefined);
    addEventListener(CHANGED, changed);
    addEventListener('popstate', changed);
    return () => {
      removeEventListener(CHANGED, changed);
      removeEventListener('popstate', changed);
    };
  }, []);
}

/** The path of the address, decoded by nobody yet. */
export function usePath(): string {
  useChanges();
  return location.pathname;
}

/** The query of the address. */
export function useQuery(): URLSearchParams {
  useChanges();
  return new URLSearchParams(location.search);
}

type Setter = (next: string | null, options?: { replace?: boolean }) => void;

/** One parameter of the address and how to change it; null, and the fallback, take it out. */
export function useParam(name: string, fallback = ''): [string, Setter] {
  const value = useQuery().get(name) ?? fallback;
  const set = useCallback<Setter>(
    (next, options) => setParams({ [name]: next === fallback ? null : next }, options),
    [name, fallback],
  );
  return [value, set];
}

/** Change several parameters in one step. */
export function setParams(changes: Record<string, string | null>, options: { replace?: boolean } = {}): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  navigate(withQuery(location.pathname, query), options);
}

/** An address with parameters, and with the time range of the present one unless they say another. */
export function hrefWith(path: string, params: Record<string, string | number | undefined | null> = {}): string {
  const here = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = here.get(name);
    if (value) query.set(name, value);
  }
  for (const [name, value] of Object.entries(params)) {
    if (value == null || value === '') query.delete(name);
    else query.set(name, String(value));
  }
  return withQuery(path, query);
}

function withQuery(path: string, query: URLSearchParams): string {
  // Colons and slashes are legal in a query, and an address that can be read is worth having.
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text ? `${path}?${text}` : path;
}

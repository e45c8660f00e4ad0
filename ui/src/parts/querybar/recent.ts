/* Queries that were asked lately, for each signal, in the browser's storage. */
import type { Signal } from './grammar';

const MOST = 20;
const key = (signal: Signal) => `sonde.queries.${signal}`;

/** The newest first. */
export function recent(signal: Signal): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(signal)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Keep a query. */
export function remember(signal: Signal, query: string): void {
  if (query === '') return;
  try {
    const kept = [query, ...recent(signal).filter((one) => one !== query)].slice(0, MOST);
    localStorage.setItem(key(signal), JSON.stringify(kept));
  } catch {
    // Without storage there is no history.
  }
}

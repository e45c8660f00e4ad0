/* From Jaeger's search parameters to a query of Sonde's: service, operation, tags, durations, and times in microseconds. */
import { attributeTerm, term } from '../../parts/querybar/grammar';

export interface Found {
  q: string;
  from: string | null;
  to: string | null;
}

/** The same search here. Tags are JSON; those that are not are left out. */
export function fromJaeger(params: URLSearchParams): Found {
  const given = (name: string) => params.get(name) ?? '';
  const terms = [
    ...(['service', 'operation'] as const)
      .filter((name) => given(name) && given(name) !== 'all')
      .map((name) => term(name, '=', given(name))),
    ...Object.entries(tags(given('tags'))).map(([key, value]) =>
      key === 'error' && value === 'true' ? term('status', '=', 'error') : attributeTerm(key, '=', value),
    ),
    ...(given('minDuration') ? [term('duration', '>=', given('minDuration'))] : []),
    ...(given('maxDuration') ? [term('duration', '<=', given('maxDuration'))] : []),
  ];
  const lookback = /^\d+[mhdw]$/.test(given('lookback')) ? `-${given('lookback')}` : null;
  return { q: terms.join(' '), from: lookback ?? epoch(given('start')), to: lookback ? null : epoch(given('end')) };
}

function tags(text: string): Record<string, string> {
  try {
    const read = JSON.parse(text || '{}') as Record<string, unknown>;
    return Object.fromEntries(Object.entries(read).map(([key, value]) => [key, String(value)]));
  } catch {
    return {};
  }
}

/** Microseconds as milliseconds; null where there are none. */
function epoch(text: string): string | null {
  return /^\d{13,17}$/.test(text) ? String(Math.floor(Number(text) / 1000)) : null;
}

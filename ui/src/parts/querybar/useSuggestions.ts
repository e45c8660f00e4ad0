/* What the list under the bar shows: what the bar knows, then what the server found; with nothing typed, recent queries. */
import { useMemo } from 'preact/hooks';
import { useCompletions } from './completions';
import type { Signal } from './grammar';
import { recent } from './recent';
import { answered, offered, question, traceId, typing, type Suggestion } from './suggest';

interface Asked {
  signal: Signal;
  draft: string;
  terms: readonly string[];
  service: string;
  open: boolean;
  range: { start: string; end: string };
}

const MOST = 24;

export function useSuggestions({ signal, draft, terms, service, open, range }: Asked): Suggestion[] {
  const now = useMemo(() => typing(draft), [draft]);
  const asked = open ? question(now) : undefined;
  const found = useCompletions(asked && { signal, ...asked, service, start: range.start, end: range.end });
  return useMemo(() => {
    if (!open) return [];
    const own = offered(now, signal);
    const all = [...traces(draft), ...history(signal, draft, terms), ...own, ...answered(now, found)];
    const seen = new Set<string>();
    return all.filter((one) => one.insert !== draft && !seen.has(one.insert) && seen.add(one.insert)).slice(0, MOST);
  }, [open, now, found, signal, terms]);
}

function traces(draft: string): Suggestion[] {
  const id = traceId(draft);
  return id ? [{ kind: 'trace', label: id, insert: id, whole: true, says: 'open this trace' }] : [];
}

function history(signal: Signal, draft: string, terms: readonly string[]): Suggestion[] {
  if (draft.trim() !== '') return [];
  const here = terms.join(' ');
  return recent(signal)
    .filter((query) => query !== here)
    .slice(0, 6)
    .map((query) => ({ kind: 'recent', label: query, insert: query, whole: true }));
}

/* Asking the server how a word goes on: after a pause, once for each text, the last question only. */
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { Signal } from './grammar';

export interface Found {
  kind: string;
  text: string;
  count: number;
}

/** What to ask; undefined to ask nothing. */
export interface Question {
  signal: Signal;
  key: string;
  text: string;
  service: string;
  start: string;
  end: string;
}

const PAUSE_MS = 90;
const MOST_KEPT = 300;
const kept = new Map<string, Found[]>();

/** What the server knows for a question; what it said before stays until then. */
export function useCompletions(question: Question | undefined): Found[] {
  const [found, setFound] = useState<Found[]>([]);
  // Completion may be a little old: to the minute, ranges that move with the clock are the same.
  const name = question
    ? JSON.stringify({ ...question, start: question.start.slice(0, 16), end: question.end.slice(0, 16) })
    : '';
  useEffect(() => {
    const known = kept.get(name);
    if (!question || known) {
      setFound(known ?? []);
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => void ask(question, name, abort.signal).then(setFound, () => undefined), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [name]);
  return found;
}

async function ask(question: Question, name: string, signal: AbortSignal): Promise<Found[]> {
  const { completions } = await get('/sonde/completion', { ...question, limit: 24 }, signal);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, completions);
  return completions;
}

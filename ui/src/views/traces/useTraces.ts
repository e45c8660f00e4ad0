/* The list's traces: a first page, more on demand; a refresh asks for as many as there are, so that nobody loses the place. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, type Answer } from '../../api/client';
import type { TraceParams } from '../../parts/querybar/grammar';

export type Summary = Answer<'/sonde/traces'>['traces'][number];

export interface TraceList {
  traces: readonly Summary[];
  /** No answer for these conditions yet; `traces` may be the former ones. */
  loading: boolean;
  loadingMore: boolean;
  hasMore: boolean;
  error?: ApiError | undefined;
  more: () => void;
  reload: () => void;
}

interface Asked {
  params: TraceParams;
  sort: string;
  range: { start: string; end: string };
}

interface State {
  question: string;
  traces: Summary[];
  next: string | null;
  /** The range that the cursor belongs to. */
  range: { start: string; end: string };
  error?: ApiError | undefined;
  busy: '' | 'first' | 'more';
}

const PAGE = 100;
const MOST = 1000;

/** @param live whether the range moves with the clock. */
export function useTraces(asked: Asked, live: boolean): TraceList {
  const [state, setState] = useState<State>({
    question: '',
    traces: [],
    next: null,
    range: { start: '', end: '' },
    busy: 'first',
  });
  const [round, setRound] = useState(0);
  const now = useRef(state);
  now.current = state;
  // A range that moves with the clock is the same question.
  const question = JSON.stringify([asked.params, asked.sort, live ? '' : asked.range]);
  const moment = `${asked.range.start} ${asked.range.end}`;
  const abort = useRef<AbortController | null>(null);

  useEffect(() => {
    const own = new AbortController();
    abort.current?.abort();
    abort.current = own;
    const isSame = now.current.question === question;
    const limit = isSame ? Math.min(MOST, Math.max(PAGE, now.current.traces.length)) : PAGE;
    setState((before) => ({ ...before, busy: 'first' }));
    void page(asked, limit, '', own.signal).then(
      ({ traces, next }) => setState({ question, traces, next, range: asked.range, busy: '' }),
      (error: unknown) => {
        if (!own.signal.aborted) setState((before) => ({ ...before, question, error: ApiError.from(error), busy: '' }));
      },
    );
    return () => own.abort();
  }, [question, moment, round]);

  const more = useCallback(() => {
    const { next, busy, range } = now.current;
    if (next === null || busy !== '') return;
    const own = new AbortController();
    abort.current = own;
    setState((before) => ({ ...before, busy: 'more' }));
    void page({ ...asked, range }, PAGE, next, own.signal).then(
      (answer) =>
        setState((before) => ({
          ...before,
          traces: joined(before.traces, answer.traces),
          next: answer.next,
          busy: '',
        })),
      (error: unknown) => {
        if (!own.signal.aborted) setState((before) => ({ ...before, error: ApiError.from(error), busy: '' }));
      },
    );
  }, [question, moment]);

  return {
    traces: state.traces,
    loading: state.busy === 'first' && state.question !== question,
    loadingMore: state.busy === 'more',
    hasMore: state.next !== null,
    error: state.error,
    more,
    reload: () => setRound((n) => n + 1),
  };
}

const page = ({ params, sort, range }: Asked, limit: number, cursor: string, signal: AbortSignal) =>
  get('/sonde/traces', { ...params, ...range, sort, limit, cursor }, signal);

/** Pages of orders that count traces may overlap where traces came late. */
function joined(before: readonly Summary[], more: readonly Summary[]): Summary[] {
  const seen = new Set(before.map((one) => one.trace_id));
  return [...before, ...more.filter((one) => !seen.has(one.trace_id))];
}

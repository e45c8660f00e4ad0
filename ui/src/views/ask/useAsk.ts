/* One running question: asked when the address says another, stopped when a person says so. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { runSql, type SqlAnswer, type SqlQuestion } from '../../parts/sql/run';

export interface Asking {
  /** What `answer` and `error` are about. */
  sql: string;
  answer?: SqlAnswer | undefined;
  error?: ApiError | undefined;
  running: boolean;
  /** It was stopped before it was answered. */
  stopped: boolean;
  stop: () => void;
}

/** The answer of a question; asked anew when it or the round changes. An empty statement asks nothing. */
export function useAsk(question: SqlQuestion, round: number): Asking {
  const [state, setState] = useState<Omit<Asking, 'stop'>>({ sql: '', running: false, stopped: false });
  const abort = useRef<AbortController | null>(null);
  const key = JSON.stringify([question, round]);

  useEffect(() => {
    if (question.query.trim() === '') {
      setState({ sql: '', running: false, stopped: false });
      return undefined;
    }
    const own = new AbortController();
    abort.current = own;
    setState((before) => ({ ...before, running: true, stopped: false }));
    runSql(question, own.signal).then(
      (answer) => {
        if (!own.signal.aborted) setState({ sql: question.query, answer, running: false, stopped: false });
      },
      (error: unknown) => {
        if (own.signal.aborted) return;
        setState({ sql: question.query, error: ApiError.from(error), running: false, stopped: false });
      },
    );
    return () => own.abort();
  }, [key]);

  const stop = () => {
    if (!state.running) return;
    abort.current?.abort();
    setState((before) => ({ ...before, running: false, stopped: true }));
  };
  return { ...state, stop };
}

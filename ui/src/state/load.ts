/* Asking the server for what a view shows, without flicker: the old answer stays until the new one is there. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client';

/** What is known of an answer. */
export interface Load<T> {
  data?: T | undefined;
  error?: ApiError | undefined;
  /** A request is under way; `data` may be the former answer. */
  loading: boolean;
  reload: () => void;
}

/**
 * The answer of `fetcher`, asked again whenever `key` changes; an empty key asks nothing.
 *
 * @param key everything that the answer depends on, as text.
 */
export function useLoad<T>(key: string, fetcher: (signal: AbortSignal) => Promise<T>): Load<T> {
  const [state, setState] = useState<{
    key: string;
    data?: T | undefined;
    error?: ApiError | undefined;
    loading: boolean;
  }>({
    key: '',
    loading: key !== '',
  });
  const [round, setRound] = useState(0);
  const latest = useRef(fetcher);
  latest.current = fetcher;

  useEffect(() => {
    if (key === '') {
      setState({ key, loading: false });
      return undefined;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    latest.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ key, data, loading: false });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ key, data: before.data, error: ApiError.from(error), loading: false }));
      },
    );
    return () => abort.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { data: state.data, error: state.error, loading: state.loading || (state.key !== key && key !== ''), reload };
}

/* Loads records page by page while a person scrolls, in both directions. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client';
import { type Direction, following, from, grown, NOTHING, type Order, type Pages } from './pages';
import { CUT, timeOfId } from './record';

const FIRST_PAGE = 200;
const PAGE = 500;

export interface Paged {
  pages: Pages;
  /** The question that `pages` answer; empty before the first answer. */
  key: string;
  loading: Direction | 'first' | '';
  error?: ApiError | undefined;
  more: (direction: Direction) => void;
  reload: () => void;
}

interface Question {
  conditions: Record<string, string | string[]>;
  range: { start: string; end: string };
  order: Order;
  /** A record to begin at, so that both directions lead away from it; empty for the beginning. */
  at: string;
  isBad: boolean;
}

/** Records of a question; asked anew when it changes, the old ones stay until then. */
export function usePages({ conditions, range, order, at, isBad }: Question): Paged {
  const [state, setState] = useState<Omit<Paged, 'more' | 'reload'>>({ pages: NOTHING, key: '', loading: 'first' });
  const [round, setRound] = useState(0);
  const key = isBad ? '' : JSON.stringify([conditions, range, order, round]);
  const abort = useRef(new AbortController());
  const busy = useRef(false);
  const latest = useRef(state);
  latest.current = state;

  const ask = useCallback(
    async (params: Record<string, string>, direction: Direction, before: Pages, isFirst: boolean) => {
      const mine = abort.current;
      busy.current = true;
      setState((was) => ({ ...was, loading: isFirst ? 'first' : direction, error: undefined }));
      try {
        const limit = isFirst ? FIRST_PAGE : PAGE;
        const page = await get('/sonde/logs', { ...conditions, ...params, limit, cut: CUT }, mine.signal);
        if (!mine.signal.aborted) setState({ pages: grown(before, page, direction), key, loading: '' });
      } catch (error) {
        if (!mine.signal.aborted) setState((was) => ({ ...was, loading: '', error: ApiError.from(error) }));
      } finally {
        if (abort.current === mine) busy.current = false;
      }
    },
    [key],
  );

  useEffect(() => {
    if (!key) {
      setState((was) => ({ ...was, loading: '' }));
      return undefined;
    }
    abort.current = new AbortController();
    const ns = timeOfId(at);
    const begin: Pages = ns ? { ...NOTHING, next: { up: 'start', down: 'start' } } : NOTHING;
    void ask({ ...(ns ? from(ns, order, range) : range), order }, 'down', begin, true);
    return () => abort.current.abort();
  }, [key]);

  const more = useCallback(
    (direction: Direction) => {
      const { pages, key: answered, error } = latest.current;
      if (busy.current || answered !== key || error) return;
      const params = following(pages, direction, order, range);
      if (params) void ask(params, direction, pages, false);
    },
    [key, ask],
  );
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, loading: state.key !== key && key && !state.error ? 'first' : state.loading, more, reload };
}

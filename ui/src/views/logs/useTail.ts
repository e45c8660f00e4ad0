/* Follows records as they arrive: one long answer of the server, read line by line, opened again when it breaks. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { address, get, refused } from '../../api/client';
import { CUT, type LogRecord } from './record';
import { arrived, held, LineReader, QUIET, released, type Tail, waitMs } from './tail';

const SHOW_EVERY_MS = 150;
const CATCH_UP = 500;

export type Connection = 'connecting' | 'live' | 'lost';

export interface Following {
  tail: Tail;
  connection: Connection;
  /** Why the connection was lost, in the server's words where it said some. */
  trouble: string;
  hold: () => void;
  release: () => void;
}

/** The tail of what meets conditions, while `enabled`. */
export function useTail(conditions: Record<string, string | string[]>, enabled: boolean): Following {
  const [tail, setTail] = useState<Tail>(QUIET);
  const [connection, setConnection] = useState<Connection>('connecting');
  const [trouble, setTrouble] = useState('');
  const waiting = useRef<LogRecord[]>([]);
  const key = enabled ? JSON.stringify(conditions) : '';

  useEffect(() => {
    if (!key) return undefined;
    const stop = new AbortController();
    setTail(QUIET);
    waiting.current = [];
    // Lines are shown a few times a second, however many come: drawing each by itself would be slower than they are.
    const show = setInterval(() => {
      const lines = waiting.current;
      if (lines.length === 0) return;
      waiting.current = [];
      setTail((was) => arrived(was, lines, Date.now()));
    }, SHOW_EVERY_MS);
    const said = (next: Connection, why: string) => {
      if (stop.signal.aborted) return;
      setConnection(next);
      setTrouble(why);
    };
    void follow(conditions, stop.signal, waiting, said);
    return () => {
      stop.abort();
      clearInterval(show);
    };
  }, [key]);

  const hold = useCallback(() => setTail(held), []);
  const release = useCallback(() => setTail((was) => released(was)), []);
  return { tail, connection, trouble, hold, release };
}

async function follow(
  conditions: Record<string, string | string[]>,
  stop: AbortSignal,
  waiting: { current: LogRecord[] },
  said: (next: Connection, why: string) => void,
): Promise<void> {
  let since = new Date().toISOString();
  for (let attempt = 0; !stop.aborted; attempt++) {
    try {
      await stream(conditions, stop, async (lines) => {
        if (lines === undefined) {
          said('live', '');
          attempt = 0;
          // What came while nobody listened.
          const missed = await get('/sonde/logs', { ...conditions, start: since, limit: CATCH_UP, cut: CUT }, stop);
          waiting.current.push(...missed.logs.toReversed());
        } else if (lines.length) {
          waiting.current.push(...lines);
          since = new Date().toISOString();
        }
      });
      said('lost', 'The server ended the stream.');
    } catch (error) {
      said('lost', error instanceof Error ? error.message : String(error));
    }
    await pause(waitMs(attempt), stop);
  }
}

/** One connection: calls `take` without lines when it stands, then with those of every piece that arrives. */
async function stream(
  conditions: Record<string, string | string[]>,
  stop: AbortSignal,
  take: (lines?: LogRecord[]) => Promise<void>,
): Promise<void> {
  const response = await fetch(address('/sonde/logs/follow', { ...conditions, cut: CUT }), { signal: stop });
  if (!response.ok || !response.body) throw refused(response, await response.text());
  const source = response.body.getReader();
  const lines = new LineReader();
  void take().catch(() => undefined);
  for (;;) {
    const { done, value } = await source.read();
    if (done) return;
    await take(
      lines.read(value).filter((one): one is LogRecord => typeof one === 'object' && one !== null && 'id' in one),
    );
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

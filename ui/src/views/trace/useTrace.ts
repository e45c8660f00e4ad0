/* The state of a trace's page: which span is selected, which stretch of time is shown, what is folded, hidden and searched. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { address, send } from '../../api/client';
import { ERROR, type Outline } from '../../api/outline';
import { useLoad } from '../../state/load';
import { useParam } from '../../state/url';
import { joined, parted, useQuickParam } from './address';
import { foldedBelow, logsBySpan, rowsOf, unfoldedTo, type Row } from './rows';
import { parseZoom, printZoom, type Zoom } from './scale';

const MANY = 20_000;
const REPLACE = { replace: true };

/** Everything that the parts of the page share. */
export interface TraceState {
  outline: Outline;
  /** Index of the selected span; -1 for none. */
  selected: number;
  select: (span: number) => void;
  /** Select, and unfold what hides the span. */
  reveal: (span: number) => void;
  zoom: Zoom;
  setZoom: (zoom: Zoom) => void;
  folded: ReadonlySet<number>;
  setFolded: (folded: ReadonlySet<number>) => void;
  /** Hidden services by index. */
  hidden: ReadonlySet<number>;
  setHidden: (services: ReadonlySet<number>) => void;
  /** Only what is below this span; -1 for all. */
  root: number;
  setRoot: (span: number) => void;
  critical: boolean;
  setCritical: (on: boolean) => void;
  logs: boolean;
  setLogs: (on: boolean) => void;
  rows: readonly Row[];
  logsOf: ReadonlyMap<number, readonly number[]>;
  errors: readonly number[];
  search: Search;
}

/** The search within the trace. */
export interface Search {
  text: string;
  setText: (text: string) => void;
  /** Ascending. */
  matches: readonly number[];
  busy: boolean;
  problem: string;
}

export function useTrace(outline: Outline): TraceState {
  const places = useMemo(() => {
    const found = new Map<string, number>();
    outline.spans.id.forEach((id, index) => !found.has(id) && found.set(id, index));
    return found;
  }, [outline]);
  const [spanId, setSpanId] = useQuickParam('span');
  const [time, setTime] = useQuickParam('time');
  const [hide, setHide] = useParam('hide');
  const [rootId, setRootId] = useParam('root');
  const [critical, setCritical] = useParam('critical', 'on');
  const [logs, setLogs] = useParam('logs', 'off');
  const [folded, setFolded] = useState<ReadonlySet<number>>(() =>
    outline.spans.id.length > MANY ? foldedBelow(outline, 4) : new Set(),
  );

  const selected = places.get(spanId) ?? -1;
  const root = places.get(rootId) ?? -1;
  const zoom = useMemo(() => parseZoom(time, outline.duration_ns), [time, outline]);
  const hidden = useMemo(() => {
    const names = new Set(parted(hide));
    return new Set(outline.services.flatMap((service, index) => (names.has(service.name) ? [index] : [])));
  }, [hide, outline]);
  const logsOf = useMemo(() => logsBySpan(outline), [outline]);
  const rows = useMemo(
    () => rowsOf(outline, { folded, hidden, root, logs: logs === 'on' }, logsOf),
    [outline, folded, hidden, root, logs, logsOf],
  );
  const errors = useMemo(
    () => outline.spans.status.flatMap((status, index) => (status === ERROR ? [index] : [])),
    [outline],
  );
  const select = useCallback((span: number) => setSpanId(outline.spans.id[span] ?? null), [outline]);
  const reveal = (span: number) => {
    if (span < 0) return;
    setFolded(unfoldedTo(outline, folded, span));
    if (root >= 0 && (span < root || span > root + outline.spans.children[root]!)) setRootId(null, REPLACE);
    select(span);
  };
  const search = useSearch(outline);
  useEffect(() => {
    if (selected >= 0) setFolded((now) => unfoldedTo(outline, now, selected));
  }, []);
  return {
    outline,
    selected,
    select,
    reveal,
    zoom,
    setZoom: (next) => setTime(printZoom(next, outline.duration_ns)),
    folded,
    setFolded,
    hidden,
    setHidden: (services) => setHide(joined([...services].map((index) => outline.services[index]!.name)), REPLACE),
    root,
    setRoot: (span) => setRootId(outline.spans.id[span] ?? null, REPLACE),
    critical: critical !== 'off',
    setCritical: (on) => setCritical(on ? null : 'off', REPLACE),
    logs: logs === 'on',
    setLogs: (on) => setLogs(on ? 'on' : null, REPLACE),
    rows,
    logsOf,
    errors,
    search,
  };
}

function useSearch(outline: Outline): Search {
  const [text, setText] = useParam('find');
  const wanted = text.trim();
  const { data, error, loading } = useLoad<{ spans: number[] }>(
    wanted && `${outline.trace_id} ${wanted}`,
    async (signal) => {
      await pause(120, signal);
      const path = address('/sonde/traces/{trace_id}/find', { trace_id: outline.trace_id, text: wanted });
      return (await send('GET', path, undefined, signal)) as { spans: number[] };
    },
  );
  return {
    text,
    setText: (next) => setText(next || null, { replace: true }),
    matches: wanted && data ? data.spans : NONE,
    busy: loading,
    problem: error?.message ?? '',
  };
}

const NONE: number[] = [];

/** Lets somebody finish the word before the server is asked. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}

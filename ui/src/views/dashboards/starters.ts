/* Boards to begin with. They are made here when they are opened and kept only when someone saves them. */
import { type Board, type BoardPanel, emptyBoard, type PanelQuery, redQuery, type Variable } from '../dashboard/board';

export interface Starter {
  id: string;
  title: string;
  about: string;
  make: () => Board;
}

const service: Variable = { name: 'service', kind: 'service', key: '', options: [], default: '', multi: true };

const panel = (
  id: string,
  title: string,
  [x, y, w, h]: [number, number, number, number],
  query: PanelQuery,
  more: Partial<BoardPanel> = {},
): BoardPanel => ({ id, title, x, y, w, h, kind: 'timeseries', unit: '', draw: 'line', query, ...more });

const metric = (name: string, aggregation = '', group_by = ['service']): PanelQuery => ({
  kind: 'metric',
  name,
  metric_kind: '',
  aggregation,
  group_by,
  service: '$service',
  where: [],
});

const sql = (query: string): PanelQuery => ({ kind: 'sql', query });
const over = (table: string, time: string, what: string, by: string, as: string) =>
  sql(`SELECT toStartOfInterval(${time}, toIntervalSecond({step:UInt32})) AS time, ${by} AS ${as}, ${what}
FROM ${table}
WHERE ${time} >= {start:DateTime64(9)} AND ${time} < {end:DateTime64(9)}
GROUP BY time, ${as}
ORDER BY time`);

const own = { service: '$service' };

function services(): Board {
  return {
    ...emptyBoard('Services: rate, errors, duration'),
    description: 'How every service does, by its entry spans.',
    variables: [service],
    panels: [
      panel('rate', 'Requests a second', [0, 0, 4, 7], redQuery('rate', own)),
      panel('errors', 'Share of errors', [4, 0, 4, 7], redQuery('error_ratio', own)),
      panel('p95', 'p95 duration', [8, 0, 4, 7], redQuery('p95', own)),
      panel(
        'operations',
        'Operations by p95',
        [0, 7, 6, 8],
        redQuery('p95', { ...own, group_by: ['service', 'operation'] }),
        {
          kind: 'table',
        },
      ),
      panel('failed', 'Failed traces', [6, 7, 6, 8], redQuery('rate', { ...own, group_by: [], status: 'error' }), {
        kind: 'traces',
      }),
      panel(
        'logs',
        'Log records by severity',
        [0, 15, 12, 6],
        { kind: 'logs', text: '', severity: '', service: '$service', where: [], limit: 50 },
        { draw: 'stack' },
      ),
    ],
  };
}

function python(): Board {
  return {
    ...emptyBoard('Python runtime'),
    description: 'What the processes of instrumented services need: processor, memory, garbage collection, threads.',
    variables: [service],
    panels: [
      panel('cpu', 'Processor', [0, 0, 6, 7], metric('process.cpu.utilization')),
      panel('memory', 'Memory', [6, 0, 6, 7], metric('process.memory.usage')),
      panel('pause', 'Garbage collection, longest pause', [0, 7, 4, 7], metric('cpython.gc.pause.max', 'max')),
      panel('collections', 'Collections a second', [4, 7, 4, 7], metric('cpython.gc.collections', 'rate')),
      panel('gil', 'Wait for the interpreter', [8, 7, 4, 7], metric('cpython.gil.lateness.max', 'max')),
      panel('threads', 'Threads', [0, 14, 4, 6], metric('process.thread.count')),
      panel('files', 'Open files', [4, 14, 4, 6], metric('process.open_file_descriptor.count')),
      panel('switches', 'Context switches a second', [8, 14, 4, 6], metric('process.context_switches', 'rate')),
    ],
  };
}

function sonde(): Board {
  return {
    ...emptyBoard('Sonde itself'),
    description: 'What arrives here, from whom, and of what kind.',
    panels: [
      panel(
        'spans',
        'Spans by service',
        [0, 0, 6, 7],
        over('otel_traces', 'Timestamp', 'count() AS spans', 'ServiceName', 'service'),
        {
          draw: 'stack',
        },
      ),
      panel(
        'logs',
        'Log records by service',
        [6, 0, 6, 7],
        over('otel_logs', 'Timestamp', 'count() AS records', 'ServiceName', 'service'),
        {
          draw: 'stack',
        },
      ),
      panel(
        'points',
        'Points of sums by metric',
        [0, 7, 6, 7],
        over('otel_metrics_sum', 'TimeUnix', 'count() AS points', 'MetricName', 'metric'),
        {
          draw: 'stack',
        },
      ),
      panel(
        'attributes',
        'Most frequent attributes',
        [6, 7, 6, 7],
        sql(`SELECT Signal, Level, Key, sum(Count) AS records
FROM sonde_attributes
GROUP BY Signal, Level, Key
ORDER BY records DESC
LIMIT 100`),
        { kind: 'table' },
      ),
      panel(
        'totals',
        'Stored in this range',
        [0, 14, 12, 4],
        sql(`SELECT
  (SELECT count() FROM otel_traces WHERE Timestamp >= {start:DateTime64(9)} AND Timestamp < {end:DateTime64(9)}) AS spans,
  (SELECT count() FROM otel_logs WHERE Timestamp >= {start:DateTime64(9)} AND Timestamp < {end:DateTime64(9)}) AS records,
  (SELECT count() FROM otel_metrics_gauge WHERE TimeUnix >= {start:DateTime64(9)} AND TimeUnix < {end:DateTime64(9)}) AS gauge_points,
  (SELECT count() FROM otel_metrics_histogram WHERE TimeUnix >= {start:DateTime64(9)} AND TimeUnix < {end:DateTime64(9)}) AS histogram_points`),
        { kind: 'stat' },
      ),
    ],
  };
}

export const STARTERS: readonly Starter[] = [
  {
    id: 'starter-services',
    title: 'Services: rate, errors, duration',
    about: 'How every service does.',
    make: services,
  },
  { id: 'starter-python', title: 'Python runtime', about: 'Processor, memory, garbage collection.', make: python },
  { id: 'starter-sonde', title: 'Sonde itself', about: 'What arrives, from whom.', make: sonde },
];

/** The board of an address that names one which is not kept: a starter, or a new one. */
export function starterBoard(id: string): Board | undefined {
  if (id === 'new') return emptyBoard('New dashboard');
  return STARTERS.find((one) => one.id === id)?.make();
}

/* Found traces as a table: columns of one's choice (`cols` in the address), sorted by the server. */
import { DataTable, type Column } from '../../parts/DataTable';
import { Ago, Duration, Moment, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { count } from '../../format';
import { hrefWith, navigate } from '../../state/url';
import { startMs } from './TraceRow';
import type { Summary } from './useTraces';

export const COLUMNS: readonly (Column<Summary> & { title: string })[] = [
  {
    id: 'start',
    title: 'Start',
    class: 'traces-start',
    value: (one) => one.start_ns,
    cell: (one) => (
      <>
        <span class="traces-moment">
          <Moment ms={startMs(one)} />
        </span>
        <span class="traces-ago">
          <Ago ms={startMs(one)} />
        </span>
      </>
    ),
  },
  { id: 'service', title: 'Service', cell: (one) => <ServiceName name={one.root_service} /> },
  { id: 'name', title: 'Operation', width: '30%', cell: (one) => <Named trace={one} /> },
  {
    id: 'duration',
    title: 'Duration',
    numeric: true,
    value: (one) => one.duration_ms,
    cell: (one) => <Duration ms={one.duration_ms} />,
  },
  {
    id: 'spans',
    title: 'Spans',
    class: 'traces-minor',
    numeric: true,
    value: (one) => one.spans,
    cell: (one) => count(one.spans),
  },
  {
    id: 'errors',
    title: 'Errors',
    numeric: true,
    value: (one) => one.errors,
    cell: (one) => (one.errors ? <span class="traces-failed">{count(one.errors)}</span> : <span class="dim">0</span>),
  },
  {
    id: 'matched',
    title: 'Matching',
    numeric: true,
    help: 'Spans that meet the conditions',
    cell: (one) => count(one.matched),
  },
  { id: 'services', title: 'Services', numeric: true, cell: (one) => one.services.length },
  { id: 'id', title: 'Trace id', cell: (one) => <code>{one.trace_id}</code> },
];
export const USUAL_COLUMNS = 'start,service,name,duration,spans,errors';

/** The server's order by the table's. */
export const ORDERS: Record<string, string> = {
  '-start': 'recent',
  start: 'oldest',
  '-duration': 'longest',
  duration: 'shortest',
  '-spans': 'most_spans',
  '-errors': 'errors',
};

function Named({ trace }: { trace: Summary }) {
  return (
    <Link href={hrefWith(`/trace/${trace.trace_id}`)}>
      <bdi>{trace.root_name || '(no name)'}</bdi>
    </Link>
  );
}

interface Props {
  traces: readonly Summary[];
  chosen: readonly string[];
  onChoose: (id: string) => void;
  columns: readonly string[];
  sort: string;
  onSort: (sort: string) => void;
  cursor: number;
}

export function TraceTable({ traces, chosen, onChoose, columns, sort, onSort, cursor }: Props) {
  const choose: Column<Summary> = {
    id: 'choose',
    title: <span class="visually-hidden">Compare</span>,
    width: '28px',
    cell: (one) => (
      <input
        type="checkbox"
        checked={chosen.includes(one.trace_id)}
        onChange={() => onChoose(one.trace_id)}
        aria-label={`Choose ${one.root_name} to compare`}
      />
    ),
  };
  const order = Object.entries(ORDERS).find(([, name]) => name === sort)?.[0] ?? '-start';
  const turn = (next: string) => {
    // Fewest spans or failures first is nothing that anyone looks for.
    onSort(ORDERS[next] ?? ORDERS[`-${next.replace(/^-/, '')}`]!);
  };
  return (
    <DataTable
      label="Traces"
      columns={[choose, ...COLUMNS.filter((one) => columns.includes(one.id))]}
      rows={traces}
      rowKey={(one) => one.trace_id}
      sort={order}
      onSort={turn}
      onRow={(one) => navigate(hrefWith(`/trace/${one.trace_id}`))}
      rowClass={(one) => (chosen.includes(one.trace_id) ? 'is-chosen' : '')}
      cursor={cursor}
      height={Math.max(360, (typeof innerHeight === 'number' ? innerHeight : 800) - 420)}
    />
  );
}

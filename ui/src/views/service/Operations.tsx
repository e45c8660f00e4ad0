/* What a service does: its operations with rate, failures and latency; a row leads to its traces. */
import { Sparkline } from '../../charts/Sparkline';
import { count, percent, rate } from '../../format';
import { Segmented } from '../../parts/Button';
import { type Column, DataTable } from '../../parts/DataTable';
import { Duration } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { term } from '../../parts/querybar/grammar';
import { navigate, useParam } from '../../state/url';
import { tracesHref } from './links';
import type { ServiceAnswer } from './ServicePage';

type Row = ServiceAnswer['operations'][number];

export function Operations({ answer }: { answer: ServiceAnswer }) {
  const [which, setWhich] = useParam('operations', 'entry');
  const [sort, setSort] = useParam('sort', '-rate');
  const mixed = answer.judged_by === 'entry' && answer.operations.some((one) => !one.is_entry);
  const rows = mixed && which !== 'all' ? answer.operations.filter((one) => one.is_entry) : answer.operations;
  const hrefOf = (row: Row) =>
    tracesHref(
      answer.service,
      term('operation', '=', row.name),
      ...(row.kind === 'Unspecified' ? [] : [term('kind', '=', row.kind.toLowerCase())]),
    );
  const columns: Column<Row>[] = [
    {
      id: 'name',
      title: 'Operation',
      value: (row) => row.name,
      cell: (row) => (
        <Link href={hrefOf(row)} title={row.name} class="service-operation">
          <bdi>{row.name || '(no name)'}</bdi>
        </Link>
      ),
    },
    { id: 'kind', title: 'Kind', width: '84px', class: 'is-extra', value: (row) => row.kind },
    {
      id: 'rate',
      title: 'Rate',
      numeric: true,
      width: '84px',
      value: (row) => row.rate_per_s,
      cell: (row) => rate(row.rate_per_s),
    },
    {
      id: 'errors',
      title: 'Errors',
      numeric: true,
      width: '76px',
      value: (row) => (row.spans ? row.errors / row.spans : 0),
      cell: (row) => <span class={row.errors ? 'bad' : 'dim'}>{percent(row.spans ? row.errors / row.spans : 0)}</span>,
    },
    {
      id: 'p50',
      class: 'is-extra',
      title: 'p50',
      numeric: true,
      width: '84px',
      value: (row) => row.p50_ms,
      cell: (row) => <Duration ms={row.p50_ms} />,
    },
    {
      id: 'p95',
      title: 'p95',
      numeric: true,
      width: '84px',
      value: (row) => row.p95_ms,
      cell: (row) => <Duration ms={row.p95_ms} />,
    },
    {
      id: 'p99',
      class: 'is-extra',
      title: 'p99',
      numeric: true,
      width: '84px',
      value: (row) => row.p99_ms,
      cell: (row) => <Duration ms={row.p99_ms} />,
    },
    {
      id: 'course',
      class: 'is-extra',
      title: 'Over time',
      width: '116px',
      cell: (row) => (
        <Sparkline
          values={row.spans_by_step}
          kind="bar"
          width={96}
          height={18}
          label={`${count(row.spans)} spans over time`}
        />
      ),
    },
  ];
  const left = answer.operations_found - answer.operations.length;
  return (
    <Panel
      title="Operations"
      note={
        left > 0 ? `the busiest ${count(answer.operations.length)} of ${count(answer.operations_found)}` : undefined
      }
      actions={
        mixed && (
          <Segmented
            label="Which operations"
            value={which === 'all' ? 'all' : 'entry'}
            options={[
              { value: 'entry', label: 'Served', title: 'Server and consumer spans, by which the service is judged' },
              { value: 'all', label: 'All', title: 'Calls it makes and inner work too' },
            ]}
            onChange={setWhich}
          />
        )
      }
    >
      <DataTable
        label="Operations"
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.kind} ${row.name}`}
        sort={sort}
        onSort={(next) => setSort(next, { replace: true })}
        onRow={(row) => navigate(hrefOf(row))}
        height={420}
      />
    </Panel>
  );
}

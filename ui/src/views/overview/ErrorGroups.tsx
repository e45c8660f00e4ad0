/* What fails, one row a kind of failure; a row opens its newest example. */
import { Sparkline } from '../../charts/Sparkline';
import { count } from '../../format';
import { type Column, DataTable } from '../../parts/DataTable';
import { Ago, Moment, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { navigate } from '../../state/url';
import { allHref, exampleHref } from './links';
import type { Answer, ErrorGroup } from './types';

export function ErrorGroups({ answer }: { answer: Answer }) {
  const { errors } = answer;
  const isPart = errors.from_t > answer.start_s + 60;
  return (
    <Panel
      title="Errors"
      note={
        <>
          {isPart && (
            <>
              the newest, since <Moment ms={errors.from_t * 1000} />
            </>
          )}
          {isPart && errors.cut && ' · '}
          {errors.cut && `the ${String(errors.groups.length)} most frequent kinds`}
        </>
      }
    >
      {errors.groups.length === 0 ? (
        <Empty title="Nothing failed">
          Exceptions that spans record, failed requests, and error logs outside of any trace would stand here, grouped
          by what they say.
        </Empty>
      ) : (
        <DataTable
          label="Errors by kind"
          columns={COLUMNS}
          rows={errors.groups}
          rowKey={(row) => JSON.stringify([row.source, row.service, row.type, row.operation, row.template])}
          onRow={(row) => navigate(exampleHref(row))}
          height={430}
        />
      )}
    </Panel>
  );
}

const COLUMNS: Column<ErrorGroup>[] = [
  {
    id: 'count',
    title: 'Count',
    numeric: true,
    width: '118px',
    value: (row) => row.count,
    cell: (row) => (
      <Link href={allHref(row)} class="overview-count" title="Show all of them">
        <Sparkline
          values={row.counts}
          width={56}
          height={18}
          kind="bar"
          colour="var(--bad)"
          label="How many, over time"
        />
        <span>{count(row.count)}</span>
      </Link>
    ),
  },
  {
    id: 'error',
    title: 'Error',
    width: '52%',
    value: (row) => row.type || row.message,
    cell: (row) => (
      <Link href={exampleHref(row)} class="overview-error" title={`${row.type}\n${row.message}`} tabIndex={-1}>
        {row.type && <strong>{shortType(row.type)}</strong>}
        <bdi>{row.message || (row.type ? '' : 'failed, without a message')}</bdi>
      </Link>
    ),
  },
  {
    id: 'where',
    title: 'Where',
    class: 'overview-where-column',
    value: (row) => row.service,
    cell: (row) => (
      <span class="overview-where">
        <ServiceName name={row.service} />
        <bdi class="dim clip">{row.source === 'log' ? 'log, outside of traces' : row.operation}</bdi>
      </span>
    ),
  },
  {
    id: 'last',
    title: 'Last',
    class: 'overview-last',
    numeric: true,
    width: '84px',
    value: (row) => row.last_t,
    cell: (row) => <Ago ms={row.last_t * 1000} />,
  },
];

/** `PaymentProviderError` of `shop.payment.PaymentProviderError`. */
function shortType(type: string): string {
  return /[^./:\\]+$/.exec(type)?.[0] ?? type;
}

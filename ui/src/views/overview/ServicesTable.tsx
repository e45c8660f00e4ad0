/* Every service in a row, the one most in trouble first: why, and its rate, failures and latency beside what they were before. */
import { Sparkline } from '../../charts/Sparkline';
import { count, duration, percent, rate } from '../../format';
import { Button } from '../../parts/Button';
import { type Column, DataTable } from '../../parts/DataTable';
import { Duration, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { navigate, useParam } from '../../state/url';
import { type Change, durationChange, rateChange, shareChange } from './change';
import { serviceHref } from './links';
import type { Answer, Standing } from './types';

const WIDTH = 64;
const HEIGHT = 18;
const FIRST = 10;

export function ServicesTable({ answer }: { answer: Answer }) {
  const [sort, setSort] = useParam('sort');
  const [all, setAll] = useParam('all');
  const isLong = answer.services.length > FIRST + 2;
  const shown = isLong && !all && !sort ? answer.services.slice(0, FIRST) : answer.services;
  const cut = answer.services_found > answer.services.length;
  const note = [
    cut && `the busiest ${String(answer.services.length)} of ${count(answer.services_found)}`,
    answer.sampled > 1 && `latencies of one in ${String(answer.sampled)} spans`,
  ].filter(Boolean);
  return (
    <Panel
      title="Services"
      note={note.join(' · ')}
      class={`overview-services ${answer.services.some((one) => one.before) ? 'has-before' : ''}`}
      actions={
        isLong &&
        !sort && (
          <Button kind="quiet" expanded={!!all} onClick={() => setAll(all ? null : '1', { replace: true })}>
            {all ? `The first ${String(FIRST)}` : `All ${String(answer.services.length)}`}
          </Button>
        )
      }
    >
      <DataTable
        label="Services, the most in trouble first"
        columns={columnsOf(answer)}
        rows={shown}
        rowKey={(row) => row.name}
        sort={sort}
        onSort={(next) => setSort(next || null, { replace: true })}
        onRow={(row) => navigate(serviceHref(row.name))}
      />
    </Panel>
  );
}

function columnsOf(answer: Answer): Column<Standing>[] {
  return [
    {
      id: 'service',
      title: 'Service',
      value: (row) => row.name,
      cell: (row) => (
        <Link href={serviceHref(row.name)} class="overview-name" tabIndex={-1}>
          <ServiceName name={row.name} />
        </Link>
      ),
    },
    {
      id: 'trouble',
      title: 'Trouble',
      help: 'Failures, slowness and silence, against the range before and the usual, weighted by traffic: 0 to 100',
      value: (row) => row.trouble,
      cell: (row) => <Why row={row} stepS={answer.step_s} />,
    },
    {
      id: 'rate',
      title: 'Rate',
      numeric: true,
      value: (row) => row.now.rate_per_s,
      cell: (row) => (
        <Figure
          values={row.course.rate_per_s}
          label={`${row.name}: spans a second`}
          change={rateChange(row.now.rate_per_s, row.before?.rate_per_s)}
          before={row.before ? rate(row.before.rate_per_s) : ''}
        >
          {rate(row.now.rate_per_s)}
        </Figure>
      ),
    },
    {
      id: 'errors',
      title: 'Errors',
      numeric: true,
      value: (row) => row.now.error_ratio,
      cell: (row) => (
        <Figure
          values={row.course.error_ratio}
          kind="bar"
          colour="var(--bad)"
          label={`${row.name}: share of failures`}
          change={shareChange(row.now.error_ratio, row.before?.error_ratio)}
          before={row.before ? percent(row.before.error_ratio) : ''}
        >
          <span class={row.now.errors ? 'bad' : 'dim'}>{row.now.errors ? percent(row.now.error_ratio) : '0'}</span>
        </Figure>
      ),
    },
    {
      id: 'p95',
      title: 'p95',
      numeric: true,
      value: (row) => row.now.p95_ms,
      cell: (row) => (
        <Figure
          values={row.course.p95_ms}
          label={`${row.name}: 95th percentile`}
          change={durationChange(row.now.p95_ms, row.before?.p95_ms)}
          before={row.before ? duration(row.before.p95_ms) : ''}
        >
          <Duration ms={row.now.p95_ms} />
        </Figure>
      ),
    },
    {
      id: 'p99',
      title: 'p99',
      numeric: true,
      value: (row) => row.now.p99_ms,
      cell: (row) => <Duration ms={row.now.p99_ms} />,
    },
  ];
}

/** The reasons; those of one moment lead there. */
function Why({ row, stepS }: { row: Standing; stepS: number }) {
  if (row.reasons.length === 0) return <span class="dim">–</span>;
  return (
    <span class="overview-why" title={row.reasons.map((one) => one.message).join('\n')}>
      <meter
        class="overview-meter"
        min={0}
        max={100}
        value={row.trouble}
        aria-label={`trouble ${row.trouble.toFixed(0)}`}
      />
      {row.reasons.slice(0, 2).map((reason) => (
        <span key={reason.kind} class="overview-reason">
          {reason.t == null ? (
            reason.message
          ) : (
            <Link href={serviceHref(row.name, reason, stepS)}>{reason.message}</Link>
          )}
        </span>
      ))}
      {row.reasons.length > 2 && <span class="dim overview-more">+{row.reasons.length - 2}</span>}
    </span>
  );
}

function Figure({
  values,
  kind,
  colour,
  label,
  change,
  before,
  children,
}: {
  values: readonly (number | null)[];
  kind?: 'line' | 'bar';
  colour?: string;
  label: string;
  change: Change;
  before: string;
  children: preact.ComponentChildren;
}) {
  return (
    <span class="overview-figure">
      <Sparkline
        values={values}
        width={WIDTH}
        height={HEIGHT}
        kind={kind ?? 'line'}
        colour={colour ?? 'var(--ink-3)'}
        label={label}
      />
      <span class={`overview-change ${change.tone || 'dim'}`} title={before && `before: ${before}`}>
        {change.text}
      </span>
      <span class="overview-number">{children}</span>
    </span>
  );
}

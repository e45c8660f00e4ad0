/* What the records say, without what varies: a few lines in place of a million. */
import { get } from '../../api/client';
import type { components } from '../../api/schema';
import { severityColour } from '../../charts/colours';
import { Sparkline } from '../../charts/Sparkline';
import { count, percent } from '../../format';
import { Button } from '../../parts/Button';
import { type Column, DataTable } from '../../parts/DataTable';
import { Ago, ServiceName } from '../../parts/Figures';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import type { Range } from '../../state/range';
import { setParams, useParam } from '../../state/url';
import type { Asked } from './asked';
import { Nothing } from './Nothing';
import { SEVERITIES, msOf } from './record';
import { visible } from './text';

type Pattern = components['schemas']['PatternModel'];

export function Patterns({ asked, range }: { asked: Asked; range: Range }) {
  const [sort, setSort] = useParam('psort', '-count');
  const state = useLoad(asked.isBad ? '' : JSON.stringify([asked.conditions, range.params]), (signal) =>
    get('/sonde/logs/patterns', { ...asked.conditions, ...range.params, limit: 200 }, signal),
  );
  return (
    <Loaded
      state={state}
      skeleton={<Skeleton height={420} />}
      isEmpty={(data) => data.total === 0}
      empty={<Nothing asked={asked} />}
    >
      {(data) => (
        <>
          <DataTable
            label="Patterns"
            columns={columnsOf(asked, range.endMs)}
            rows={data.patterns}
            rowKey={(row) => row.pattern}
            sort={sort}
            onSort={(next) => setSort(next, { replace: true })}
            onRow={(row) => row.pattern && only(row.pattern)}
            rowClass={() => 'logs-pattern-row'}
          />
          <p class="note logs-patterns-note">
            {data.sampled && `Read in ${count(data.looked_at)} of ${count(data.total)} records; counts are estimates. `}
            {data.others > 0 && `${count(data.others)} records have rarer patterns. `}
            Numbers, ids, addresses and quotations are taken for what varies.
          </p>
        </>
      )}
    </Loaded>
  );
}

/** Look at a pattern's records. */
function only(pattern: string): void {
  setParams({ pattern, view: null });
}

function columnsOf(asked: Asked, nowMs: number): Column<Pattern>[] {
  const leftOut = (pattern: string) => setParams({ without: [...asked.without, pattern].slice(-20).join('\n') });
  return [
    {
      id: 'count',
      title: 'Records',
      numeric: true,
      width: '1%',
      value: (row) => row.count,
      cell: (row) => count(row.count),
    },
    {
      id: 'share',
      title: 'Share',
      numeric: true,
      width: '1%',
      value: (row) => row.share,
      cell: (row) => percent(row.share),
    },
    {
      id: 'trend',
      title: 'Trend',
      width: '1%',
      cell: (row) => (
        <Sparkline
          values={row.trend}
          width={72}
          height={20}
          kind="bar"
          colour={worstColour(row)}
          label={said(row.trend)}
        />
      ),
    },
    { id: 'severity', title: 'Severity', width: '1%', value: (row) => badness(row), cell: (row) => <Mix row={row} /> },
    { id: 'pattern', title: 'Pattern', value: (row) => row.template, cell: (row) => <Template row={row} /> },
    {
      id: 'service',
      title: 'Services',
      width: '1%',
      value: (row) => row.services[0]?.name,
      cell: (row) => (
        <span class="logs-pattern-service">
          <ServiceName name={row.services[0]?.name ?? ''} />
          {row.services.length > 1 && <span class="dim">+{row.services.length - 1}</span>}
        </span>
      ),
    },
    {
      id: 'last',
      title: 'Last',
      width: '1%',
      value: (row) => msOf(row.last_ns),
      cell: (row) => <Ago ms={msOf(row.last_ns)} now={nowMs} />,
    },
    {
      id: 'out',
      title: '',
      width: '1%',
      cell: (row) => (
        <Button
          kind="quiet"
          icon="minus"
          label={`Leave out: ${row.template.slice(0, 80)}`}
          disabled={!row.pattern}
          onClick={() => leftOut(row.pattern)}
        />
      ),
    },
  ];
}

const said = (trend: readonly number[]) =>
  `From ${count(trend[0] ?? 0)} to ${count(trend.at(-1) ?? 0)} a step, at most ${count(Math.max(0, ...trend))}`;

/** The template; places are set apart from the words. */
function Template({ row }: { row: Pattern }) {
  const parts = visible(row.template).split(/(<[a-z*]+>)/);
  return (
    <span
      class="logs-template"
      style={{ '--mark': severityColour(worst(row)) }}
      title={row.example ? visible(row.example.body) : undefined}
    >
      <bdi>{parts.map((part, at) => (at % 2 ? <var key={at}>{part}</var> : part))}</bdi>
      {row.template === '' && <span class="dim">(empty)</span>}
      {row.templates > 1 && <span class="dim"> · {count(row.templates)} alike</span>}
    </span>
  );
}

const worst = (row: Pattern) =>
  SEVERITIES.findLast((name) => (row.severities[name] ?? 0) > row.count / 100) ?? 'UNSPECIFIED';
const worstColour = (row: Pattern) =>
  ['ERROR', 'FATAL', 'WARN'].includes(worst(row)) ? severityColour(worst(row)) : 'var(--ink-3)';
/** The share of bad records; ties by how bad. */
const badness = (row: Pattern) =>
  SEVERITIES.reduce((sum, name, at) => sum + at * (row.severities[name] ?? 0), 0) / Math.max(1, row.count);

/** Shares of severities as one bar. */
function Mix({ row }: { row: Pattern }) {
  const found = SEVERITIES.filter((name) => row.severities[name]);
  const text = found
    .map((name) => `${percent(row.severities[name]! / Math.max(1, row.count))} ${name.toLowerCase()}`)
    .join(', ');
  return (
    <span class="logs-mix" role="img" aria-label={text} title={text}>
      {found.map((name) => (
        <span key={name} style={{ background: severityColour(name), flexGrow: row.severities[name] }} />
      ))}
    </span>
  );
}

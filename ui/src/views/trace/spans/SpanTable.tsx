/* Statistics of a trace by operation, service or kind; a row opens the spans that it is about, and one of those leads back to
   where it stands in the trace. */
import './spans.css';
import { useMemo } from 'preact/hooks';
import type { Outline } from '../../../api/outline';
import { count, percent } from '../../../format';
import { Button, Segmented } from '../../../parts/Button';
import { DataTable, type Column } from '../../../parts/DataTable';
import { Duration, ServiceName } from '../../../parts/Figures';
import { setParams, useParam } from '../../../state/url';
import { spanGroups, type GroupBy, type SpanGroup } from './groups';
import { Members } from './Members';

interface Props {
  outline: Outline;
  selected: number;
  onSelect: (index: number) => void;
}

const BY = [
  { value: 'operation', label: 'Operation' },
  { value: 'service', label: 'Service' },
  { value: 'kind', label: 'Kind' },
] as const;

export function SpanTable({ outline, selected, onSelect }: Props) {
  const [by] = useParam('by', 'operation');
  const [sort, setSort] = useParam('sort', '-self');
  const [group, setGroup] = useParam('group');
  const grouped: GroupBy = by === 'service' || by === 'kind' ? by : 'operation';
  const rows = useMemo(() => spanGroups(outline, grouped), [outline, grouped]);
  const open = rows.find((one) => one.key === group);
  return (
    <div class="spans">
      <div class="spans-bar">
        <Segmented
          label="Group by"
          value={grouped}
          options={BY}
          onChange={(next) => setParams({ by: next === 'operation' ? null : next, group: null })}
        />
        <span class="note">
          {count(rows.length)} groups of {count(outline.spans.id.length)} spans
        </span>
        {open && <Button onClick={() => setGroup(null)}>Back to all groups</Button>}
      </div>
      {open ? (
        <Members outline={outline} group={open} selected={selected} onSelect={onSelect} />
      ) : (
        <DataTable
          label={`Spans by ${grouped}`}
          columns={columnsOf(grouped)}
          rows={rows}
          rowKey={(row) => row.key}
          sort={sort}
          onSort={(next) => setSort(next, { replace: true })}
          onRow={(row) => setGroup(row.key)}
        />
      )}
    </div>
  );
}

type SpanColumn = Column<SpanGroup>;

/** What a narrow screen leaves out. */
const EXTRA = 'spans-extra';

function columnsOf(by: GroupBy): SpanColumn[] {
  const service: SpanColumn = {
    id: 'service',
    title: 'Service',
    value: (row) => row.service,
    cell: (row) => <ServiceName name={row.service} />,
  };
  const name: SpanColumn = {
    id: 'name',
    title: 'Operation',
    value: (row) => row.name,
    cell: (row) => <bdi class="spans-name">{row.name || '(no name)'}</bdi>,
  };
  const kind: SpanColumn = {
    id: 'kind',
    title: 'Kind',
    value: (row) => row.kind,
    class: by === 'operation' ? EXTRA : '',
  };
  const named = by === 'operation' ? [service, name, kind] : by === 'service' ? [service] : [kind];
  return [
    ...named,
    {
      id: 'count',
      title: 'Spans',
      numeric: true,
      value: (row) => row.spans.length,
      cell: (row) => count(row.spans.length),
    },
    {
      id: 'errors',
      title: 'Errors',
      numeric: true,
      value: (row) => row.errors,
      cell: (row) => (row.errors ? <span class="spans-bad">{count(row.errors)}</span> : <span class="dim">0</span>),
    },
    length('self', 'Self', (row) => row.self, 'Time in which none of their children ran'),
    {
      id: 'share',
      class: EXTRA,
      title: 'Share',
      numeric: true,
      help: 'Of all self time in the trace',
      value: (row) => row.share,
      cell: (row) => <Share share={row.share} />,
    },
    length(
      'critical',
      'Critical',
      (row) => row.critical,
      'Time on the critical path: what making it faster could save at most',
    ),
    length('total', 'Total', (row) => row.total, 'Their durations, summed'),
    length('avg', 'Avg', (row) => row.avg),
    length('p50', 'p50', (row) => row.p50),
    length('p95', 'p95', (row) => row.p95),
    length('max', 'Max', (row) => row.max),
  ];
}

function length(id: string, title: string, value: (row: SpanGroup) => number, help?: string): SpanColumn {
  const extra = id === 'self' ? '' : EXTRA;
  return {
    id,
    title,
    numeric: true,
    class: extra,
    value,
    cell: (row) => <Duration ms={value(row)} />,
    ...(help ? { help } : {}),
  };
}

function Share({ share }: { share: number }) {
  return (
    <span class="spans-share">
      <span class="spans-share-bar" aria-hidden="true">
        <span style={{ width: `${String(Math.round(share * 100))}%` }} />
      </span>
      <span class="spans-share-text">{percent(share)}</span>
    </span>
  );
}

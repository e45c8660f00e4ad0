/* The spans of one group, the longest first; choosing one leads to where it stands in the trace. */
import { useMemo } from 'preact/hooks';
import { ERROR, STATUSES, type Outline } from '../../../api/outline';
import { DataTable, type Column } from '../../../parts/DataTable';
import { Duration, ServiceName, Status } from '../../../parts/Figures';
import { setParams } from '../../../state/url';
import { criticalTimes, selfTimes } from './figures';
import type { SpanGroup } from './groups';

interface Member {
  index: number;
  service: string;
  name: string;
  start: number;
  duration: number;
  self: number;
  critical: number;
  status: number;
}

export function Members(props: {
  outline: Outline;
  group: SpanGroup;
  selected: number;
  onSelect: (index: number) => void;
}) {
  const { outline, group, selected, onSelect } = props;
  const rows = useMemo(() => membersOf(outline, group), [outline, group]);
  return (
    <DataTable
      label={`${[group.service, group.name, group.kind].filter(Boolean).join(' ')}: spans`}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => String(row.index)}
      sort="-duration"
      onRow={(row) => {
        onSelect(row.index);
        setParams({ view: null });
      }}
      rowClass={(row) => (row.index === selected ? 'is-selected' : '')}
    />
  );
}

function membersOf(outline: Outline, group: SpanGroup): Member[] {
  const { spans, services, names } = outline;
  const [own, critical] = [selfTimes(outline), criticalTimes(outline)];
  return group.spans.map((index) => ({
    index,
    service: services[spans.service[index]!]?.name ?? '',
    name: names[spans.name[index]!] ?? '',
    start: spans.start[index]! / 1e6,
    duration: spans.duration[index]! / 1e6,
    self: own[index]! / 1e6,
    critical: critical[index]! / 1e6,
    status: spans.status[index]!,
  }));
}

const COLUMNS: Column<Member>[] = [
  {
    id: 'service',
    title: 'Service',
    value: (row) => row.service,
    cell: (row) => <ServiceName name={row.service} />,
  },
  {
    id: 'name',
    title: 'Operation',
    value: (row) => row.name,
    cell: (row) => <bdi class="spans-name">{row.name || '(no name)'}</bdi>,
  },
  length('start', 'Starts at', (row) => row.start),
  length('duration', 'Duration', (row) => row.duration),
  length('self', 'Self', (row) => row.self),
  length('critical', 'Critical', (row) => row.critical),
  {
    id: 'status',
    title: 'Status',
    value: (row) => (row.status === ERROR ? 1 : 0),
    cell: (row) => <Status status={STATUSES[row.status] ?? 'Unset'} />,
  },
];

function length(id: string, title: string, value: (row: Member) => number): Column<Member> {
  return { id, title, numeric: true, value, cell: (row) => <Duration ms={value(row)} /> };
}

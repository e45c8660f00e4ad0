/* Versions and instances of a service. One that does worse than the others stands out and says how. */
import { Sparkline } from '../../charts/Sparkline';
import { count, percent } from '../../format';
import { type Column, DataTable } from '../../parts/DataTable';
import { Ago, Duration } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { navigate } from '../../state/url';
import { instanceTerm, tracesHref, versionTerm } from './links';
import type { TroubleAnswer } from './ServicePage';

type Part = TroubleAnswer['versions'][number];
interface Props {
  service: string;
  found: TroubleAnswer;
}

export function Versions({ service, found }: Props) {
  const hrefOf = (part: Part) => tracesHref(service, versionTerm(part.name));
  const columns: Column<Part>[] = [
    named('Version', hrefOf, '(no version)'),
    {
      id: 'instances',
      title: 'Instances',
      numeric: true,
      class: 'is-extra',
      width: '90px',
      value: (part) => part.instances,
    },
    ...FIGURES,
    seen('first', 'First seen', (part) => part.first_seen),
    seen('last', 'Last seen', (part) => part.last_seen),
    COURSE,
    WORSE,
  ];
  return (
    <Panel title="Versions" note={cut(found.versions.length, found.versions_found)}>
      <Table label="Versions" columns={columns} rows={found.versions} hrefOf={hrefOf} />
    </Panel>
  );
}

export function Instances({ service, found }: Props) {
  const hrefOf = (part: Part) => tracesHref(service, ...(part.name ? [instanceTerm(part)] : []));
  const columns: Column<Part>[] = [
    named('Instance', hrefOf, '(no instance named)'),
    {
      id: 'host',
      title: 'Host',
      class: 'is-extra',
      value: (part) => part.host,
      cell: (part) => <bdi>{part.host}</bdi>,
    },
    {
      id: 'version',
      title: 'Version',
      class: 'is-extra',
      value: (part) => part.version,
      cell: (part) => <bdi>{part.version}</bdi>,
    },
    ...FIGURES,
    seen('last', 'Last seen', (part) => part.last_seen),
    COURSE,
    WORSE,
  ];
  const notes = [
    cut(found.instances.length, found.instances_found),
    found.share < 1 &&
      `estimated from ${String(Number((found.share * 100).toPrecision(2)))}% of the time, evenly spread`,
  ];
  return (
    <Panel title="Instances" note={notes.filter(Boolean).join('; ')}>
      <Table label="Instances" columns={columns} rows={found.instances} hrefOf={hrefOf} />
    </Panel>
  );
}

function Table(props: {
  label: string;
  columns: Column<Part>[];
  rows: readonly Part[];
  hrefOf: (part: Part) => string;
}) {
  const { label, columns, rows, hrefOf } = props;
  if (rows.length === 0) return <p class="service-none dim">None in this time.</p>;
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      rowKey={(part) => part.name}
      rowClass={(part) => (part.worse ? 'is-worse' : '')}
      onRow={(part) => navigate(hrefOf(part))}
      height={420}
    />
  );
}

function named(title: string, hrefOf: (part: Part) => string, none: string): Column<Part> {
  return {
    id: 'name',
    title,
    value: (part) => part.name,
    cell: (part) => (
      <Link href={hrefOf(part)} title={part.name} class="service-operation">
        <bdi>{part.name || none}</bdi>
      </Link>
    ),
  };
}

function seen(id: string, title: string, value: (part: Part) => string): Column<Part> {
  return { id, title, width: '96px', class: 'is-extra', value, cell: (part) => <Ago ms={Date.parse(value(part))} /> };
}

function cut(shown: number, found: number): string | undefined {
  return found > shown ? `${count(shown)} of ${count(found)}` : undefined;
}

const FIGURES: Column<Part>[] = [
  {
    id: 'spans',
    title: 'Spans',
    numeric: true,
    width: '84px',
    value: (part) => part.spans,
    cell: (part) => count(part.spans),
  },
  {
    id: 'errors',
    title: 'Errors',
    numeric: true,
    width: '76px',
    value: (part) => part.error_ratio,
    cell: (part) => <span class={part.errors ? 'bad' : 'dim'}>{percent(part.error_ratio)}</span>,
  },
  {
    id: 'p50',
    class: 'is-extra',
    title: 'p50',
    numeric: true,
    width: '84px',
    value: (part) => part.p50_ms,
    cell: (part) => <Duration ms={part.p50_ms} />,
  },
  {
    id: 'p95',
    title: 'p95',
    numeric: true,
    width: '84px',
    value: (part) => part.p95_ms,
    cell: (part) => <Duration ms={part.p95_ms} />,
  },
];

const COURSE: Column<Part> = {
  id: 'course',
  class: 'is-extra',
  title: 'Over time',
  width: '116px',
  cell: (part) => (
    <Sparkline
      values={part.spans_by_step}
      kind="bar"
      width={96}
      height={18}
      label={`${count(part.spans)} spans over time`}
    />
  ),
};

const WORSE: Column<Part> = {
  id: 'worse',
  title: 'Worse than the others',
  value: (part) => (part.worse ? 0 : 1),
  cell: (part) => part.worse && <span class="service-worse">{part.worse}</span>,
};

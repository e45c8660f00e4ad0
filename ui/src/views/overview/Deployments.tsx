/* Which services run another version than before, and how that went; a row asks what sets the failures apart. */
import { percent } from '../../format';
import { type Column, DataTable } from '../../parts/DataTable';
import { Chip } from '../../parts/Button';
import { Ago, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { navigate } from '../../state/url';
import { explainHref, untilS, versionHref } from './links';
import type { Answer, Deployment } from './types';

export function Deployments({ answer }: { answer: Answer }) {
  const { items, cut } = answer.deployments;
  return (
    <Panel title="Deployments" note={cut && `the newest ${String(items.length)}`}>
      {items.length === 0 ? (
        <Empty title="Nothing was deployed">
          A new <code>service.version</code> of a service would stand here, with its failures before and after.
        </Empty>
      ) : (
        <DataTable
          label="Deployments, newest first"
          columns={COLUMNS}
          rows={items}
          rowKey={(row) => `${row.service} ${String(row.t)}`}
          onRow={(row) => navigate(hrefOf(row, answer))}
          height={260}
        />
      )}
    </Panel>
  );
}

/** What sets its failures apart, where there are some; else its traces. */
function hrefOf(row: Deployment, answer: Answer): string {
  if (!row.after.errors) return versionHref(row);
  return explainHref(row, untilS(row, answer.deployments.items, Math.min(answer.end_s, Date.now() / 1000)));
}

const COLUMNS: Column<Deployment>[] = [
  {
    id: 'service',
    title: 'Service',
    width: '100%',
    cell: (row) => (
      <span class="overview-deployed">
        <ServiceName name={row.service} />
        <Link href={versionHref(row)} class="overview-version" title="Show traces of this version">
          <bdi class="dim">{row.from_version}</bdi> → <bdi>{row.to_version}</bdi>
        </Link>
        {row.is_rollback && <Chip>back</Chip>}
      </span>
    ),
  },
  {
    id: 'errors',
    title: 'Errors',
    numeric: true,
    cell: (row) => (
      <span class="figure" title={`${String(row.after.errors)} of ${String(row.after.spans)} failed`}>
        <span class="dim">{percent(row.before.error_ratio)} → </span>
        <span class={row.is_worse ? 'bad' : ''}>{percent(row.after.error_ratio)}</span>
      </span>
    ),
  },
  { id: 'when', title: 'When', numeric: true, cell: (row) => <Ago ms={row.t * 1000} /> },
];

/* Memory and the like that grow; shown only where there is some. A row opens the metric. */
import { Sparkline } from '../../charts/Sparkline';
import { digits, quantity } from '../../format';
import { type Column, DataTable } from '../../parts/DataTable';
import { Chip } from '../../parts/Button';
import { ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { navigate } from '../../state/url';
import { metricHref } from './links';
import type { Answer, Growing } from './types';

export function GrowingResources({ answer }: { answer: Answer }) {
  if (answer.growing.length === 0) return null;
  return (
    <Panel title="Resources that grow">
      <DataTable
        label="Resources that grow"
        columns={COLUMNS}
        rows={answer.growing}
        rowKey={(row) => `${row.service} ${row.metric}`}
        onRow={(row) => navigate(metricHref(row))}
        height={200}
      />
    </Panel>
  );
}

const COLUMNS: Column<Growing>[] = [
  {
    id: 'service',
    title: 'Service',
    width: '100%',
    cell: (row) => (
      <span class="overview-deployed" title={row.instance && `process ${row.instance}`}>
        <ServiceName name={row.service} />
        <Link href={metricHref(row)} class="overview-version clip" tabIndex={-1}>
          <bdi>{row.metric}</bdi>
        </Link>
        {row.has_ended && <Chip title="It fell again, or the process reports no more">over</Chip>}
      </span>
    ),
  },
  {
    id: 'growth',
    title: 'Growth',
    numeric: true,
    cell: (row) => (
      <span class="overview-figure">
        <Sparkline
          values={row.levels}
          width={56}
          height={18}
          colour="var(--warn)"
          label={`${row.metric} of ${row.service}`}
        />
        <span class="overview-number" title={`×${digits(row.factor)}`}>
          <span class="dim">{quantity(row.from_value, row.unit)} → </span>
          <span class="warn">{quantity(row.to_value, row.unit)}</span>
        </span>
      </span>
    ),
  },
];

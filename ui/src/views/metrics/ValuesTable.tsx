/* The same figures as a table: a row for each moment, a column for each line. */
import { useMemo } from 'preact/hooks';
import { quantity, shortMoment } from '../../format';
import { DataTable } from '../../parts/DataTable';
import type { MetricLine } from './lines';
import { tableOf } from './lines';

export function ValuesTable({ lines }: { lines: readonly MetricLine[] }) {
  const rows = useMemo(() => tableOf(lines), [lines]);
  const columns = useMemo(
    () => [
      {
        id: 't',
        title: 'Time',
        value: (row: (typeof rows)[number]) => row.t,
        cell: (row: (typeof rows)[number]) => shortMoment(row.t * 1000),
      },
      ...lines.map((line, at) => ({
        id: line.id,
        title: <bdi>{line.label}</bdi>,
        numeric: true,
        value: (row: (typeof rows)[number]) => row.values[at] ?? null,
        cell: (row: (typeof rows)[number]) => quantity(row.values[at], line.unit),
      })),
    ],
    [lines],
  );
  return (
    <DataTable label="Values over time" columns={columns} rows={rows} rowKey={(row) => String(row.t)} height={640} />
  );
}

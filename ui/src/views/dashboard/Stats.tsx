/* Figures: the latest value of each line, or the first row's numbers; and lines as a table of latest, mean and greatest. */
import { Sparkline } from '../../charts/Sparkline';
import { DataTable } from '../../parts/DataTable';
import { isNumeric, numeric, text } from '../../parts/sql/answer';
import type { SqlAnswer } from '../../parts/sql/run';
import type { Line } from './panelData';

const MOST = 12;
type Format = (value: number | null) => string;

/** Numbers of a line. */
export function figures(line: Line): { last: number | null; mean: number | null; most: number | null } {
  const values = line.points.map((point) => point[1]).filter((value) => value !== null);
  if (values.length === 0) return { last: null, mean: null, most: null };
  return {
    last: values.at(-1)!,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    most: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

export function Stats({ lines, answer, format }: { lines?: readonly Line[]; answer?: SqlAnswer; format: Format }) {
  const shown = lines ? lines.map((line) => ({ ...figures(line), line, label: line.label })) : ofRows(answer!);
  return (
    <dl class="board-stats">
      {shown.slice(0, MOST).map((one) => (
        <div key={one.label}>
          <dt>
            <bdi>{one.label}</bdi>
          </dt>
          <dd>{format(one.last)}</dd>
          {one.line && (
            <Sparkline
              values={one.line.points.map((point) => point[1])}
              width={140}
              height={28}
              label={`${one.label} over time`}
            />
          )}
        </div>
      ))}
    </dl>
  );
}

/** One column: a figure a column of the first row; a text column besides: a figure a row. */
function ofRows(answer: SqlAnswer): { label: string; last: number | null; line?: Line }[] {
  const numbers = answer.columns.filter(isNumeric);
  const names = answer.columns.find((column) => !isNumeric(column));
  if (names && numbers[0])
    return answer.rows.map((row) => ({ label: text(row[names.name]), last: numeric(row[numbers[0]!.name]) }));
  const first = answer.rows[0] ?? {};
  return numbers.map((column) => ({ label: column.name, last: numeric(first[column.name]) }));
}

export function LineTable({ lines, format, height }: { lines: readonly Line[]; format: Format; height: number }) {
  const rows = lines.map((line) => ({ label: line.label, ...figures(line) }));
  const column = (id: 'last' | 'mean' | 'most', title: string) => ({
    id,
    title,
    numeric: true,
    value: (row: (typeof rows)[number]) => row[id],
    cell: (row: (typeof rows)[number]) => format(row[id]),
  });
  return (
    <DataTable
      label="Lines"
      rows={rows}
      rowKey={(row) => row.label}
      height={height}
      sort="-most"
      columns={[
        { id: 'label', title: 'Name', value: (row) => row.label, cell: (row) => <bdi>{row.label}</bdi> },
        column('last', 'Latest'),
        column('mean', 'Mean'),
        column('most', 'Greatest'),
      ]}
    />
  );
}

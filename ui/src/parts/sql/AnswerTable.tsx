/* An answer's rows as a table: numbers at the right, long values clipped, types as tips of the headings. */
import './sql.css';
import { useMemo } from 'preact/hooks';
import { type Column, DataTable } from '../DataTable';
import { bareType, isNumeric, numeric, text } from './answer';
import type { SqlColumn, SqlRow } from './run';

interface Props {
  columns: readonly SqlColumn[];
  rows: readonly SqlRow[];
  onRow?: (row: SqlRow) => void;
  height?: number;
}

const SHOWN = 200;

export function AnswerTable({ columns, rows, onRow, height = 560 }: Props) {
  const shown = useMemo(() => {
    const names = new Map(columns.map((column) => [column.name, column]));
    return [...names.values()].map((column): Column<SqlRow> => {
      const isNumber = isNumeric(column);
      return {
        id: column.name,
        title: (
          <>
            <bdi>{column.name}</bdi>
            {/^DateTime/.test(bareType(column.type)) && <span class="answer-utc">UTC</span>}
          </>
        ),
        help: column.type,
        numeric: isNumber,
        value: (row) => (isNumber ? numeric(row[column.name]) : text(row[column.name])),
        cell: (row) => <Cell value={row[column.name]} isFloat={/^(B?Float)/.test(bareType(column.type))} />,
      };
    });
  }, [columns]);
  const keys = useMemo(() => new Map(rows.map((row, index) => [row, String(index)])), [rows]);
  return (
    <DataTable
      label="Answer"
      columns={shown}
      rows={rows}
      rowKey={(row) => keys.get(row) ?? ''}
      {...(onRow && { onRow })}
      height={height}
    />
  );
}

/** Values as they are, but for the last digits of a float, which are the machine's and not the telemetry's. */
function Cell({ value, isFloat }: { value: unknown; isFloat: boolean }) {
  if (value === null) return <span class="dim">null</span>;
  if (isFloat && typeof value === 'number') return <span title={String(value)}>{Number(value.toPrecision(8))}</span>;
  const whole = text(value);
  return <bdi class="answer-cell">{whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole}</bdi>;
}

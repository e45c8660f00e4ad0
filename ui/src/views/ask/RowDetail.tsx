/* One row whole: every value in full length, structured ones laid out, with what copies them. */
import { CopyButton } from '../../parts/CopyButton';
import { Drawer } from '../../parts/Dialog';
import { Link } from '../../parts/Link';
import { text } from '../../parts/sql/answer';
import type { SqlColumn, SqlRow } from '../../parts/sql/run';
import { hrefWith } from '../../state/url';

export function RowDetail({
  columns,
  row,
  onClose,
}: {
  columns: readonly SqlColumn[];
  row: SqlRow;
  onClose: () => void;
}) {
  return (
    <Drawer
      title="Row"
      onClose={onClose}
      actions={<CopyButton label="Copy as JSON" text={() => JSON.stringify(row, null, 2)} />}
    >
      <dl class="ask-detail">
        {columns.map((column) => {
          const value = row[column.name];
          const whole = typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : text(value);
          return (
            <div key={column.name}>
              <dt>
                <bdi>{column.name}</bdi> <span class="dim">{column.type}</span>
                <CopyButton text={whole} label={`Copy ${column.name}`} />
              </dt>
              <dd>{value === null ? <span class="dim">null</span> : <Value whole={whole} />}</dd>
            </div>
          );
        })}
      </dl>
    </Drawer>
  );
}

function Value({ whole }: { whole: string }) {
  if (whole === '') return <span class="dim">empty</span>;
  if (/^[0-9a-f]{32}$/.test(whole)) return <Link href={hrefWith(`/trace/${whole}`)}>{whole}</Link>;
  return (
    <pre>
      <bdi>{whole}</bdi>
    </pre>
  );
}

/* An answer: how many rows in what time, as a table or as a chart, and as a file. */
import { useMemo, useState } from 'preact/hooks';
import { count, duration } from '../../format';
import { Segmented } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Icon } from '../../parts/Icon';
import { Empty } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { suggested, text } from '../../parts/sql/answer';
import { AnswerTable } from '../../parts/sql/AnswerTable';
import { downloadHref, type SqlAnswer, type SqlRow } from '../../parts/sql/run';
import { useParam } from '../../state/url';
import { AnswerChart } from './AnswerChart';
import { RowDetail } from './RowDetail';

interface Props {
  answer: SqlAnswer;
  sql: string;
  params: { start: string; end: string };
  stale: boolean;
}

export function AnswerPanel({ answer, sql, params, stale }: Props) {
  const [view, setView] = useParam('view', 'table');
  const [row, setRow] = useState<SqlRow | null>(null);
  const axes = useMemo(() => suggested(answer.columns), [answer]);
  const { rows, columns, truncated } = answer;
  const isChart = view === 'chart' && axes !== undefined;
  return (
    <Panel
      title="Answer"
      class={stale ? 'is-stale' : ''}
      note={
        <span role="status">
          {count(rows.length)} {rows.length === 1 ? 'row' : 'rows'}
          {truncated && ', cut at the limit'} in {duration(answer.elapsed_ms)}
        </span>
      }
      actions={
        <>
          <Segmented
            label="Show as"
            value={isChart ? 'chart' : 'table'}
            onChange={(next) => setView(next)}
            options={[
              { value: 'table', label: 'Table' },
              {
                value: 'chart',
                label: 'Chart',
                title: axes ? 'Over time' : 'A chart needs a column of moments and one of numbers',
              },
            ]}
          />
          <CopyButton label="Copy as tab-separated text" text={() => tabbed(answer)} />
          <Download sql={sql} params={params} format="csv" />
          <Download sql={sql} params={params} format="parquet" />
        </>
      }
    >
      {view === 'chart' && !axes && (
        <p class="ask-none dim">
          A chart needs a column of moments (name one <code>time</code>) and one of numbers.
        </p>
      )}
      {rows.length === 0 ? (
        <Empty title="No rows">
          <p>The statement was understood and nothing meets it. A wider time range may.</p>
        </Empty>
      ) : isChart ? (
        <AnswerChart answer={answer} usual={axes} />
      ) : (
        <AnswerTable columns={columns} rows={rows} onRow={setRow} />
      )}
      {row && <RowDetail columns={columns} row={row} onClose={() => setRow(null)} />}
    </Panel>
  );
}

function Download({ sql, params, format }: { sql: string; params: Props['params']; format: 'csv' | 'parquet' }) {
  const name = format === 'csv' ? 'CSV' : 'Parquet';
  return (
    <a
      class="button button-quiet"
      href={downloadHref({ query: sql, ...params }, format)}
      download={`sonde.${format}`}
      title={`Download as ${name}`}
    >
      <Icon name="download" />
      {name}
    </a>
  );
}

/** Rows as spreadsheets take them from the clipboard. */
function tabbed({ columns, rows }: SqlAnswer): string {
  const cell = (value: unknown) => text(value).replace(/[\t\r\n]+/g, ' ');
  const lines = rows.map((row) => columns.map((column) => cell(row[column.name])).join('\t'));
  return [columns.map((column) => column.name).join('\t'), ...lines].join('\n');
}

/* The lines as a table with their figures: pointing at one brings it forward, a click shows it alone, sorted by any column. */
import type { Column } from './columns';
import { useMemo } from 'preact/hooks';
import { quantity } from '../../format';
import { Button } from '../../parts/Button';
import { Icon } from '../../parts/Icon';
import { useParam } from '../../state/url';
import { COLUMNS, ordered } from './columns';
import { figuresOf } from './lines';
import type { MetricLine } from './lines';

interface Props {
  lines: readonly MetricLine[];
  /** The line that is shown alone; empty for all. */
  only: string;
  onOnly: (id: string) => void;
  onPoint: (id: string | null) => void;
  onNarrow: (line: MetricLine) => void;
}

export function Legend({ lines, only, onOnly, onPoint, onNarrow }: Props) {
  const [sort, setSort] = useParam('sort', '-max');
  const rows = useMemo(
    () =>
      ordered(
        lines.map((line) => ({ line, ...figuresOf(line.points) })),
        sort,
      ),
    [lines, sort],
  );
  return (
    <div class="table-box metrics-legend" onMouseLeave={() => onPoint(null)}>
      <table class="table">
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={(next) => setSort(next, { replace: true })} />
            ))}
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ line, last, min, max, avg }) => (
            <tr key={line.id} class={only && only !== line.id ? 'is-dimmed' : ''} onMouseEnter={() => onPoint(line.id)}>
              <td>
                <button
                  type="button"
                  class="metrics-line"
                  aria-pressed={only === line.id}
                  title={only === line.id ? 'Show all lines' : 'Show this line alone'}
                  onClick={() => onOnly(only === line.id ? '' : line.id)}
                  onFocus={() => onPoint(line.id)}
                  onBlur={() => onPoint(null)}
                >
                  <span class="dot" style={{ background: line.colour }} />
                  <bdi class="clip" title={line.label}>
                    {line.label}
                  </bdi>
                </button>
              </td>
              {[last, min, max, avg].map((value, i) => (
                <td key={i} class="is-numeric">
                  {quantity(value, line.unit)}
                </td>
              ))}
              <td class="is-numeric">
                {Object.keys(line.labels).length > 0 && (
                  <Button
                    kind="quiet"
                    icon="filter"
                    label={`Only points of ${line.label}`}
                    onClick={() => onNarrow(line)}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: string; onSort: (sort: string) => void }) {
  const direction = sort === column.id ? 'ascending' : sort === `-${column.id}` ? 'descending' : undefined;
  const next = column.numeric
    ? sort === `-${column.id}`
      ? column.id
      : `-${column.id}`
    : sort === column.id
      ? `-${column.id}`
      : column.id;
  return (
    <th scope="col" class={column.numeric ? 'is-numeric' : ''} aria-sort={direction}>
      <button type="button" onClick={() => onSort(next)}>
        {column.title}
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} size={10} />}
      </button>
    </th>
  );
}

/* An answer over time; which columns are axis, values and lines can be chosen, and stands in the address. */
import { useMemo } from 'preact/hooks';
import { serviceColour, severityColour } from '../../charts/colours';
import { TimeChart } from '../../charts/TimeChart';
import { Segmented, Select } from '../../parts/Button';
import { type Axes, lineOf, lines, use } from '../../parts/sql/answer';
import type { SqlAnswer } from '../../parts/sql/run';
import { zoomTo } from '../../state/range';
import { setParams, useParam } from '../../state/url';

type Drawn = 'line' | 'area' | 'bar' | 'stack';

export function AnswerChart({ answer, usual }: { answer: SqlAnswer; usual: Axes }) {
  const names = answer.columns.map((column) => column.name);
  const known = (name: string, fallback: string) => (names.includes(name) ? name : fallback);
  const x = known(useParam('x')[0], usual.x);
  const one = useParam('y')[0];
  const y = names.includes(one) ? [one] : usual.y;
  const wanted = useParam('s')[0];
  const series = wanted === '-' ? '' : known(wanted, usual.series);
  const [drawn, setDrawn] = useParam('draw', 'line');
  const found = useMemo(() => lines(answer, { x, y, series }), [answer, x, y.join(), series]);
  const means = lineOf({ x, y, series });
  const colour = means === 'service' ? serviceColour : means === 'severity' ? severityColour : undefined;
  const drawnLines = useMemo(
    () => (colour ? found.lines.map((line) => ({ ...line, colour: colour(line.label) })) : found.lines),
    [found, means],
  );
  const times = found.lines.flatMap((line) => line.points.map((point) => point[0]));
  const [from, to] = times.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)], [Infinity, -Infinity]);

  const columns = (kinds: string[]) =>
    answer.columns.filter((column) => kinds.includes(use(column))).map(({ name }) => ({ value: name, label: name }));
  return (
    <div class="ask-chart">
      <div class="ask-axes">
        <Select
          showLabel
          label="Over"
          value={x}
          options={columns(['time'])}
          onChange={(next) => setParams({ x: next })}
        />
        <Select
          showLabel
          label="Values"
          value={y.length === 1 ? y[0]! : ''}
          options={[...(usual.y.length > 1 ? [{ value: '', label: 'all' }] : []), ...columns(['number'])]}
          onChange={(next) => setParams({ y: next || null })}
        />
        <Select
          showLabel
          label="Lines by"
          value={series || '-'}
          options={[{ value: '-', label: 'none' }, ...columns(['text'])]}
          onChange={(next) => setParams({ s: next })}
        />
        <Segmented<Drawn>
          label="Draw"
          value={drawn as Drawn}
          onChange={(next) => setDrawn(next)}
          options={[
            { value: 'line', label: 'Lines' },
            { value: 'bar', label: 'Bars' },
            { value: 'stack', label: 'Stack' },
          ]}
        />
        {found.left > 0 && <span class="dim">{found.left} more lines are not drawn.</span>}
      </div>
      {times.length > 0 ? (
        <TimeChart
          series={drawnLines}
          startMs={from * 1000}
          endMs={(to > from ? to : to + 1) * 1000}
          height={360}
          kind={drawn as Drawn}
          onBrush={zoomTo}
          legend
          label={`${y.join(', ')} over ${x}`}
        />
      ) : (
        <p class="ask-none dim">No row has a moment in {x}.</p>
      )}
    </div>
  );
}

/* What the queries say: charts with exemplars, or a table; and the legend with its figures. */
import { useMemo, useState } from 'preact/hooks';
import { Empty, ErrorNote, Skeleton } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import type { Load } from '../../state/load';
import type { Range } from '../../state/range';
import { useParam } from '../../state/url';
import type { Queries } from './address';
import type { Answered } from './answers';
import type { Draw } from './Charts';
import { HeatChart, UnitChart } from './Charts';
import type { Exemplar } from './exemplars';
import { useExemplars } from './exemplars';
import { Legend } from './Legend';
import type { MetricLine } from './lines';
import { byUnit } from './lines';
import { showsMeasurements, unitOf } from './readings';
import { ValuesTable } from './ValuesTable';
import { narrowed } from './Where';

interface Props {
  queries: Queries;
  answers: Load<Answered[]>;
  lines: readonly MetricLine[];
  range: Range;
  draw: Draw;
  log: boolean;
  table: boolean;
  exemplars: boolean;
}

const NONE: readonly Exemplar[] = [];

export function Results({ queries, answers, lines, range, draw, log, table, exemplars }: Props) {
  const [only, setOnly] = useParam('only');
  const [pointed, setPointed] = useState<string | null>(null);
  const known = lines.some((line) => line.id === only);
  const shown = useMemo(() => (known ? lines.filter((line) => line.id === only) : lines), [lines, only, known]);
  const charts = useMemo(() => byUnit(shown, false), [shown]);
  const heats = (answers.data ?? []).filter(
    (one) => one.heat && queries.all.some((query) => query.letter === one.letter && query.aggregation === 'heatmap'),
  );
  const dots = useDots(queries, answers, range, exemplars && !table);
  const height = charts.length + heats.length > 2 ? 200 : 300;

  if (answers.error) return <ErrorNote error={answers.error} retry={answers.reload} />;
  if (!answers.data) return answers.loading ? <Skeleton height={height + 40} /> : null;
  if (lines.length === 0 && heats.length === 0 && !answers.loading) {
    const on = queries.all.filter((query) => !query.off);
    const failed = new Set((answers.data ?? []).filter((one) => one.error).map((one) => one.letter));
    const isRefused = on.length > 0 && on.every((query) => failed.has(query.letter));
    return isRefused ? null : <NothingThere queries={queries} />; // each query says why it has no answer
  }
  return (
    <div class={answers.loading ? 'metrics-results is-stale' : 'metrics-results'} aria-busy={answers.loading}>
      {table ? (
        <Panel>
          <ValuesTable lines={shown} />
        </Panel>
      ) : (
        <div class="metrics-charts">
          {charts.map((chart) => (
            <UnitChart
              key={chart.unit}
              unit={chart.unit}
              lines={chart.lines}
              exemplars={dots.get(chart.unit) ?? NONE}
              range={range}
              draw={draw}
              log={log}
              height={height}
              pointed={pointed}
            />
          ))}
          {heats.map((one) => (
            <HeatChart key={one.letter} letter={one.letter} heat={one.heat!} range={range} height={height} />
          ))}
        </div>
      )}
      {lines.length > 0 && (
        <Panel>
          <Legend
            lines={lines}
            only={known ? only : ''}
            onOnly={setOnly}
            onPoint={setPointed}
            onNarrow={(line) => {
              const query = queries.all.find((one) => one.letter === line.letter);
              if (query && !query.formula) queries.change(narrowed(query, line.labels));
            }}
          />
        </Panel>
      )}
    </div>
  );
}

/** Exemplars by the unit of the chart on which they stand. */
function useDots(
  queries: Queries,
  answers: Load<Answered[]>,
  range: Range,
  wanted: boolean,
): Map<string, readonly Exemplar[]> {
  const of = (letter: string) => answers.data?.find((one) => one.letter === letter)?.series;
  const asked = queries.all.filter((query) => {
    const series = of(query.letter);
    return wanted && !query.off && series && showsMeasurements(series.kind, series.aggregation);
  });
  const found = useExemplars(asked, range);
  return useMemo(() => {
    const dots = new Map<string, readonly Exemplar[]>();
    for (const { letter, exemplars } of wanted ? (found.data ?? []) : []) {
      const series = of(letter);
      if (!series || !exemplars.length) continue;
      const unit = unitOf(series.unit, series.kind, series.aggregation);
      dots.set(unit, [...(dots.get(unit) ?? []), ...exemplars]);
    }
    return dots;
  }, [found.data, answers.data, wanted]);
}

function NothingThere({ queries }: { queries: Queries }) {
  const on = queries.all.filter((query) => !query.off);
  if (on.length === 0) return <Empty title="All queries are switched off">Click a letter to draw its query.</Empty>;
  if (on.every((query) => !query.name && !query.formula)) {
    return <Empty title="Choose a metric">Pick one from the list for the new query, or write a formula.</Empty>;
  }
  return (
    <Empty title="No values in this range">
      The metrics are known, but nothing was reported that fits. Choose a longer range, or take conditions away
      {on.some((query) => query.where) ? '.' : '; counters and histograms need two reports before they have a rate.'}
    </Empty>
  );
}

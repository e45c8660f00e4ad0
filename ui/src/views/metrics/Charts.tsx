/* The lines on charts, one for each unit, with a common crosshair; heatmaps of histograms below them. */
import { useMemo } from 'preact/hooks';
import { Heatmap } from '../../charts/Heatmap';
import { TimeChart } from '../../charts/TimeChart';
import { quantity, unitTitle } from '../../format';
import { Panel } from '../../parts/Page';
import type { Range } from '../../state/range';
import { zoomTo } from '../../state/range';
import type { HeatAnswer } from './answers';
import type { Exemplar } from './exemplars';
import { dotsOf } from './exemplars';
import type { MetricLine } from './lines';

export type Draw = 'line' | 'area' | 'bar' | 'stack';

interface ChartProps {
  unit: string;
  lines: readonly MetricLine[];
  exemplars: readonly Exemplar[];
  range: Range;
  draw: Draw;
  log: boolean;
  height: number;
  pointed: string | null;
}

const NO_DOTS: never[] = [];

export function UnitChart({ unit, lines, exemplars, range, draw, log, height, pointed }: ChartProps) {
  const top = useMemo(
    () => lines.reduce((most, line) => line.points.reduce((high, [, value]) => Math.max(high, value), most), 0),
    [lines],
  );
  const dots = useMemo(() => (exemplars.length ? dotsOf(exemplars, top, unit) : NO_DOTS), [exemplars, top, unit]);
  const focused = pointed === null ? -1 : lines.findIndex((line) => line.id === pointed);
  const title = unitTitle(unit);
  return (
    <Panel class="metrics-chart">
      {(title || exemplars.length > 0) && (
        <p class="note metrics-unit">
          <span>{title}</span>
          {exemplars.length > 0 && <span title="Click a dot to open its trace">◇ {exemplars.length} exemplars</span>}
        </p>
      )}
      <TimeChart
        series={lines}
        startMs={range.startMs}
        endMs={range.endMs}
        height={height}
        unit={unit}
        kind={log && draw === 'stack' ? 'line' : draw}
        log={log}
        sync="metrics"
        onBrush={zoomTo}
        dots={dots}
        focused={focused < 0 ? null : focused}
      />
    </Panel>
  );
}

/** How the values of a histogram spread. */
export function HeatChart({
  letter,
  heat,
  range,
  height,
}: {
  letter: string;
  heat: HeatAnswer;
  range: Range;
  height: number;
}) {
  return (
    <Panel
      class="metrics-chart"
      title={
        <>
          {letter} <bdi>{heat.name}</bdi>
        </>
      }
      note="darker where there were more"
    >
      <Heatmap
        times={heat.times}
        stepS={heat.step_s}
        bounds={heat.bounds}
        counts={heat.counts}
        startMs={range.startMs}
        endMs={range.endMs}
        height={height}
        yFormat={(value) => quantity(value, heat.unit)}
        sync="metrics"
        onBrush={zoomTo}
        label={`values of ${heat.name}`}
      />
    </Panel>
  );
}

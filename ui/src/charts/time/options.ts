/* What uPlot is told for a chart of lines over time: scales in our ranges, axes with our ticks, colours of the theme. */
import type uPlot from 'uplot';
import type { Aligned } from '../align';
import { extent, leastPositive } from '../align';
import { labelWidth, tickLabel, unitRange, unitTicks } from '../axis';
import { resolved, seriesColour } from '../colours';
import { faded } from '../screen';
import { roundStep, timeTicks } from '../ticks';

export type Kind = 'line' | 'area' | 'bar' | 'stack';

export interface Line {
  label: string;
  points: readonly (readonly [tSeconds: number, value: number | null])[];
  colour?: string;
  dashed?: boolean;
}

export interface Drawing {
  series: readonly Line[];
  startMs: number;
  endMs: number;
  unit?: string;
  format?: (value: number) => string;
  kind: Kind;
  log: boolean;
  /** Values that must be on the scale as well, such as those of dots. */
  also: readonly number[];
}

const TALL = 42;

/** The value range of what is drawn. */
export function valueRange(data: Aligned, drawing: Drawing, height: number): [number, number] {
  let [low, high] = extent(data);
  for (const value of drawing.also) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (drawing.log) return unitRange(leastPositive(data), high, 5, drawing.unit, true);
  if (drawing.kind !== 'line') [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  return unitRange(low, high, Math.max(2, Math.floor(height / TALL)), drawing.unit);
}

function valueMarks(min: number, max: number, height: number, drawing: Drawing): number[] {
  return unitTicks(min, max, Math.max(2, Math.floor(height / TALL)), drawing.unit, drawing.log);
}

/** Series for uPlot, in colours of now. */
export function seriesOptions(host: HTMLElement, drawing: Drawing, paths: typeof uPlot.paths): uPlot.Series[] {
  const { kind, series } = drawing;
  const bars = kind === 'bar' ? paths.bars?.({ size: [0.8, 64], align: 1 }) : undefined;
  return series.map((line, i) => {
    const stroke = resolved(host, line.colour ?? seriesColour(i));
    return {
      label: line.label,
      stroke,
      width: kind === 'stack' ? 1 : 1.5,
      ...(line.dashed && { dash: [5, 4] }),
      ...(kind !== 'line' && { fill: faded(stroke, kind === 'area' ? 0.14 : 0.6) }),
      ...(bars && { paths: bars }),
      points: { size: 4, width: 0, fill: stroke, ...(kind !== 'line' && kind !== 'area' && { show: false }) },
    };
  });
}

/** The two axes. */
export function axisOptions(host: HTMLElement, drawing: Drawing): uPlot.Axis[] {
  const style = getComputedStyle(host);
  const look = {
    stroke: resolved(host, 'var(--ink-3)'),
    font: `${style.fontSize} ${style.fontFamily}`,
    gap: 5,
    ...ourTicks,
  };
  const line = { stroke: resolved(host, 'var(--line)'), width: 1 };
  const names = new Map<number, string>();
  return [
    {
      ...look,
      size: 22,
      grid: { show: false },
      ticks: { show: true, size: 4, ...line },
      splits: (u, _axis, min, max) => {
        names.clear();
        for (const { at, label } of timeTicks(min * 1000, max * 1000, u.width - 60)) names.set(at / 1000, label);
        return [...names.keys()];
      },
      values: (_u, splits) => splits.map((t) => names.get(t) ?? ''),
    },
    {
      ...look,
      size: (_u, labels) => labelWidth(labels ?? []),
      grid: line,
      ticks: { show: false },
      splits: (u, _axis, min, max) => valueMarks(min, max, u.height, drawing),
      values: (_u, splits) => splits.map((value) => tickLabel(value, drawing.unit, drawing.format)),
    },
  ];
}

/** uPlot looks for a step of its own first and draws no axis where it finds none; this one always fits. */
const ourTicks = {
  space: 1,
  incrs: (_u: uPlot, _axis: number, min: number, max: number) => [roundStep(max - min) || 1],
  filter: (_u: uPlot, splits: number[]) => splits,
};

/** Areas of a stack lie on the one below. */
export function bands(kind: Kind, lines: number): uPlot.Band[] {
  if (kind !== 'stack') return [];
  return Array.from({ length: Math.max(0, lines - 1) }, (_, i) => ({ series: [i + 2, i + 1] as [number, number] }));
}

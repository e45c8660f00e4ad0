/* How often which value occurred when: a cell for each step of time and range of values, darker where there were more. */
import './charts.css';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { count, duration, shortMoment } from '../format';
import { Grid, Overlay, frameOf } from './Frame';
import { Tip } from './Tip';
import { labelWidth } from './axis';
import { cellAt, edgeLabels, mostOf } from './cells';
import { resolved } from './colours';
import { usePlot } from './plot';
import type { Frame } from './plot';
import { cleared, useTheme, useWidth } from './screen';

interface HeatmapProps {
  /** Starts of the steps, in seconds. */
  times: readonly number[];
  stepS: number;
  /** Edges between the rows from low to high; one more than there are rows. Milliseconds unless `yFormat` says otherwise. */
  bounds: readonly number[];
  /** `counts[time][row]`. */
  counts: readonly (readonly number[])[];
  height: number;
  startMs?: number;
  endMs?: number;
  yFormat?: (value: number) => string;
  onBrush?: (startMs: number, endMs: number, low: number, high: number) => void;
  sync?: string;
  label?: string;
}

export function Heatmap(props: HeatmapProps) {
  const { times, stepS, bounds, counts, height, yFormat = duration, onBrush, sync, label = 'values' } = props;
  const startMs = props.startMs ?? (times[0] ?? 0) * 1000;
  const endMs = props.endMs ?? ((times.at(-1) ?? 0) + stepS) * 1000;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(host);
  const theme = useTheme();
  const rows = Math.max(1, bounds.length - 1);
  const edges = edgeLabels(bounds, height).map((i) => ({ i, text: yFormat(bounds[i]!) }));
  const frame = frameOf(width, height, labelWidth(edges.map(({ text }) => text)));
  const msPerPx = (endMs - startMs) / Math.max(1, frame.width);
  const edge = (y: number): number => bounds[Math.min(rows, Math.max(0, Math.round((1 - y / frame.height) * rows)))]!;
  const { at, selection, handlers } = usePlot({
    frame,
    startMs,
    endMs,
    sync,
    both: true,
    step: Math.max(1, (stepS * 1000) / msPerPx),
    onSelect:
      onBrush && (({ x0, x1, y0, y1 }) => onBrush(startMs + x0 * msPerPx, startMs + x1 * msPerPx, edge(y1), edge(y0))),
  });
  const cell = at?.y != null ? cellAt(times, stepS, rows, startMs + at.x * msPerPx, 1 - at.y / frame.height) : null;

  useLayoutEffect(() => {
    if (canvas.current && width > 0)
      paint(canvas.current, { times, stepS, counts, rows, startMs, endMs }, frame, width, height);
  }, [times, stepS, counts, rows, startMs, endMs, width, height, frame.left, theme]);

  return (
    <div class="chart" ref={host}>
      <div
        class="chart-plot"
        role="img"
        tabIndex={0}
        aria-label={`How often which of ${count(counts.flat().reduce((sum, n) => sum + n, 0))} ${label} occurred, from ${shortMoment(startMs)} to ${shortMoment(endMs)}`}
        style={{ height: `${String(height)}px` }}
        {...handlers}
      >
        <canvas
          ref={canvas}
          class="chart-over"
          style={{ width: `${String(width)}px`, height: `${String(height)}px` }}
        />
        <svg class="chart-over" width={width} height={height} aria-hidden="true">
          <Grid
            frame={frame}
            startMs={startMs}
            endMs={endMs}
            values={edges.map(({ i, text }) => ({ y: (1 - i / rows) * frame.height, label: text }))}
          />
        </svg>
        <Overlay frame={frame} x={at?.x} selection={selection} />
      </div>
      {cell && at && (
        <Tip
          left={frame.left + at.x}
          width={width}
          head={shortMoment(times[cell.time]! * 1000)}
          rows={[
            {
              label: `${yFormat(bounds[cell.row]!)} to ${yFormat(bounds[cell.row + 1]!)}`,
              value: count(counts[cell.time]?.[cell.row] ?? 0),
            },
          ]}
        />
      )}
    </div>
  );
}

interface Cells {
  times: readonly number[];
  stepS: number;
  counts: readonly (readonly number[])[];
  rows: number;
  startMs: number;
  endMs: number;
}

function paint(canvas: HTMLCanvasElement, cells: Cells, frame: Frame, width: number, height: number): void {
  const context = cleared(canvas, width, height);
  if (!context) return;
  const perMs = frame.width / (cells.endMs - cells.startMs);
  const most = Math.log1p(mostOf(cells.counts));
  const tall = frame.height / cells.rows;
  context.fillStyle = resolved(canvas, 'var(--accent)');
  cells.times.forEach((t, i) => {
    const left = Math.max(0, (t * 1000 - cells.startMs) * perMs);
    const right = Math.min(frame.width, ((t + cells.stepS) * 1000 - cells.startMs) * perMs);
    if (right <= left) return;
    cells.counts[i]?.forEach((n, row) => {
      if (!(n > 0) || row >= cells.rows) return;
      context.globalAlpha = 0.1 + 0.9 * (Math.log1p(n) / most);
      const top = frame.top + frame.height - (row + 1) * tall;
      context.fillRect(frame.left + left, top, Math.max(1, right - left - 0.5), Math.max(1, tall - 0.5));
    });
  });
}

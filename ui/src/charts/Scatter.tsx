/* A dot for each of up to thousands of things, by time and value; the nearest to the pointer says what it is. */
import './charts.css';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { count, shortMoment } from '../format';
import { Grid, Overlay, frameOf } from './Frame';
import { Tip } from './Tip';
import { labelWidth } from './axis';
import { resolved } from './colours';
import { nearest, places } from './dots';
import { usePlot } from './plot';
import { valueScale } from './scale';
import { cleared, useTheme, useWidth } from './screen';

interface ScatterProps {
  /** `x` in epoch milliseconds. */
  points: readonly { x: number; y: number; colour: string; label: string }[];
  startMs: number;
  endMs: number;
  yFormat: (value: number) => string;
  log?: boolean;
  height: number;
  onBrush?: (x0Ms: number, x1Ms: number, y0: number, y1: number) => void;
  onPoint?: (index: number) => void;
  sync?: string;
  label?: string;
}

const RADIUS = 2.5;
const REACH = 24;

export function Scatter(props: ScatterProps) {
  const { points, startMs, endMs, yFormat, log = false, height, onBrush, onPoint, sync, label = 'points' } = props;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(host);
  const theme = useTheme();
  const scale = useMemo(
    () =>
      valueScale(
        points.map((one) => one.y),
        log,
      ),
    [points, log],
  );
  const labels = scale.ticks.map(yFormat);
  const frame = frameOf(width, height, labelWidth(labels));
  const at = useMemo(
    () => places(points, { startMs, endMs, width: frame.width, height: frame.height }, scale),
    [points, startMs, endMs, frame.width, frame.height, scale],
  );
  const msPerPx = (endMs - startMs) / Math.max(1, frame.width);
  const plot = usePlot({
    frame,
    startMs,
    endMs,
    sync,
    step: Math.max(4, frame.width / 80),
    both: true,
    onSelect:
      onBrush &&
      (({ x0, x1, y0, y1 }) =>
        onBrush(
          startMs + x0 * msPerPx,
          startMs + x1 * msPerPx,
          scale.value(1 - y1 / frame.height),
          scale.value(1 - y0 / frame.height),
        )),
    onClick: onPoint && (() => hit !== null && onPoint(hit)),
  });
  const pointer = plot.at;
  const hit = pointer && !plot.selection ? nearest(at, pointer.x, pointer.y, REACH) : null;

  useLayoutEffect(() => {
    if (canvas.current && width > 0) paint(canvas.current, points, at, frame, width, height);
  }, [points, at, width, height, theme]);

  return (
    <div class="chart" ref={host}>
      <div
        class={hit !== null && onPoint ? 'chart-plot chart-clickable' : 'chart-plot'}
        role="img"
        tabIndex={0}
        aria-label={`${count(points.length)} ${label} from ${shortMoment(startMs)} to ${shortMoment(endMs)}`}
        style={{ height: `${String(height)}px` }}
        {...plot.handlers}
      >
        <svg class="chart-over" width={width} height={height} aria-hidden="true">
          <Grid
            frame={frame}
            startMs={startMs}
            endMs={endMs}
            values={scale.ticks.map((value, i) => ({ y: (1 - scale.share(value)) * frame.height, label: labels[i]! }))}
          />
        </svg>
        <canvas
          ref={canvas}
          class="chart-over"
          style={{ width: `${String(width)}px`, height: `${String(height)}px` }}
        />
        <Overlay frame={frame} x={pointer?.x} selection={plot.selection} />
      </div>
      {hit !== null && (
        <Tip
          left={frame.left + at.x[hit]!}
          top={Math.max(0, Math.min(height - 60, frame.top + at.y[hit]! + 10))}
          width={width}
          head={shortMoment(points[hit]!.x)}
          rows={[{ label: points[hit]!.label, value: yFormat(points[hit]!.y), colour: points[hit]!.colour }]}
        />
      )}
    </div>
  );
}

function paint(
  canvas: HTMLCanvasElement,
  points: ScatterProps['points'],
  at: { x: Float32Array; y: Float32Array },
  frame: { left: number; top: number },
  width: number,
  height: number,
): void {
  const context = cleared(canvas, width, height);
  if (!context) return;
  const paths = new Map<string, Path2D>();
  points.forEach(({ colour }, i) => {
    const [x, y] = [at.x[i]!, at.y[i]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    let path = paths.get(colour);
    if (!path) paths.set(colour, (path = new Path2D()));
    path.moveTo(frame.left + x + RADIUS, frame.top + y);
    path.arc(frame.left + x, frame.top + y, RADIUS, 0, 2 * Math.PI);
  });
  context.globalAlpha = 0.75;
  for (const [colour, path] of paths) {
    context.fillStyle = resolved(canvas, colour);
    context.fill(path);
  }
}

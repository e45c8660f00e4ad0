/* How many of each kind, over time: stacked bars, one for each bucket; a brush chooses a part of the time. */
import './charts.css';
import { useRef } from 'preact/hooks';
import { count, shortMoment } from '../format';
import { Grid, Overlay, frameOf } from './Frame';
import { Tip } from './Tip';
import { barPaths, tallest } from './stack';
import type { Bucket } from './stack';
import { labelWidth } from './axis';
import { usePlot } from './plot';
import { useTheme, useWidth } from './screen';
import { niceRange, valueTicks } from './ticks';

interface BarsProps {
  /** `t` is the start of the bucket in seconds. */
  buckets: readonly Bucket[];
  stepS: number;
  /** Names from the bottom of the stack to its top. */
  order: readonly string[];
  colour: (name: string) => string;
  startMs: number;
  endMs: number;
  height: number;
  onBrush?: (startMs: number, endMs: number) => void;
  sync?: string;
  /** What is counted, for screen readers; `entries` unless told. */
  label?: string;
}

export function Bars(props: BarsProps) {
  const { buckets, stepS, order, colour, startMs, endMs, height, onBrush, sync, label = 'entries' } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  useTheme();
  const [, top] = niceRange(0, tallest(buckets, order), 3);
  const ticks = valueTicks(0, top, 3).filter((value) => Number.isInteger(value));
  const frame = frameOf(width, height, labelWidth(ticks.map((value) => count(value))));
  const msPerPx = (endMs - startMs) / Math.max(1, frame.width);
  const { at, selection, handlers } = usePlot({
    frame,
    startMs,
    endMs,
    step: Math.max(1, (stepS * 1000) / msPerPx),
    sync,
    onSelect: onBrush && ((chosen) => onBrush(startMs + chosen.x0 * msPerPx, startMs + chosen.x1 * msPerPx)),
  });
  const y = (value: number): number => frame.height * (1 - value / top);
  const under = at && buckets.find((bucket) => inBucket(bucket, stepS, startMs + at.x * msPerPx));
  const sum = buckets.reduce((all, bucket) => all + order.reduce((n, name) => n + (bucket.counts[name] ?? 0), 0), 0);
  return (
    <div class="chart" ref={host}>
      <div
        class="chart-plot"
        role="img"
        tabIndex={0}
        aria-label={`${count(sum)} ${label} from ${shortMoment(startMs)} to ${shortMoment(endMs)}`}
        style={{ height: `${String(height)}px` }}
        {...handlers}
      >
        <svg width={width} height={height} aria-hidden="true">
          <Grid
            frame={frame}
            startMs={startMs}
            endMs={endMs}
            values={ticks.map((value) => ({ y: y(value), label: count(value) }))}
          />
          <g transform={`translate(${String(frame.left)} ${String(frame.top)})`}>
            {barPaths({ buckets, order, stepS, startMs, endMs, top, width: frame.width, height: frame.height }).map(
              ({ name, path }) => path && <path key={name} d={path} fill={colour(name)} />,
            )}
          </g>
        </svg>
        <Overlay frame={frame} x={at?.x} selection={selection} />
      </div>
      {at && under && (
        <Tip
          left={frame.left + at.x}
          width={width}
          head={shortMoment(under.t * 1000)}
          rows={[...order]
            .reverse()
            .filter((name) => under.counts[name])
            .map((name) => ({ label: name, value: count(under.counts[name]), colour: colour(name) }))}
        />
      )}
    </div>
  );
}

function inBucket(bucket: Bucket, stepS: number, ms: number): boolean {
  return bucket.t * 1000 <= ms && ms < (bucket.t + stepS) * 1000;
}

/* Lines, areas, bars or stacks over time, with a crosshair that charts of a group share, a brush, marks and dots. */
import './charts.css';
import type uPlot from 'uplot';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { quantity, shortMoment } from '../format';
import { aligned, stacked } from './align';
import { seriesColour } from './colours';
import { follow, point } from './crosshair';
import { useTheme, useWidth } from './screen';
import { Tip } from './Tip';
import type { Drawing, Kind, Line } from './time/options';
import { pressed } from './time/keys';
import type { Dot } from './time/painter';
import { dotAt, painted } from './time/painter';
import { rowsAt } from './time/rows';

export type { Dot, Line };

export interface Mark {
  atMs: number;
  label: string;
  href?: string;
}

interface TimeChartProps {
  series: readonly Line[];
  startMs: number;
  endMs: number;
  height: number;
  /** UCUM, as OpenTelemetry has it: `s`, `By/s`, `{request}`. */
  unit?: string;
  /** Instead of what the unit says. */
  format?: (value: number) => string;
  kind?: Kind;
  log?: boolean;
  /** Charts with the same name point at the same moment. */
  sync?: string;
  onBrush?: (startMs: number, endMs: number) => void;
  marks?: readonly Mark[];
  dots?: readonly Dot[];
  legend?: boolean;
  /** The line to bring forward, by its index; the others fade. */
  focused?: number | null;
  /** What the chart shows, for screen readers. */
  label?: string;
}

const NONE: readonly never[] = [];

export function TimeChart(props: TimeChartProps) {
  const { series, startMs, endMs, height, unit, format, kind = 'line', log = false, sync, onBrush } = props;
  const { marks = NONE, dots = NONE, legend = false, focused = null } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  const anchor = useRef<number | null>(null);
  const self = useRef({}).current;
  const now = useRef(props);
  now.current = props;
  const width = useWidth(host);
  const theme = useTheme();
  const [cursor, setCursor] = useState<{ left: number; idx: number; dot: Dot | null } | null>(null);
  const [inside, setInside] = useState({ left: 0, width: 0 });
  const raw = useMemo(() => aligned(series.map((line) => line.points)), [series]);
  const data = useMemo(() => (kind === 'stack' ? stacked(raw) : raw), [raw, kind]);
  const also = useMemo(() => dots.map((dot) => dot.value), [dots]);

  const keyed = useRef(false); // the crosshair was moved by a key: it has no height
  const told = useRef(false); // the crosshair was moved by another chart: that is not told again
  useLayoutEffect(() => {
    if (!plot.current || width === 0) return undefined;
    const drawing: Drawing = { series, startMs, endMs, unit, format, kind, log, also };
    const u = painted(
      plot.current,
      drawing,
      data,
      { width, height },
      {
        brush: onBrush !== undefined,
        dots: () => now.current.dots ?? NONE,
        marks: () => now.current.marks ?? NONE,
        onSelect: (from, to) => now.current.onBrush?.(from, to),
        onLayout: (made) => setInside({ left: made.over.offsetLeft, width: made.over.offsetWidth }),
        onCursor: (made) => {
          const { left = -1, top = -1, idx } = made.cursor;
          const gone = left < 0 || idx == null;
          setCursor(
            gone
              ? null
              : {
                  left,
                  idx,
                  dot: told.current ? null : dotAt(made, now.current.dots ?? NONE, left, keyed.current ? null : top),
                },
          );
          if (!told.current) point(sync, left < 0 ? null : made.posToVal(left, 'x') * 1000, self);
        },
      },
    );
    drawn.current = u;
    return () => {
      drawn.current = null;
      setCursor(null);
      u.destroy();
    };
  }, [data, startMs, endMs, unit, kind, log, also, marks, width, height, theme, sync, onBrush === undefined]);

  useLayoutEffect(
    () =>
      follow(sync, self, (tMs) => {
        const u = drawn.current;
        if (!u) return;
        const left = tMs === null ? -10 : u.valToPos(tMs / 1000, 'x');
        told.current = true;
        u.setCursor({ left: left > u.over.clientWidth ? -10 : left, top: left < 0 ? -10 : 0 });
        told.current = false;
      }),
    [sync],
  );

  useLayoutEffect(() => {
    const u = drawn.current;
    if (u && (focused === null || focused + 1 < u.series.length))
      u.setSeries(focused === null ? null : focused + 1, { focus: true });
  }, [focused, data, width, theme]);

  const shown = format ?? ((value: number) => quantity(value, unit));
  const chosen = cursor?.dot ?? null;
  return (
    <div class="chart" ref={host}>
      <div
        ref={plot}
        class={chosen?.onClick ? 'chart-plot chart-clickable' : 'chart-plot'}
        role="img"
        tabIndex={0}
        aria-label={props.label ?? summary(series, startMs, endMs)}
        style={{ height: `${String(height)}px` }}
        onClick={() => chosen?.onClick?.()}
        onBlur={() => drawn.current?.setCursor({ left: -10, top: -10 })}
        onKeyDown={(event: KeyboardEvent) => {
          if (!drawn.current) return;
          keyed.current = true;
          const done = pressed(event.key, event.shiftKey, { u: drawn.current, anchor, brush: onBrush !== undefined });
          keyed.current = false;
          const opens = !done && event.key === 'Enter' && chosen?.onClick;
          if (opens) chosen.onClick?.();
          if (!done && !opens) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {marks.map((mark, i) => (
        <MarkLabel
          key={i}
          mark={mark}
          left={inside.left + ((mark.atMs - startMs) / (endMs - startMs)) * inside.width}
        />
      ))}
      {cursor && raw[0][cursor.idx] !== undefined && (
        <Tip
          left={inside.left + cursor.left}
          width={width}
          head={shortMoment(chosen ? chosen.atMs : raw[0][cursor.idx]! * 1000)}
          rows={
            chosen
              ? [{ label: chosen.label, value: chosen.said ?? shown(chosen.value) }]
              : rowsAt(raw, series, cursor.idx, shown)
          }
        />
      )}
      {legend && (
        <ul class="chart-legend">
          {series.map((line, i) => (
            <li key={i}>
              <span class="chart-dot" style={{ background: line.colour ?? seriesColour(i) }} />
              <bdi title={line.label}>{line.label}</bdi>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function MarkLabel({ mark, left }: { mark: Mark; left: number }) {
  if (!Number.isFinite(left) || left < 0) return null;
  const place = { left: `${String(Math.round(left))}px` };
  return mark.href ? (
    <a class="chart-mark" href={mark.href} style={place} title={mark.label}>
      {mark.label}
    </a>
  ) : (
    <span class="chart-mark" style={place} title={mark.label}>
      {mark.label}
    </span>
  );
}

function summary(series: readonly Line[], startMs: number, endMs: number): string {
  const names = series.slice(0, 5).map((line) => line.label);
  const more = series.length > 5 ? ` and ${String(series.length - 5)} more` : '';
  return `${names.join(', ') || 'nothing'}${more}, from ${shortMoment(startMs)} to ${shortMoment(endMs)}`;
}

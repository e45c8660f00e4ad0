/* The frame of a chart that we draw ourselves: grid, axes with labels, crosshair and selection, under and over what it shows. */
import type { ComponentChildren } from 'preact';
import { timeTicks } from './ticks';
import type { Frame, Selection } from './plot';

const BOTTOM = 20;
const TOP = 6;
const RIGHT = 18;

/** The inside of a chart `width` by `height`, with `left` pixels for the labels of values. */
export function frameOf(width: number, height: number, left: number): Frame {
  return { left, top: TOP, width: Math.max(0, width - left - RIGHT), height: Math.max(0, height - TOP - BOTTOM) };
}

/** Lines and labels: `values` are places from the top (pixels) with their texts. */
export function Grid(props: { frame: Frame; startMs: number; endMs: number; values: { y: number; label: string }[] }) {
  const { frame, startMs, endMs, values } = props;
  const { left, top, width, height } = frame;
  const ticks = timeTicks(startMs, endMs, width);
  return (
    <g class="chart-grid">
      {values.map(({ y, label }, i) => (
        <g key={i}>
          <line x1={left} x2={left + width} y1={top + y} y2={top + y} />
          <text x={left - 6} y={top + y} text-anchor="end" dominant-baseline="central">
            {label}
          </text>
        </g>
      ))}
      {ticks.map(({ at, label }) => (
        <text
          key={at}
          x={within(left + ((at - startMs) / (endMs - startMs)) * width, label, left + width)}
          y={top + height + 15}
          text-anchor="middle"
        >
          {label}
        </text>
      ))}
    </g>
  );
}

function within(x: number, label: string, right: number): number {
  return Math.min(x, right + RIGHT - label.length * 3);
}

/** The crosshair and the brushed part, over a plot. */
export function Overlay(props: {
  frame: Frame;
  x?: number | null;
  selection: Selection | null;
  children?: ComponentChildren;
}) {
  const { frame, x, selection, children } = props;
  const px = (value: number): string => `${String(Math.round(value))}px`;
  return (
    <>
      {x != null && (
        <div class="chart-cross" style={{ left: px(frame.left + x), top: px(frame.top), height: px(frame.height) }} />
      )}
      {selection && (
        <div
          class="chart-select"
          style={{
            left: px(frame.left + selection.x0),
            width: px(selection.x1 - selection.x0),
            top: px(frame.top + selection.y0),
            height: px(selection.y1 - selection.y0),
          }}
        />
      )}
      {children}
    </>
  );
}

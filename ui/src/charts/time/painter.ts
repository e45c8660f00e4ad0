/* One uPlot on the page: made from a drawing, moved by pointer and keys, taken away whole. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Aligned } from '../align';
import { resolved } from '../colours';
import type { Drawing } from './options';
import { axisOptions, bands, seriesOptions, valueRange } from './options';

/** A dot on the chart, such as an exemplar. */
export interface Dot {
  atMs: number;
  value: number;
  label: string;
  /** The value in words, where it is not just `value`. */
  said?: string;
  onClick?: () => void;
}

export interface Hooks {
  /** The pointer is at this place (CSS pixels of the plot; -1 where it has left) and this index of the times. */
  onCursor: (u: uPlot) => void;
  /** A part of the time was brushed. */
  onSelect: (startMs: number, endMs: number) => void;
  /** The plot has been laid out anew. */
  onLayout: (u: uPlot) => void;
  brush: boolean;
  dots: () => readonly Dot[];
  marks: () => readonly { atMs: number }[];
}

const LEAST = 4;

/** Draw `data` (already stacked, where it is a stack) in `host`, which must be in the page. */
export function painted(
  host: HTMLElement,
  drawing: Drawing,
  data: Aligned,
  size: { width: number; height: number },
  hooks: Hooks,
): uPlot {
  const options: uPlot.Options = {
    ...size,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    focus: { alpha: 0.25 },
    cursor: {
      y: false,
      points: { size: 6 },
      focus: { prox: -1 },
      drag: { x: hooks.brush, y: false, setScale: false, dist: LEAST },
      bind: { dblclick: () => null },
    },
    scales: {
      x: { time: false, range: () => [drawing.startMs / 1000, drawing.endMs / 1000] },
      y: {
        distr: drawing.log ? 3 : 1,
        clamp: (_u, _value, low) => low,
        range: (u) => valueRange(u.data as Aligned, drawing, u.height),
      },
    },
    axes: axisOptions(host, drawing),
    series: [{}, ...seriesOptions(host, drawing, uPlot.paths)],
    bands: bands(drawing.kind, drawing.series.length),
    hooks: {
      setCursor: [hooks.onCursor],
      setSelect: [(u) => selected(u, hooks)],
      ready: [hooks.onLayout],
      setSize: [hooks.onLayout],
      draw: [(u) => decorate(u, host, hooks)],
    },
  };
  return new uPlot(options, data as uPlot.AlignedData, host);
}

function selected(u: uPlot, hooks: Hooks): void {
  const { left, width } = u.select;
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (width >= LEAST) hooks.onSelect(u.posToVal(left, 'x') * 1000, u.posToVal(left + width, 'x') * 1000);
}

function decorate(u: uPlot, host: HTMLElement, hooks: Hooks): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = resolved(host, 'var(--accent)');
  ctx.lineWidth = uPlot.pxRatio;
  for (const { atMs } of hooks.marks()) {
    const x = Math.round(u.valToPos(atMs / 1000, 'x', true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.fillStyle = resolved(host, 'var(--paper)');
  ctx.strokeStyle = resolved(host, 'var(--ink-2)');
  ctx.lineWidth = uPlot.pxRatio;
  for (const dot of hooks.dots())
    diamond(ctx, u.valToPos(dot.atMs / 1000, 'x', true), u.valToPos(dot.value, 'y', true), 3.2 * uPlot.pxRatio);
  ctx.restore();
}

function diamond(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

/** The dot within ten pixels of a place; by time alone where it has no height, as the crosshair of keys; null if there is none. */
export function dotAt(u: uPlot, dots: readonly Dot[], left: number, top: number | null): Dot | null {
  let best: Dot | null = null;
  let least = 100;
  for (const dot of dots) {
    const dy = top === null ? 0 : u.valToPos(dot.value, 'y') - top;
    const distance = (u.valToPos(dot.atMs / 1000, 'x') - left) ** 2 + dy ** 2;
    if (distance < least) [best, least] = [dot, distance];
  }
  return best;
}

/* Drawing the boxes of a flame graph that are in sight onto a canvas. */
import { resolved, serviceColour } from '../../../charts/colours';
import { cleared } from '../../../charts/screen';
import type { Outline } from '../../../api/outline';
import type { Boxes } from './layout';

export const ROW = 19;
const GAP = 1;
const TEXT_FROM = 24;
/** Boxes that are narrower than this and lie upon one that was drawn are left out. */
const SLIVER = 0.5;

export interface Sight {
  /** Nanoseconds at the left and right edge. */
  from: number;
  to: number;
  width: number;
  height: number;
  scrollTop: number;
}

export interface Marks {
  selected: number;
  cursor: number;
  hovered: number;
  /** Which boxes a search found; undefined where nobody searches. */
  found?: Uint8Array | undefined;
}

/** Draw what is in sight. A trace of 10,000 spans takes a few milliseconds: slivers that lie upon each other are drawn once. */
export function paint(
  canvas: HTMLCanvasElement,
  outline: Outline,
  boxes: Boxes,
  rows: Int32Array[],
  sight: Sight,
  marks: Marks,
): void {
  const context = cleared(canvas, sight.width, sight.height);
  if (!context) return;
  const hues = outline.services.map((one) => resolved(canvas, serviceColour(one.name)));
  const [ink, bad, focus, dim] = ['--ink', '--bad', '--focus', '--ink-3'].map((name) =>
    resolved(canvas, `var(${name})`),
  );
  const scale = sight.width / Math.max(1, sight.to - sight.from);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = 'middle';
  const first = Math.max(0, Math.floor(sight.scrollTop / ROW));
  const last = Math.min(rows.length, Math.ceil((sight.scrollTop + sight.height) / ROW));
  for (let r = first; r < last; r++) {
    const y = r * ROW - sight.scrollTop;
    let drawn = -Infinity;
    for (const box of rows[r]!) {
      const left = (boxes.from[box]! - sight.from) * scale;
      const right = (boxes.to[box]! - sight.from) * scale;
      if (right < 0 || left > sight.width || right - drawn < SLIVER) continue;
      const x = Math.max(0, left);
      const width = Math.max(SLIVER, Math.min(sight.width, right) - x - (right - left > 3 ? GAP : 0));
      drawn = x + width;
      const span = boxes.span[box]!;
      const quiet = marks.found && !marks.found[box];
      context.globalAlpha = quiet ? 0.1 : box === marks.hovered ? 0.55 : 0.34;
      context.fillStyle = hues[outline.spans.service[span]!] ?? dim!;
      context.fillRect(x, y, width, ROW - GAP);
      if (boxes.failed[box]! > 0) {
        context.globalAlpha = quiet ? 0.3 : 1;
        context.fillStyle = bad!;
        context.fillRect(x, y + ROW - GAP - 2, width, 2);
      }
      if (width > TEXT_FROM) {
        context.globalAlpha = quiet ? 0.45 : 1;
        context.fillStyle = ink!;
        label(context, labelOf(outline, boxes, box), x + 4, y + (ROW - GAP) / 2, width - 7);
      }
      const edge = box === marks.cursor ? focus : box === marks.selected ? ink : undefined;
      if (edge) {
        context.globalAlpha = 1;
        context.strokeStyle = edge;
        context.lineWidth = 2;
        context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), ROW - GAP - 2);
      }
    }
  }
  context.globalAlpha = 1;
}

/** What stands in a box. */
export function labelOf(outline: Outline, boxes: Boxes, box: number): string {
  const name = outline.names[outline.spans.name[boxes.span[box]!]!] || '(no name)';
  return boxes.count[box]! > 1 ? `${name} ×${String(boxes.count[box])}` : name;
}

/** As much of a text as fits, with an ellipsis where it was cut. */
function label(context: CanvasRenderingContext2D, text: string, x: number, y: number, room: number): void {
  const fits = Math.floor(room / 5.6);
  if (fits < 2) return;
  context.fillText(text.length <= fits ? text : `${text.slice(0, fits - 1)}…`, x, y, room);
}

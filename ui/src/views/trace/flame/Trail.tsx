/* What stands above the box that is zoomed to; each is a way back. */
import type { Outline } from '../../../api/outline';
import type { Boxes } from './layout';
import { labelOf } from './paint';

const MOST = 4;

export function Trail(props: { outline: Outline; boxes: Boxes; box: number; onZoom: (box: number) => void }) {
  const { outline, boxes, box, onZoom } = props;
  if (box < 0) return null;
  const line: number[] = [];
  for (let up = box; up >= 0; up = boxes.parent[up]!) line.unshift(up);
  const shown = line.slice(-MOST);
  return (
    <nav class="flame-trail" aria-label="Zoom">
      <button type="button" onClick={() => onZoom(-1)}>
        Whole trace
      </button>
      {line.length > MOST && <span class="dim">…</span>}
      {shown.map((one) => (
        <button type="button" key={one} onClick={() => onZoom(one)} aria-current={one === box ? 'true' : undefined}>
          <bdi>{labelOf(outline, boxes, one)}</bdi>
        </button>
      ))}
    </nav>
  );
}

/* Panels in their places. While one edits, they are dragged by their heads and sized at their corners, or moved by keys:
   arrows move the panel that has the focus, shift and arrows size it, Enter edits it, Delete takes it away. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { BoardPanel } from './board';
import { COLUMNS, inReadingOrder, moved, nudged, resized } from './layout';

const ROW = 36;
const GAP = 10;

interface Props {
  panels: readonly BoardPanel[];
  editing: boolean;
  onArrange: (panels: BoardPanel[]) => void;
  onEdit: (id: string) => void;
  onRemove: (id: string) => void;
  render: (panel: BoardPanel, handle: ComponentChildren) => ComponentChildren;
}

interface Drag {
  id: string;
  how: 'move' | 'size';
  fromX: number;
  fromY: number;
  before: readonly BoardPanel[];
  cell: number;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The height of a panel of so many rows, in pixels. */
export const panelHeight = (rows: number) => rows * ROW + (rows - 1) * GAP;

export function Grid({ panels, editing, onArrange, onEdit, onRemove, render }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [trial, setTrial] = useState<BoardPanel[] | null>(null);
  const [said, setSaid] = useState('');
  const shown = trial ?? panels;

  const begin = (event: PointerEvent, id: string, how: Drag['how']) => {
    if (event.button !== 0) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const cell = (box.current!.clientWidth + GAP) / COLUMNS;
    setDrag({ id, how, fromX: event.clientX, fromY: event.clientY + scrolled(box.current!), before: panels, cell });
  };
  const follow = (event: PointerEvent) => {
    if (!drag) return;
    const dx = (event.clientX - drag.fromX) / drag.cell;
    const dy = (event.clientY + scrolled(box.current!) - drag.fromY) / (ROW + GAP);
    const one = drag.before.find((panel) => panel.id === drag.id)!;
    setTrial(
      drag.how === 'move'
        ? moved(drag.before, drag.id, one.x + dx, one.y + dy)
        : resized(drag.before, drag.id, one.w + dx, one.h + dy),
    );
  };
  const finish = (keep: boolean) => {
    if (drag && trial && keep) onArrange(trial);
    setDrag(null);
    setTrial(null);
  };
  const pressed = (event: KeyboardEvent, panel: BoardPanel) => {
    if (!editing || event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const [dx, dy] = arrow;
      const next = event.shiftKey
        ? resized(panels, panel.id, panel.w + dx, panel.h + dy)
        : nudged(panels, panel.id, dx, dy);
      const now = next.find((one) => one.id === panel.id)!;
      setSaid(`${panel.title || 'Panel'}: column ${now.x + 1}, row ${now.y + 1}, ${now.w} wide, ${now.h} high`);
      onArrange(next);
    } else if (event.key === 'Enter') onEdit(panel.id);
    else if (event.key === 'Delete') onRemove(panel.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class={`board-grid ${editing ? 'is-editing' : ''} ${drag ? 'is-dragging' : ''}`} ref={box}>
      {inReadingOrder(shown).map((panel) => (
        <article
          key={panel.id}
          class={`board-cell ${drag?.id === panel.id ? 'is-held' : ''}`}
          aria-label={panel.title || 'Panel'}
          tabIndex={editing ? 0 : undefined}
          data-panel={panel.id}
          style={{
            gridColumn: `${panel.x + 1} / span ${panel.w}`,
            gridRow: `${panel.y + 1} / span ${panel.h}`,
            minHeight: `${panelHeight(panel.h)}px`,
          }}
          onKeyDown={(event) => pressed(event, panel)}
        >
          {render(
            panel,
            editing && (
              <span
                class="board-handle"
                title="Drag to move"
                onPointerDown={(event) => begin(event, panel.id, 'move')}
                onPointerMove={follow}
                onPointerUp={() => finish(true)}
                onPointerCancel={() => finish(false)}
              />
            ),
          )}
          {editing && (
            <span
              class="board-corner"
              title="Drag to size"
              onPointerDown={(event) => begin(event, panel.id, 'size')}
              onPointerMove={follow}
              onPointerUp={() => finish(true)}
              onPointerCancel={() => finish(false)}
            />
          )}
        </article>
      ))}
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </div>
  );
}

/** How far the page is scrolled above the grid, so that a drag goes on while it scrolls. */
function scrolled(grid: HTMLElement): number {
  return -grid.getBoundingClientRect().top;
}

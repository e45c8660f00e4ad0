/* The flame graph of a trace: by time, a box for each span; aggregated, a box for each path of calls. Click to zoom. */
import '../../../charts/charts.css';
import './flame.css';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Tip } from '../../../charts/Tip';
import { useTheme, useWidth } from '../../../charts/screen';
import type { Outline } from '../../../api/outline';
import { count, duration, percent } from '../../../format';
import { useKeys } from '../../../keys/keys';
import { Segmented } from '../../../parts/Button';
import { useParam } from '../../../state/url';
import { Axis } from './Axis';
import { Trail } from './Trail';
import { boxesOf, type Boxes, type FlameLayout } from './layout';
import { labelOf, paint, ROW, type Sight } from './paint';
import { boxAt, byRow, matches, neighbour } from './places';

interface Props {
  outline: Outline;
  selected: number;
  onSelect: (index: number) => void;
}

const LAYOUTS = [
  { value: 'time', label: 'By time', title: 'A box for each span, where it ran' },
  { value: 'aggregated', label: 'Aggregated', title: 'A box for each path of calls, as wide as the time worked in it' },
] as const;
const ARROWS = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

export function Flame({ outline, selected, onSelect }: Props) {
  const [layoutName, setLayout] = useParam('flame', 'time');
  const [zoomed, setZoom] = useParam('zoom');
  const [text, setText] = useParam('mark');
  const layout: FlameLayout = layoutName === 'aggregated' ? 'aggregated' : 'time';
  const boxes = useMemo(() => boxesOf(outline, layout), [outline, layout]);
  const rows = useMemo(() => byRow(boxes), [boxes]);
  const found = useMemo(() => (text.trim() ? matches(outline, boxes, text) : undefined), [outline, boxes, text]);
  const zoomSpan = zoomed ? outline.spans.id.indexOf(zoomed) : -1;
  const zoom = zoomSpan < 0 ? -1 : boxes.of[zoomSpan]!;
  const zoomTo = (box: number): void => setZoom(box < 0 ? null : outline.spans.id[boxes.span[box]!]!);
  const search = useRef<HTMLInputElement>(null);
  useKeys('Flame graph', [
    {
      keys: 'shift+a',
      does: 'Switch between by time and aggregated',
      run: () => setLayout(layout === 'time' ? 'aggregated' : 'time'),
    },
    { keys: '0', does: 'Show the whole trace', run: () => zoomTo(-1) },
    { keys: 'm', does: 'Mark boxes by name', run: () => search.current?.focus() },
  ]);
  return (
    <div class="flame">
      <div class="flame-bar">
        <Segmented label="Layout" value={layout} options={LAYOUTS} onChange={(next) => setLayout(next)} />
        <input
          ref={search}
          class="input"
          type="search"
          placeholder="Mark by name or service"
          aria-label="Mark boxes by name or service"
          value={text}
          onInput={(event) => setText(event.currentTarget.value || null, { replace: true })}
        />
        {found && <span class="note">{count(found.reduce((sum, one) => sum + one, 0))} marked</span>}
        <Trail outline={outline} boxes={boxes} box={zoom} onZoom={zoomTo} />
      </div>
      <Graph
        outline={outline}
        boxes={boxes}
        rows={rows}
        found={found}
        zoom={zoom}
        aggregated={layout === 'aggregated'}
        selected={selected >= 0 ? boxes.of[selected]! : -1}
        onPick={(box) => onSelect(boxes.span[box]!)}
        onZoom={zoomTo}
      />
    </div>
  );
}

interface GraphProps {
  outline: Outline;
  boxes: Boxes;
  rows: Int32Array[];
  found: Uint8Array | undefined;
  zoom: number;
  aggregated: boolean;
  selected: number;
  onPick: (box: number) => void;
  onZoom: (box: number) => void;
}

/** The canvas in a box that scrolls: only the rows in sight are drawn, however many there are. */
function Graph({ outline, boxes, rows, found, zoom, aggregated, selected, onPick, onZoom }: GraphProps) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(host);
  const theme = useTheme();
  const [scrollTop, setScrollTop] = useState(0);
  const [pointer, setPointer] = useState<{ x: number; y: number }>();
  const [cursor, setCursor] = useState(-1);
  const whole = rows.length * ROW;
  const height = Math.min(whole, 560);
  const from = zoom < 0 ? 0 : boxes.from[zoom]!;
  const to = zoom < 0 ? boxes.width : Math.max(boxes.to[zoom]!, from + 1);
  const sight: Sight = { from, to, width, height, scrollTop };
  const hovered = pointer
    ? boxAt(
        boxes,
        rows[Math.floor((pointer.y + scrollTop) / ROW)],
        from + (pointer.x / width) * (to - from),
        (2 / width) * (to - from),
      )
    : -1;
  const at = cursor < boxes.row.length ? cursor : -1;

  useLayoutEffect(() => {
    if (canvas.current && width > 0)
      paint(canvas.current, outline, boxes, rows, sight, { selected, cursor: at, hovered, found });
  }, [outline, boxes, rows, width, height, from, to, scrollTop, selected, at, hovered, found, theme]);
  useLayoutEffect(() => setCursor(-1), [boxes]);

  const choose = (box: number): void => {
    onPick(box);
    onZoom(boxes.row[box] === 0 && boxes.parent[box]! < 0 && box === zoom ? -1 : box);
  };
  const pressed = (event: KeyboardEvent): void => {
    const here = at >= 0 ? at : selected >= 0 ? selected : 0;
    if (ARROWS.has(event.key)) setCursor(at < 0 ? here : neighbour(boxes, rows, here, event.key));
    else if (event.key === 'Enter') choose(here);
    else if (event.key === 'Escape' && zoom >= 0) onZoom(boxes.parent[zoom]!);
    else return;
    event.preventDefault();
    const element = host.current!;
    const top = boxes.row[here]! * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * ROW > element.scrollTop + height) element.scrollTop = top + 2 * ROW - height;
  };
  const said = (box: number): string => describe(outline, boxes, box, aggregated);
  return (
    <div class="chart flame-chart">
      {!aggregated && width > 0 && <Axis fromNs={from} toNs={to} width={width} />}
      <div
        class="flame-box"
        ref={host}
        style={{ height: `${String(height)}px` }}
        role="group"
        tabIndex={0}
        aria-label={`Flame graph of ${count(outline.spans.id.length)} spans; arrow keys move, Enter zooms, Escape zooms out`}
        onKeyDown={pressed}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        onPointerMove={(event) => {
          const bounds = event.currentTarget.getBoundingClientRect();
          setPointer({ x: event.clientX - bounds.left, y: event.clientY - bounds.top });
        }}
        onPointerLeave={() => setPointer(undefined)}
        onClick={() => hovered >= 0 && choose(hovered)}
      >
        <div style={{ height: `${String(whole)}px` }}>
          <canvas
            ref={canvas}
            class="flame-canvas"
            style={{ width: `${String(width)}px`, height: `${String(height)}px` }}
          />
        </div>
      </div>
      <p class="visually-hidden" aria-live="polite">
        {at >= 0 ? said(at) : ''}
      </p>
      {pointer && hovered >= 0 && (
        <Tip
          left={pointer.x}
          top={Math.max(0, Math.min(height - 90, pointer.y + 14))}
          width={width}
          head={outline.services[outline.spans.service[boxes.span[hovered]!]!]?.name ?? ''}
          rows={facts(outline, boxes, hovered, aggregated)}
        />
      )}
      {at >= 0 && !pointer && <p class="flame-said note">{said(at)}</p>}
    </div>
  );
}

function facts(outline: Outline, boxes: Boxes, box: number, aggregated: boolean): { label: string; value: string }[] {
  const self = boxes.self[box]! / 1e6;
  const whole = aggregated ? boxes.width : Math.max(1, outline.duration_ns);
  const found = [
    { label: labelOf(outline, boxes, box), value: duration(boxes.total[box]! / 1e6) },
    { label: 'itself', value: `${duration(self)} · ${percent(boxes.self[box]! / whole)}` },
  ];
  if (boxes.failed[box]! > 0) found.push({ label: 'failed', value: count(boxes.failed[box]) });
  return found;
}

function describe(outline: Outline, boxes: Boxes, box: number, aggregated: boolean): string {
  const service = outline.services[outline.spans.service[boxes.span[box]!]!]?.name ?? '';
  const [total, ...rest] = facts(outline, boxes, box, aggregated);
  return `${service} ${total!.label}, ${total!.value}, ${rest.map((one) => `${one.label} ${one.value}`).join(', ')}`;
}

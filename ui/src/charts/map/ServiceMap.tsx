/* The map of services: a node for each, as large as its traffic, with a red ring for its share of failures; an edge for calls,
   as thick as there are many, red as far as they fail. It is dragged, zoomed, and walked with the arrow keys along its edges. */
import './map.css';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useWidth } from '../screen';
import { introduce } from '../hues';
import { type Camera, fitted, showing, zoomed } from './camera';
import { MapCard } from './MapCard';
import { MapEdges } from './MapEdges';
import { MapNodes } from './MapNodes';
import { layout } from './layout';
import type { MapEdge, MapNode } from './model';
import { type Under, bringForward, same, underOf } from './under';
import { type Direction, nextNode } from './walk';

export type { MapEdge, MapNode } from './model';

interface Props {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  height: number;
  /** The node that the view is about, if it is about one. */
  chosen?: string;
  /** Where a node leads. */
  hrefOf: (node: MapNode) => string;
  onOpen: (node: MapNode) => void;
  /** The node that has the focus. */
  onFocus?: (node: MapNode) => void;
}

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function ServiceMap({ nodes, edges, height, chosen, hrefOf, onOpen, onFocus }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  useMemo(() => introduce(nodes.filter((one) => one.kind === 'service').map((one) => one.name)), [nodes]);
  const drawn = useMemo(() => layout({ nodes, edges }), [nodes, edges]);
  const [camera, setCamera] = useState<Camera | null>(null);
  const [under, setUnder] = useState<Under>(null);
  const [cursor, setCursor] = useState(0);
  const window = { width, height };
  const here = camera ?? fitted(drawn, window);

  useLayoutEffect(() => {
    setCamera(null);
    setUnder(null);
    setCursor(
      Math.max(
        0,
        nodes.findIndex((node) => node.id === chosen),
      ),
    );
  }, [drawn]);
  useLayoutEffect(() => bringForward(host.current!, edges, under), [under, drawn]);
  const drag = useDrag(host, here, setCamera);
  const point = (next: Under) => setUnder((before) => (same(before, next) ? before : next));
  const calls = useMemo(() => <MapEdges {...{ nodes, edges, drawn }} />, [drawn]);
  const services = useMemo(
    () => <MapNodes {...{ nodes, edges, points: drawn.points, cursor, chosen, hrefOf }} />,
    [drawn, cursor, chosen, hrefOf],
  );

  const go = (index: number) => {
    setCursor(index);
    setCamera(showing(here, drawn.points[index]!, window));
    host.current?.querySelector<SVGElement>(`[data-node="${String(index)}"]`)?.focus({ preventScroll: true });
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    const factor = { '+': 1.25, '-': 0.8 }[event.key];
    if (direction) {
      const next = nextNode({ points: drawn.points, edges }, cursor, direction);
      if (next !== undefined) go(next);
    } else if (factor) setCamera(zoomed(here, factor, { x: width / 2, y: height / 2 }));
    else if (event.key === '0') setCamera(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="map" ref={host} style={{ height: `${String(height)}px` }} onKeyDown={pressed}>
      <svg
        class={`map-drawing ${here.k < 0.45 ? 'is-far' : ''}`}
        width={width}
        height={height}
        role="group"
        aria-label={`Map of ${String(nodes.length)} services and peers. Arrow keys move along calls, Enter opens.`}
        {...drag.handlers}
        onPointerOver={(event) => point(underOf(event.target))}
        onPointerLeave={() => point(null)}
        onFocusIn={(event) => {
          const on = underOf(event.target);
          if (!on || !('node' in on)) return;
          point(on);
          setCursor(on.node);
          onFocus?.(nodes[on.node]!);
        }}
        onFocusOut={() => point(null)}
        onClick={(event) => {
          const on = underOf(event.target);
          if (!on || !('node' in on) || event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          if (!drag.moved()) onOpen(nodes[on.node]!);
        }}
      >
        <g transform={`translate(${String(here.x)} ${String(here.y)}) scale(${String(here.k)})`}>
          {calls}
          {services}
        </g>
      </svg>
      <div class="map-tools">
        <button
          type="button"
          aria-label="Nearer"
          title="Nearer (+)"
          onClick={() => setCamera(zoomed(here, 1.25, { x: width / 2, y: height / 2 }))}
        >
          +
        </button>
        <button
          type="button"
          aria-label="Further"
          title="Further (-)"
          onClick={() => setCamera(zoomed(here, 0.8, { x: width / 2, y: height / 2 }))}
        >
          −
        </button>
        <button type="button" aria-label="Show all" title="Show all (0)" onClick={() => setCamera(null)}>
          ⤢
        </button>
      </div>
      <MapCard nodes={nodes} edges={edges} under={under} />
    </div>
  );
}

/** Drag with the pointer, scroll with the wheel, zoom with ctrl and the wheel (or two fingers). */
function useDrag(host: { current: HTMLElement | null }, camera: Camera, set: (next: Camera) => void) {
  const now = useRef({ camera, set });
  now.current = { camera, set };
  const from = useRef<{ x: number; y: number; camera: Camera } | null>(null);
  const far = useRef(false);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const wheeled = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const { camera: before, set: change } = now.current;
      if (event.ctrlKey || event.metaKey)
        change(
          zoomed(before, Math.exp(-event.deltaY / 200), { x: event.clientX - box.left, y: event.clientY - box.top }),
        );
      else change({ ...before, x: before.x - event.deltaX, y: before.y - event.deltaY });
    };
    element.addEventListener('wheel', wheeled, { passive: false });
    return () => element.removeEventListener('wheel', wheeled);
  }, []);
  const end = () => {
    from.current = null;
  };
  return {
    moved: () => far.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (event.button !== 0) return;
        from.current = { x: event.clientX, y: event.clientY, camera: now.current.camera };
        far.current = false;
      },
      onPointerMove: (event: PointerEvent) => {
        const begun = from.current;
        if (!begun) return;
        const [dx, dy] = [event.clientX - begun.x, event.clientY - begun.y];
        if (!far.current && Math.hypot(dx, dy) < 4) return;
        if (!far.current) (event.currentTarget as Element).setPointerCapture(event.pointerId);
        far.current = true;
        now.current.set({ ...begun.camera, x: begun.camera.x + dx, y: begun.camera.y + dy });
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}

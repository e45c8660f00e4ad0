/* The whole trace in a strip above the waterfall: drag to look closer, take the window by its edges or middle, double-click for all. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { resolved, serviceColour } from '../../charts/colours';
import { ERROR } from '../../api/outline';
import { dragged, gripAt, lines, rowY, type Grip } from './minimap';
import { isWhole, panned, share, whole, within, zoomed, type Zoom } from './scale';
import type { TraceState } from './useTrace';

const HEIGHT = 52;

export function Minimap({ state }: { state: TraceState }) {
  const { outline, zoom, setZoom, search, selected, hidden } = state;
  const box = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [theme, setTheme] = useState(0);
  const [drag, setDrag] = useState<Zoom>();
  const all = outline.duration_ns;

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(box.current!);
    const changed = () => setTheme((n) => n + 1);
    document.addEventListener('themechange', changed);
    return () => {
      observer.disconnect();
      document.removeEventListener('themechange', changed);
    };
  }, []);

  useEffect(() => {
    const context = prepared(below.current!, width);
    if (!context) return;
    const host = box.current!;
    const colours = outline.services.map((service) => resolved(host, serviceColour(service.name)));
    const bad = resolved(host, 'var(--bad)');
    for (const line of lines(outline, width, HEIGHT)) {
      const service = outline.spans.service[line.span]!;
      if (hidden.has(service)) continue;
      context.fillStyle = outline.spans.status[line.span] === ERROR ? bad : colours[service]!;
      context.fillRect(line.x, line.y, line.width, 1.5);
    }
  }, [outline, width, hidden, theme]);

  const shown = drag ?? zoom;
  useEffect(() => {
    const context = prepared(above.current!, width);
    if (!context) return;
    const host = box.current!;
    const of = whole(all);
    const count = outline.spans.id.length;
    const [from, to] = [share(of, shown.from) * width, share(of, shown.to) * width];
    if (!isWhole(shown, all)) {
      context.fillStyle = resolved(host, 'var(--paper-3)');
      context.globalAlpha = 0.72;
      context.fillRect(0, 0, from, HEIGHT);
      context.fillRect(to, 0, width - to, HEIGHT);
      context.globalAlpha = 1;
      context.fillStyle = resolved(host, 'var(--accent)');
      for (const edge of [from, to]) {
        context.fillRect(edge - 0.5, 0, 1, HEIGHT);
        context.fillRect(edge - 2.5, HEIGHT / 2 - 8, 5, 16);
      }
    }
    const marks: [readonly number[], string, number][] = [
      [search.matches, 'var(--warn)', 3],
      [selected >= 0 ? [selected] : [], 'var(--accent)', 4],
    ];
    for (const [spans, colour, size] of marks) {
      context.fillStyle = resolved(host, colour);
      for (const span of spans) {
        const x = share(of, outline.spans.start[span]!) * width;
        const long = Math.max(size, (outline.spans.duration[span]! / of.to) * width);
        context.fillRect(x, rowY(span, count, HEIGHT) - 0.5, Math.min(long, width - x), size - 0.5);
      }
    }
  }, [outline, width, shown.from, shown.to, search.matches, selected, theme]);

  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const element = box.current!;
    const left = element.getBoundingClientRect().left;
    const from = event.clientX - left;
    const grip: Grip = gripAt(from, width, zoom, all);
    element.setPointerCapture(event.pointerId);
    let latest: Zoom | undefined;
    const move = (next: PointerEvent) => {
      const x = next.clientX - left;
      if (!latest && Math.abs(x - from) < 3) return;
      latest = within(dragged(grip, from, x, width, zoom, all), all);
      if (grip === 'new') setDrag(latest);
      else setZoom(latest);
    };
    const done = () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', done);
      element.removeEventListener('pointercancel', done);
      setDrag(undefined);
      if (latest) setZoom(latest);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', done);
    element.addEventListener('pointercancel', done);
  };
  const hover = (event: PointerEvent) => {
    const element = box.current!;
    const grip = gripAt(event.clientX - element.getBoundingClientRect().left, width, zoom, all);
    element.dataset['grip'] = grip;
  };

  return (
    <div
      class="trace-minimap"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Time that the waterfall shows"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share(whole(all), zoom.from) * 100)}
      aria-valuetext={`${Math.round(share(whole(all), zoom.from) * 100)}% to ${Math.round(share(whole(all), zoom.to) * 100)}% of the trace`}
      onPointerDown={press}
      onPointerMove={hover}
      onDblClick={() => setZoom(whole(all))}
      onKeyDown={(event) => {
        const next = {
          ArrowLeft: () => panned(zoom, -0.2, all),
          ArrowRight: () => panned(zoom, 0.2, all),
          ArrowUp: () => zoomed(zoom, 1.5, 0.5, all),
          ArrowDown: () => zoomed(zoom, 1 / 1.5, 0.5, all),
        }[event.key];
        if (!next) return;
        event.preventDefault();
        event.stopPropagation();
        setZoom(next());
      }}
    >
      <canvas ref={below} aria-hidden="true" />
      <canvas ref={above} aria-hidden="true" />
    </div>
  );
}

/** An empty canvas with a pixel a device pixel; undefined while it has no width. */
function prepared(canvas: HTMLCanvasElement, width: number): CanvasRenderingContext2D | undefined {
  if (width === 0) return undefined;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${HEIGHT}px`;
  const context = canvas.getContext('2d') ?? undefined;
  context?.scale(scale, scale);
  return context;
}

/* The waterfall: a row for each span, its place in the tree at the left, its time at the right. Only rows near the sight are in
   the page, and a row is drawn anew only when something of it changed, so that ten thousand spans scroll as fifty do. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count } from '../../format';
import { scrolledTo } from '../../parts/window';
import { TimeAxis } from './TimeAxis';
import { WaterfallHead } from './WaterfallHead';
import { WaterfallRow, type Drawing } from './WaterfallRow';
import { criticalBySpan } from './paths';
import { isLog } from './rows';
import type { TraceState } from './useTrace';
import { useDragging } from './useDragging';
import { useTreeWidth } from './useTreeWidth';

const CHUNK = 8;
const AROUND = 8;

export function Waterfall({ state, onOpen }: { state: TraceState; onOpen: (span: number) => void }) {
  const { outline, rows, selected, folded, zoom, critical, search } = state;
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const [size, setSize] = useState({ width: 800, height: 600, row: 28 });
  const tree = useTreeWidth(box);
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => {
      const row = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 28;
      setSize({ width: element.clientWidth, height: element.clientHeight, row: row - 4 });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const timeWidth = Math.max(40, size.width - tree.width);

  const paths = useMemo(() => (critical ? criticalBySpan(outline) : NONE), [outline, critical]);
  const matches = useMemo(() => new Set(search.matches), [search.matches]);
  const drawing: Drawing = useMemo(
    () => ({ outline, zoom, width: timeWidth, folded, paths, matches, logsOf: state.logsOf, row: size.row }),
    [outline, zoom, timeWidth, folded, paths, matches, state.logsOf, size.row],
  );
  const cache = useRef<{ drawing: Drawing | null; rows: unknown; drawn: Map<number, ComponentChildren> }>({
    drawing: null,
    rows: null,
    drawn: new Map(),
  });
  if (cache.current.drawing !== drawing || cache.current.rows !== rows)
    cache.current = { drawing, rows, drawn: new Map() };
  const last = Math.min(rows.length, first + Math.ceil(size.height / size.row) + 2 * AROUND + CHUNK);
  const drawn: ComponentChildren[] = [];
  for (let at = Math.max(0, first - AROUND); at < last; at++) {
    const span = rows[at]!;
    if (span === selected) {
      drawn.push(<WaterfallRow key={span} drawing={drawing} span={span} at={at} selected />);
      continue;
    }
    let known = cache.current.drawn.get(at);
    if (!known) {
      known = <WaterfallRow key={span} drawing={drawing} span={span} at={at} selected={false} />;
      cache.current.drawn.set(at, known);
    }
    drawn.push(known);
  }

  const shownSpans = useMemo(() => rows.reduce((sum, row) => sum + (isLog(row) ? 0 : 1), 0), [rows]);
  const shownAt = useMemo(() => (selected < 0 ? -1 : rows.indexOf(selected)), [rows, selected]);
  useEffect(() => {
    const element = box.current;
    if (!element || shownAt < 0) return;
    const to = scrolledTo(shownAt, element.scrollTop, element.clientHeight, size.row);
    if (to === undefined) return;
    // What comes from far away is shown with what is above it, not at an edge.
    const far = Math.abs(to - element.scrollTop) > element.clientHeight;
    element.scrollTop = far ? shownAt * size.row - element.clientHeight / 3 : to;
  }, [shownAt, size.height]);

  const dragging = useDragging(box, tree.width, state);
  const clicked = (event: MouseEvent) => {
    if (dragging.moved()) return;
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-span]');
    if (!row) return;
    const span = Number(row.dataset['span']);
    if (target.closest('.wf-fold')) {
      const next = new Set(folded);
      if (!next.delete(span)) next.add(span);
      state.setFolded(next);
      state.select(span);
    } else onOpen(span);
  };

  return (
    <div class="wf" style={{ '--tree': `${tree.width}px`, '--wf-row': `${size.row}px` }}>
      <WaterfallHead state={state} tree={tree}>
        <TimeAxis zoom={zoom} width={timeWidth} />
      </WaterfallHead>
      <div
        class="wf-scroll"
        ref={box}
        role="treegrid"
        aria-label={`Waterfall of ${count(outline.spans.id.length)} spans`}
        aria-rowcount={rows.length}
        aria-colcount={2}
        aria-activedescendant={shownAt >= 0 ? `wf-${selected}` : undefined}
        tabIndex={0}
        onScroll={(event) => {
          const next = Math.floor(event.currentTarget.scrollTop / size.row / CHUNK) * CHUNK;
          if (next !== first) setFirst(next);
        }}
        onClick={clicked}
        onDblClick={(event) => {
          const span = (event.target as HTMLElement).closest<HTMLElement>('.wf-time')?.parentElement?.dataset['span'];
          if (span !== undefined) dragging.zoomTo(Number(span));
        }}
        {...dragging.handlers}
      >
        <div class="wf-all" role="presentation" style={{ height: `${rows.length * size.row}px` }}>
          {drawn}
        </div>
        {rows.length === 0 && <p class="wf-none dim">Every service is hidden. Show one again above.</p>}
      </div>
      <p class="visually-hidden" aria-live="polite">
        {shownSpans === outline.spans.id.length ? '' : `${shownSpans} of ${outline.spans.id.length} spans shown`}
      </p>
    </div>
  );
}

const NONE: ReadonlyMap<number, [number, number][]> = new Map();

/* Pointers over the bars: ctrl and the wheel zoom around the pointer, dragging moves what is in sight. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { around, isWhole, panned, zoomed, type Zoom } from './scale';
import type { TraceState } from './useTrace';

const SLACK = 4;

export function useDragging(box: RefObject<HTMLElement | null>, treeWidth: number, state: TraceState) {
  const latest = useRef({ state, treeWidth });
  latest.current = { state, treeWidth };
  const moved = useRef(false);
  const frame = useRef({ id: 0, zoom: undefined as Zoom | undefined });

  // Several wheel events may come between two frames; each builds on the last, and one is drawn.
  const zoomSoon = (change: (zoom: Zoom) => Zoom) => {
    frame.current.zoom = change(frame.current.zoom ?? latest.current.state.zoom);
    if (frame.current.id) return;
    frame.current.id = requestAnimationFrame(() => {
      const { zoom } = frame.current;
      frame.current = { id: 0, zoom: undefined };
      if (zoom) latest.current.state.setZoom(zoom);
    });
  };
  const placeOf = (clientX: number) => {
    const rect = box.current!.getBoundingClientRect();
    const width = box.current!.clientWidth - latest.current.treeWidth;
    return Math.min(1, Math.max(0, (clientX - rect.left - latest.current.treeWidth) / Math.max(1, width)));
  };

  useEffect(() => {
    const element = box.current!;
    const wheel = (event: WheelEvent) => {
      const { outline, zoom } = latest.current.state;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const factor = Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) / 250);
        const place = placeOf(event.clientX);
        zoomSoon((now) => zoomed(now, factor, place, outline.duration_ns));
      } else if (
        Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY) &&
        !isWhole(zoom, outline.duration_ns)
      ) {
        event.preventDefault();
        const by = sideways / Math.max(1, element.clientWidth - latest.current.treeWidth);
        zoomSoon((now) => panned(now, by, outline.duration_ns));
      }
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);

  const onPointerDown = (event: PointerEvent) => {
    moved.current = false;
    if (event.button !== 0 || event.pointerType === 'touch') return;
    if (!(event.target as HTMLElement).closest('.wf-time')) return;
    const { outline, zoom } = latest.current.state;
    const width = Math.max(1, box.current!.clientWidth - latest.current.treeWidth);
    const from = event.clientX;
    const move = (next: PointerEvent) => {
      if (!moved.current && Math.abs(next.clientX - from) < SLACK) return;
      moved.current = true;
      zoomSoon(() => panned(zoom, (from - next.clientX) / width, outline.duration_ns));
    };
    const done = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', done);
      removeEventListener('pointercancel', done);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', done);
    addEventListener('pointercancel', done);
  };

  return {
    handlers: { onPointerDown },
    moved: () => moved.current,
    zoomTo: (span: number) => {
      const { outline, setZoom } = latest.current.state;
      setZoom(around(outline.spans.start[span]!, outline.spans.duration[span]!, outline.duration_ns));
    },
  };
}

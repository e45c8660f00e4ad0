/* How wide the tree is beside the bars: dragged by its edge, kept for the next trace. */
import type { RefObject } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';

const KEY = 'sonde.trace.tree';
const LEAST = 120;

export interface TreeWidth {
  width: number;
  least: number;
  most: number;
  set: (width: number) => void;
  grab: (event: PointerEvent) => void;
}

export function useTreeWidth(box: RefObject<HTMLElement | null>): TreeWidth {
  const [share, setShare] = useState(read);
  const [whole, setWhole] = useState(1000);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWhole(entry!.contentRect.width));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const most = Math.max(LEAST, Math.round(whole * 0.75));
  const width = Math.min(most, Math.max(LEAST, Math.round(share * whole)));
  const set = useCallback(
    (next: number) => {
      const kept = Math.min(0.75, Math.max(0.08, next / whole));
      setShare(kept);
      try {
        localStorage.setItem(KEY, kept.toFixed(4));
      } catch {
        // Without storage it holds until the page is closed.
      }
    },
    [whole],
  );
  const grab = (event: PointerEvent) => {
    event.preventDefault();
    const edge = event.currentTarget as HTMLElement;
    edge.setPointerCapture(event.pointerId);
    const left = box.current!.getBoundingClientRect().left;
    const move = (moved: PointerEvent) => set(moved.clientX - left);
    const done = () => {
      edge.removeEventListener('pointermove', move);
      edge.removeEventListener('pointerup', done);
      edge.removeEventListener('pointercancel', done);
    };
    edge.addEventListener('pointermove', move);
    edge.addEventListener('pointerup', done);
    edge.addEventListener('pointercancel', done);
  };
  return { width, least: LEAST, most, set, grab };
}

function read(): number {
  try {
    const kept = Number(localStorage.getItem(KEY));
    return kept > 0 && kept < 1 ? kept : 0.4;
  } catch {
    return 0.4;
  }
}

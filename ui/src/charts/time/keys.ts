/* The keyboard on a chart over time: arrows move the crosshair, with shift they brush, Enter zooms, Escape clears. */
import type uPlot from 'uplot';

export interface Keyed {
  u: uPlot;
  /** Where a selection was begun, in pixels of the plot; kept by the caller between strokes. */
  anchor: { current: number | null };
  brush: boolean;
}

const STEPS = 80;

/** Do what a key means; whether it meant anything. */
export function pressed(key: string, shift: boolean, { u, anchor, brush }: Keyed): boolean {
  const width = u.over.clientWidth;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const before = (u.cursor.left ?? -1) >= 0 ? u.cursor.left! : width / 2;
    const left = Math.min(width, Math.max(0, before + (key === 'ArrowLeft' ? -1 : 1) * Math.max(2, width / STEPS)));
    anchor.current = shift && brush ? (anchor.current ?? before) : null;
    select(u, anchor.current ?? left, left);
    u.setCursor({ left, top: 0 });
    return true;
  }
  if (key === 'Enter' && anchor.current !== null) {
    anchor.current = null;
    u.setSelect({ ...u.select }, true);
    return true;
  }
  if (key !== 'Escape' || (anchor.current === null && (u.cursor.left ?? -1) < 0)) return false;
  anchor.current = null;
  select(u, 0, 0);
  u.setCursor({ left: -10, top: -10 });
  return true;
}

function select(u: uPlot, a: number, b: number): void {
  u.setSelect({ left: Math.min(a, b), width: Math.abs(a - b), top: 0, height: u.over.clientHeight }, false);
}

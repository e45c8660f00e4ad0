/* What a chart must know of the screen: how wide it is, and when colours or the time zone have changed. */
import { useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';
import { forgetColours } from './colours';

if (typeof document !== 'undefined') document.addEventListener('themechange', forgetColours);

/** The width of an element in whole CSS pixels, followed; 0 until it is known. */
export function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measured = (): void => setWidth(Math.floor(element.clientWidth));
    measured();
    const observer = new ResizeObserver(measured);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** A number that grows whenever the theme, the density or the time zone changes; draws the component again. */
export function useTheme(): number {
  const [changes, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const changed = (): void => again(undefined);
    document.addEventListener('themechange', changed);
    return () => document.removeEventListener('themechange', changed);
  }, []);
  return changes;
}

/** A canvas made as sharp as the screen, cleared, in CSS pixels. */
export function cleared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** A resolved colour, thinner: `rgb(…)` with a share of opacity. */
export function faded(colour: string, share: number): string {
  const channels = /^rgb\(([^)]+)\)$/.exec(colour)?.[1];
  return channels === undefined ? colour : `rgba(${channels}, ${String(share)})`;
}

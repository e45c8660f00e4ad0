/* How high a drawing may be to fill the window below where it begins. */
import { useLayoutEffect, useState } from 'preact/hooks';

const LEAST = 320;
const MARGIN = 20;

/** Pixels from the element's top to the bottom of the view, followed; never so few that nothing could be seen. */
export function useRoom(place: { current: HTMLElement | null }): number {
  const [height, setHeight] = useState(LEAST);
  useLayoutEffect(() => {
    const measure = () => {
      const top = place.current?.getBoundingClientRect().top ?? 0;
      const bottom = place.current?.closest('main')?.getBoundingClientRect().bottom ?? innerHeight;
      setHeight(Math.max(LEAST, Math.floor(bottom - Math.max(0, top) - MARGIN)));
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  return height;
}

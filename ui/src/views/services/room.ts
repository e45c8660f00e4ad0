/* How high a drawing may be to fill the window below where it begins. */
import { useLayoutEffect, useState } from 'preact/hooks';

const LEAST = 320;
const MARGIN = 20;

/** Pixels from the element's top to the window's bottom, followed; never so few that nothing could be seen. */
export function useRoom(place: { current: HTMLElement | null }): number {
  const [height, setHeight] = useState(LEAST);
  useLayoutEffect(() => {
    const measure = () => {
      const top = place.current?.getBoundingClientRect().top ?? 0;
      setHeight(Math.max(LEAST, Math.floor(innerHeight - Math.max(0, top) - MARGIN)));
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  return height;
}

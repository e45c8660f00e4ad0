/* A list of which only the rows in sight are in the page, so that ten thousand cost what fifty do. All rows are equally high. */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { inSight, scrolledTo } from './window';

interface Props {
  count: number;
  rowHeight: number;
  render: (index: number) => ComponentChildren;
  /** Kept in sight when it changes. */
  cursor?: number;
  /** Called when the end comes near. */
  onEnd?: () => void;
  class?: string;
  label: string;
  role?: 'list' | 'listbox' | 'grid' | 'treegrid' | 'rowgroup' | 'presentation';
  box?: RefObject<HTMLDivElement>;
  onScroll?: (scrollTop: number) => void;
}

export function VirtualList({
  count,
  rowHeight,
  render,
  cursor,
  onEnd,
  class: extra,
  label,
  role = 'list',
  box,
  onScroll,
}: Props) {
  const own = useRef<HTMLDivElement>(null);
  const scroller = box ?? own;
  const [seen, setSeen] = useState({ top: 0, height: 600 });

  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = scroller.current;
    if (cursor === undefined || cursor < 0 || !element) return;
    const to = scrolledTo(cursor, element.scrollTop, element.clientHeight, rowHeight);
    if (to !== undefined) element.scrollTop = to;
  }, [cursor]);

  const { first, last } = inSight(seen.top, seen.height, rowHeight, count);
  const ended = useRef(-1);
  useEffect(() => {
    if (onEnd && last >= count && count > 0 && ended.current !== count) {
      ended.current = count;
      onEnd();
    }
  }, [last, count]);

  const rows = [];
  for (let index = first; index < last; index++) rows.push(render(index));
  return (
    <div
      class={`virtual ${extra ?? ''}`}
      ref={scroller}
      role={role}
      aria-label={label}
      tabIndex={0}
      onScroll={(event) => {
        const element = event.currentTarget;
        setSeen({ top: element.scrollTop, height: element.clientHeight });
        onScroll?.(element.scrollTop);
      }}
    >
      <div class="virtual-all" style={{ height: `${count * rowHeight}px` }} role="presentation">
        <div class="virtual-seen" style={{ transform: `translateY(${first * rowHeight}px)` }} role="presentation">
          {rows}
        </div>
      </div>
    </div>
  );
}

/* The list of records: rows of any height of which only those in sight are in the page, and what is read stays where it is. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { Heights, inSight, rowAt, scrolledTo } from './heights';
import type { LogRecord } from './record';

interface Props {
  rows: readonly LogRecord[];
  render: (row: LogRecord, index: number) => ComponentChildren;
  /** Index of the row that keys have chosen; kept in sight when it changes. */
  cursor: number;
  /** Changes when heights do not hold any more: wrapping, columns. */
  shape: string;
  /** The end at which new lines appear: the list stays there as long as a person does not scroll away. */
  edge: 'top' | 'bottom' | '';
  onNear: (end: 'top' | 'bottom') => void;
  /** A person has left the edge, or is back. */
  onAway: (isAway: boolean) => void;
  head?: ComponentChildren;
  foot?: ComponentChildren;
}

const NEAR_PX = 800;
const GUESS_PX = 26;

export function LogList({ rows, render, cursor, shape, edge, onNear, onAway, head, foot }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const heights = useMemo(() => new Heights(GUESS_PX), [shape]);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [round, again] = useReducer((n: number) => n + 1, 0);
  const anchor = useRef({ id: '', offset: 0, atEdge: true });
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const tops = useMemo(() => heights.tops(ids), [heights, ids, round]);
  const index = useMemo(() => new Map(ids.map((id, at) => [id, at])), [ids]);
  const { first, last } = inSight(tops, view.top, view.height);
  const total = tops[tops.length - 1] ?? 0;

  useLayoutEffect(() => {
    // Measure what is drawn; where it differs from the guess, the rows below move and this runs once more.
    let changed = 0;
    for (const child of inner.current!.children) {
      const row = child as HTMLElement;
      changed += Math.abs(heights.measured(row.dataset['id'] ?? '', row.offsetHeight));
    }
    if (changed) again(undefined);
    const element = box.current!;
    const at = index.get(anchor.current.id);
    let to: number | undefined;
    if (edge && anchor.current.atEdge) to = edge === 'top' ? 0 : element.scrollHeight;
    else if (at !== undefined) to = tops[at]! + anchor.current.offset;
    if (to !== undefined && Math.abs(element.scrollTop - to) >= 1) element.scrollTop = to;
  });

  useEffect(() => {
    const element = box.current!; // an observer may be called once more after the list is gone
    const observer = new ResizeObserver(() => {
      setView({ top: element.scrollTop, height: element.clientHeight });
      again(undefined);
    });
    observer.observe(element);
    observer.observe(inner.current!);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (cursor < 0 || cursor >= rows.length) return;
    const to = scrolledTo(tops, cursor, box.current!.scrollTop, box.current!.clientHeight);
    if (to !== undefined) settle(to);
  }, [cursor]);

  const remember = (top: number) => {
    const element = box.current!;
    const row = rowAt(tops, top);
    const rest = element.scrollHeight - element.clientHeight - top;
    const atEdge = edge === 'bottom' ? rest < 8 : top < 8;
    if (edge && atEdge !== anchor.current.atEdge) onAway(!atEdge);
    anchor.current = { id: ids[row] ?? '', offset: top - (tops[row] ?? 0), atEdge };
  };
  const settle = (top: number) => {
    box.current!.scrollTop = top;
    remember(top);
  };
  const near = (top: number, height: number) => {
    if (top < NEAR_PX) onNear('top');
    if (top + height > total - NEAR_PX) onNear('bottom');
  };
  useEffect(() => near(view.top, view.height), [rows, view, total]);
  useEffect(() => {
    anchor.current = { ...anchor.current, atEdge: true };
  }, [edge]);

  return (
    <div
      class="logs-list"
      ref={box}
      role="list"
      aria-label="Records"
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        remember(scrollTop);
        setView({ top: scrollTop, height: clientHeight });
      }}
    >
      {head}
      <div
        class="logs-list-rows"
        style={{ paddingTop: `${tops[first] ?? 0}px`, paddingBottom: `${total - (tops[last] ?? 0)}px` }}
      >
        <div ref={inner} role="presentation">
          {rows.slice(first, last).map((row, at) => (
            <div key={row.id} data-id={row.id} role="listitem" class="logs-item">
              {render(row, first + at)}
            </div>
          ))}
        </div>
      </div>
      {foot}
    </div>
  );
}

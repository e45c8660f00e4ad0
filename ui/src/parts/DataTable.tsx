/* A table that can be sorted and walked with keys; long ones draw only what is in sight. */
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from './Icon';
import { type Key, sorted } from './rows';
import { inSight } from './window';

export interface Column<T> {
  id: string;
  title: ComponentChildren;
  /** What the table is sorted by, and what is shown where there is no `cell`. */
  value?: (row: T) => Key;
  cell?: (row: T) => ComponentChildren;
  /** Numbers stand at the right. */
  numeric?: boolean;
  /** A CSS width; the rest is shared. */
  width?: string;
  help?: string;
  /** Of its cells and its head: what a view's styles hide where there is little room. */
  class?: string;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Column and direction: `errors` or `-errors` for descending. Without `onSort` the table keeps it itself. */
  sort?: string;
  onSort?: (sort: string) => void;
  onRow?: (row: T) => void;
  rowClass?: (row: T) => string;
  /** Index of the row that keys have chosen. */
  cursor?: number;
  /** At most so high; longer tables scroll in themselves. */
  height?: number;
}

const WHOLE_BELOW = 200;

export function DataTable<T>({
  label,
  columns,
  rows,
  rowKey,
  sort,
  onSort,
  onRow,
  rowClass,
  cursor,
  height,
}: Props<T>) {
  const [own, setOwn] = useState(sort ?? '');
  const order = onSort ? (sort ?? '') : own;
  const column = columns.find((one) => one.id === order.replace(/^-/, ''));
  const ordered = useMemo(
    () => (column?.value ? sorted(rows, column.value, order.startsWith('-')) : rows),
    [rows, order, column?.id],
  );
  const sortBy = (one: Column<T>) => {
    const next = order === `-${one.id}` ? one.id : order === one.id || one.numeric ? `-${one.id}` : one.id;
    (onSort ?? setOwn)(next);
  };
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const rowHeight = useRowHeight();
  const long = ordered.length > WHOLE_BELOW;
  const { first, last } = long
    ? inSight(top, height ?? 600, rowHeight, ordered.length)
    : { first: 0, last: ordered.length };

  return (
    <div
      class="table-box"
      ref={body}
      style={long || height ? { maxHeight: `${height ?? 600}px` } : undefined}
      onScroll={long ? (event) => setTop(event.currentTarget.scrollTop) : undefined}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <table class="table" aria-rowcount={ordered.length + 1}>
        <thead>
          <tr>
            {columns.map((one) => (
              <Head key={one.id} column={one} order={order} onSort={one.value ? () => sortBy(one) : undefined} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Gap rows={first} rowHeight={rowHeight} columns={columns.length} />}
          {ordered.slice(first, last).map((row, index) => (
            <Row
              key={rowKey(row)}
              row={row}
              columns={columns}
              onRow={onRow}
              class={`${rowClass?.(row) ?? ''} ${cursor === first + index ? 'is-cursor' : ''}`}
              index={first + index}
            />
          ))}
          {last < ordered.length && <Gap rows={ordered.length - last} rowHeight={rowHeight} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function Head<T>({ column, order, onSort }: { column: Column<T>; order: string; onSort: (() => void) | undefined }) {
  const direction = order === column.id ? 'ascending' : order === `-${column.id}` ? 'descending' : undefined;
  return (
    <th
      scope="col"
      class={classOf(column)}
      style={column.width ? { width: column.width } : undefined}
      aria-sort={direction}
      title={column.help}
    >
      {onSort ? (
        <button type="button" onClick={onSort}>
          {column.title}
          {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} size={10} />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function classOf<T>({ numeric, class: own }: Column<T>): string {
  return [numeric && 'is-numeric', own].filter(Boolean).join(' ');
}

function Row<T>({
  row,
  columns,
  onRow,
  class: extra,
  index,
}: {
  row: T;
  columns: readonly Column<T>[];
  onRow: ((row: T) => void) | undefined;
  class: string;
  index: number;
}) {
  const pressed = (event: TargetedKeyboardEvent<HTMLTableRowElement>) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) onRow?.(row);
    const element = event.currentTarget;
    const to =
      event.key === 'ArrowDown'
        ? element.nextElementSibling
        : event.key === 'ArrowUp'
          ? element.previousElementSibling
          : null;
    if (!to) return;
    event.preventDefault();
    (to as HTMLElement).focus();
  };
  const clicked = (event: MouseEvent) => {
    // Selecting text in a row is not choosing the row.
    if ((event.target as HTMLElement).closest('a, button, input, label') || getSelection()?.toString()) return;
    onRow?.(row);
  };
  return (
    <tr
      class={`${extra} ${onRow ? 'is-link' : ''}`}
      tabIndex={onRow ? 0 : undefined}
      onClick={onRow && clicked}
      onKeyDown={onRow && pressed}
      aria-rowindex={index + 2}
    >
      {columns.map((one) => (
        <td key={one.id} class={classOf(one)}>
          {one.cell ? one.cell(row) : one.value?.(row)}
        </td>
      ))}
    </tr>
  );
}

function Gap({ rows, rowHeight, columns }: { rows: number; rowHeight: number; columns: number }) {
  return (
    <tr aria-hidden="true" class="table-gap">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}

/** The height of a row in the chosen density, in pixels. */
export function useRowHeight(): number {
  return typeof document === 'undefined'
    ? 28
    : parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 28;
}

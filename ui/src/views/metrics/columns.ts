/* The columns of the legend and its order. */
import { sorted } from '../../parts/rows';
import type { Figures, MetricLine } from './lines';

export interface Column {
  id: string;
  title: string;
  numeric: boolean;
}

export const COLUMNS: readonly Column[] = [
  { id: 'line', title: 'Line', numeric: false },
  { id: 'last', title: 'Last', numeric: true },
  { id: 'min', title: 'Min', numeric: true },
  { id: 'max', title: 'Max', numeric: true },
  { id: 'avg', title: 'Average', numeric: true },
];

/** Rows by a column, descending with a minus before it; values that are not known come last. */
export function ordered<R extends Figures & { line: MetricLine }>(rows: readonly R[], sort: string): R[] {
  const id = sort.replace(/^-/, '');
  if (!COLUMNS.some((column) => column.id === id)) return [...rows];
  return sorted(rows, (row) => (id === 'line' ? row.line.label : row[id as keyof Figures]), sort.startsWith('-'));
}

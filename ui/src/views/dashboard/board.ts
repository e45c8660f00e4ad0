/* A dashboard as the server keeps it, new ones, and how they are read and written. */
import type { components } from '../../api/schema';
import { get, send } from '../../api/client';
import { freePlace } from './layout';

export type Board = components['schemas']['Dashboard'];
export type BoardPanel = components['schemas']['DashboardPanel'];
export type Variable = components['schemas']['Variable'];
export type PanelQuery = BoardPanel['query'];
export type QueryOf<K extends PanelQuery['kind']> = Extract<PanelQuery, { kind: K }>;

export const emptyBoard = (title: string): Board => ({
  id: '',
  title,
  description: '',
  revision: '',
  variables: [],
  panels: [],
});

/** A new query of a kind, with what it needs at least. */
export function newQuery(kind: PanelQuery['kind']): PanelQuery {
  switch (kind) {
    case 'metric':
      return {
        kind,
        name: 'process.memory.usage',
        metric_kind: '',
        aggregation: '',
        group_by: ['service'],
        service: '',
        where: [],
      };
    case 'sql':
      return {
        kind,
        query:
          'SELECT toStartOfInterval(Timestamp, toIntervalSecond({step:UInt32})) AS time, count() AS spans\nFROM otel_traces\nWHERE Timestamp >= {start:DateTime64(9)} AND Timestamp < {end:DateTime64(9)}\nGROUP BY time\nORDER BY time',
      };
    case 'traces':
      return redQuery('rate');
    case 'logs':
      return { kind, text: '', severity: '', service: '', where: [], limit: 50 };
    case 'text':
      return { kind, text: '# Heading\nWords for people.' };
  }
}

/** Rate, errors or duration by service. */
export function redQuery(
  measure: QueryOf<'traces'>['measure'],
  changes: Partial<QueryOf<'traces'>> = {},
): QueryOf<'traces'> {
  const usual = { service: '', operation: '', span_kind: '', status: '', min_duration: '', where: [], limit: 20 };
  return { kind: 'traces', measure, group_by: ['service'], ...usual, ...changes };
}

/** A board with one more panel, in the first place that is free. */
export function withPanel(board: Board, panel: Omit<BoardPanel, 'id' | 'x' | 'y'>): Board {
  const id = freeId(board);
  return { ...board, panels: [...board.panels, { ...panel, id, ...freePlace(board.panels, panel.w, panel.h) }] };
}

function freeId(board: Board): string {
  const taken = new Set(board.panels.map((panel) => panel.id));
  let number = board.panels.length + 1;
  while (taken.has(`panel-${number}`)) number++;
  return `panel-${number}`;
}

/** Which kinds of panels can show which queries. */
export const SHOWN_AS: Record<PanelQuery['kind'], readonly BoardPanel['kind'][]> = {
  metric: ['timeseries', 'stat', 'table'],
  sql: ['timeseries', 'stat', 'table'],
  traces: ['timeseries', 'stat', 'table', 'traces'],
  logs: ['logs', 'timeseries', 'stat'],
  text: ['text'],
};

export async function readBoard(id: string, signal?: AbortSignal): Promise<Board> {
  return (await get('/sonde/dashboards/{id}', { id }, signal)) as Board;
}

/** Keep a board: a new one where it has no revision yet. */
export async function saveBoard(board: Board): Promise<Board> {
  if (board.revision === '') return (await send('POST', '/sonde/dashboards', board)) as Board;
  return (await send('PUT', `/sonde/dashboards/${encodeURIComponent(board.id)}`, board)) as Board;
}

export async function deleteBoard(id: string, revision = ''): Promise<void> {
  const query = revision ? `?revision=${encodeURIComponent(revision)}` : '';
  await send('DELETE', `/sonde/dashboards/${encodeURIComponent(id)}${query}`);
}

/** Give a person the board as a file, also one that is not saved. */
export function exportBoard(board: Board): void {
  const file = new Blob([`${JSON.stringify(board, null, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${board.id || 'dashboard'}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

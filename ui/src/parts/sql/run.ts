/* Asking with SQL: the question as the server takes it, and its answer with whole numbers kept exact. */
import { type ApiError, get, send } from '../../api/client';
import type { Schema } from './complete';

export interface SqlColumn {
  name: string;
  type: string;
}
export type SqlRow = Record<string, unknown>;
export interface SqlAnswer {
  columns: SqlColumn[];
  rows: SqlRow[];
  truncated: boolean;
  elapsed_ms: number;
}
export interface SqlQuestion {
  query: string;
  parameters?: Record<string, string | string[]>;
  start: string;
  end: string;
  limit?: number;
}

/** The answer of a statement; 64-bit integers come as text, because numbers here are doubles. */
export async function runSql(question: SqlQuestion, signal?: AbortSignal): Promise<SqlAnswer> {
  return (await send('POST', '/sonde/sql', { ...question, exact: true }, signal)) as SqlAnswer;
}

/** Where a statement's answer is as a file. */
export function downloadHref(question: SqlQuestion, format: 'csv' | 'parquet'): string {
  const query = new URLSearchParams({ query: question.query, start: question.start, end: question.end, format });
  for (const [name, value] of Object.entries(question.parameters ?? {}))
    for (const one of Array.isArray(value) ? value : [value]) query.append('parameter', `${name}=${one}`);
  query.set('limit', String(question.limit ?? 1_000_000));
  return `/sonde/sql?${query.toString()}`;
}

let known: Promise<Schema> | undefined;

/** Tables, columns and functions; asked once a page, and again after a failure. */
export function sqlSchema(): Promise<Schema> {
  known ??= get('/sonde/sql/schema').then(
    (answer) => answer as Schema,
    (error: unknown) => {
      known = undefined;
      throw error;
    },
  );
  return known;
}

/** Where in a statement an error is, as [from, to]; undefined where the engine does not say. */
export function errorPlace(error: ApiError, statement: string): [number, number] | undefined {
  const at = /at character (\d+)/.exec(error.message);
  if (at) {
    const from = Math.min(Number(at[1]) - 1, Math.max(0, statement.length - 1));
    const word = /^\w+|^\S/.exec(statement.slice(from))?.[0] ?? ' ';
    return [from, from + word.length];
  }
  const named = /(?:identifier|function|table|with name) [`'"]?([A-Za-z_][\w.]*)/i.exec(error.message)?.[1];
  const place = named ? statement.search(new RegExp(`(?<![\\w.])${named.replaceAll('.', '\\.')}(?!\\w)`)) : -1;
  return named && place >= 0 ? [place, place + named.length] : undefined;
}

/* What a panel shows: its query with the variables and the range in it, asked, as lines, rows, records or traces. */
import { type Answer, get } from '../../api/client';
import { type Axes, lineOf, lines as answerLines, suggested } from '../../parts/sql/answer';
import { runSql, type SqlAnswer } from '../../parts/sql/run';
import type { BoardPanel, QueryOf } from './board';
import { type Chosen, conditions, parameters, plain } from './variables';

export interface Line {
  label: string;
  points: [number, number | null][];
  colour?: string;
}
export type LogRecord = Answer<'/sonde/logs'>['logs'][number];
export type TraceLine = Answer<'/sonde/traces'>['traces'][number];

export type PanelData =
  | {
      shape: 'lines';
      lines: Line[];
      unit: string;
      left: number;
      missing?: string;
      by?: 'service' | 'severity' | undefined;
    }
  | { shape: 'rows'; answer: SqlAnswer; axes: Axes | undefined }
  | { shape: 'logs'; logs: LogRecord[] }
  | { shape: 'traces'; traces: TraceLine[] }
  | { shape: 'words' };

export interface Asked {
  start: string;
  end: string;
}

/** Everything that a panel's answer depends on. */
export function panelKey(panel: BoardPanel, chosen: Chosen, range: Asked): string {
  if (panel.query.kind === 'text') return 'words';
  return JSON.stringify([panel.query, panel.kind, chosen, range.start, range.end]);
}

/** The answer of a panel's query. */
export async function panelData(
  panel: BoardPanel,
  chosen: Chosen,
  range: Asked,
  signal: AbortSignal,
): Promise<PanelData> {
  const { query } = panel;
  switch (query.kind) {
    case 'metric':
      return metric(query, chosen, range, signal);
    case 'sql':
      return statement(panel, query, chosen, range, signal);
    case 'traces':
      return panel.kind === 'traces' ? traces(query, chosen, range, signal) : red(query, chosen, range, signal);
    case 'logs':
      return panel.kind === 'logs' ? logs(query, chosen, range, signal) : severities(query, chosen, range, signal);
    case 'text':
      return { shape: 'words' };
  }
}

const named = (labels: Record<string, string>, whole: string) =>
  Object.values(labels)
    .map((value) => value || '(none)')
    .join(' · ') || whole;

async function metric(query: QueryOf<'metric'>, chosen: Chosen, range: Asked, signal: AbortSignal): Promise<PanelData> {
  const { service, where } = conditions(query.service, query.where, chosen);
  const all = service ? [...where, `resource.service.name=${service}`] : where;
  const name = plain(query.name, chosen);
  const found = await get(
    '/sonde/metrics/series',
    {
      name,
      kind: query.metric_kind,
      aggregation: query.aggregation,
      group_by: query.group_by,
      where: all,
      absent: 'empty',
      ...range,
    },
    signal,
  );
  if (!found.kind) return { shape: 'lines', unit: '', lines: [], left: 0, missing: `No metric is called ${name} yet.` };
  return {
    shape: 'lines',
    unit: ['rate'].includes(found.aggregation) ? `${found.unit === '1' ? '' : found.unit}/s` : found.unit,
    by: query.group_by.join() === 'service' ? 'service' : undefined,
    lines: found.series.slice(0, 50).map((one) => ({ label: named(one.labels, found.name), points: one.points })),
    left: Math.max(0, found.series.length - 50),
  };
}

async function statement(
  panel: BoardPanel,
  query: QueryOf<'sql'>,
  chosen: Chosen,
  range: Asked,
  signal: AbortSignal,
): Promise<PanelData> {
  const answer = await runSql({ query: query.query, parameters: parameters(query.query, chosen), ...range }, signal);
  const axes = suggested(answer.columns);
  if (panel.kind !== 'timeseries' || !axes) return { shape: 'rows', answer, axes };
  return { shape: 'lines', unit: panel.unit, by: lineOf(axes), ...answerLines(answer, axes) };
}

async function red(query: QueryOf<'traces'>, chosen: Chosen, range: Asked, signal: AbortSignal): Promise<PanelData> {
  const { service, where } = conditions(query.service, query.where, chosen);
  const found = await get(
    '/sonde/red/series',
    {
      measure: query.measure,
      group_by: query.group_by.length ? query.group_by : ['none'],
      service,
      operation: plain(query.operation, chosen),
      kind: query.span_kind,
      where,
      limit: query.limit,
      ...range,
    },
    signal,
  );
  return {
    shape: 'lines',
    unit: found.unit,
    by: query.group_by.join() === 'service' ? 'service' : undefined,
    lines: found.series.map((one) => ({ label: named(one.labels, found.measure), points: one.points })),
    left: 0,
  };
}

async function traces(query: QueryOf<'traces'>, chosen: Chosen, range: Asked, signal: AbortSignal): Promise<PanelData> {
  const asked = {
    ...conditions(query.service, query.where, chosen),
    operation: plain(query.operation, chosen),
    kind: query.span_kind,
    status: query.status,
    min_duration: query.min_duration,
    limit: query.limit,
    ...range,
  };
  return { shape: 'traces', traces: (await get('/sonde/traces', asked, signal)).traces };
}

function recordsAsked(query: QueryOf<'logs'>, chosen: Chosen, range: Asked) {
  return {
    ...conditions(query.service, query.where, chosen),
    text: plain(query.text, chosen),
    severity: plain(query.severity, chosen),
    ...range,
  };
}

async function logs(query: QueryOf<'logs'>, chosen: Chosen, range: Asked, signal: AbortSignal): Promise<PanelData> {
  const asked = { ...recordsAsked(query, chosen, range), limit: query.limit };
  return { shape: 'logs', logs: (await get('/sonde/logs', asked, signal)).logs };
}

async function severities(
  query: QueryOf<'logs'>,
  chosen: Chosen,
  range: Asked,
  signal: AbortSignal,
): Promise<PanelData> {
  const found = await get('/sonde/logs/histogram', { ...recordsAsked(query, chosen, range), buckets: 60 }, signal);
  const names = [...new Set(found.buckets.flatMap((bucket) => Object.keys(bucket.counts)))];
  const lines = names.map((label) => ({
    label,
    points: found.buckets.map((bucket): [number, number] => [
      Date.parse(bucket.time) / 1000,
      bucket.counts[label] ?? 0,
    ]),
  }));
  return { shape: 'lines', unit: '', lines, left: 0, by: 'severity' };
}

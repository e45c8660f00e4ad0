/* A query as a panel of a dashboard. */
import { parse, toMetricParams } from '../../parts/querybar/grammar';
import type { BoardPanel } from '../dashboard/board';
import type { MetricQuery } from './query';

const MOST_GROUPS = 20;

/** The panel without its place. A heatmap, which dashboards do not draw, becomes the usual reading. */
export function panelOf(query: MetricQuery): Omit<BoardPanel, 'id' | 'x' | 'y'> {
  const { service, where } = toMetricParams(parse(query.where));
  const aggregation = query.aggregation === 'heatmap' ? '' : query.aggregation;
  return {
    title: (aggregation ? `${aggregation} of ${query.name}` : query.name).slice(0, 200),
    w: 6,
    h: 7,
    kind: 'timeseries',
    unit: '',
    draw: 'line',
    query: {
      kind: 'metric',
      name: query.name,
      metric_kind: query.kind,
      aggregation,
      group_by: query.groupBy.slice(0, MOST_GROUPS),
      service: service ?? '',
      where: where ?? [],
    },
  };
}

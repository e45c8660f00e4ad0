/* A query as a panel of a dashboard. */
import { parse, toMetricParams } from '../../parts/querybar/grammar';
import { hrefWith } from '../../state/url';
import type { MetricQuery } from './query';

/** The panel, as dashboards keep it. */
export function panelOf(query: MetricQuery, unit: string): Record<string, unknown> {
  const { service, where } = toMetricParams(parse(query.where));
  const aggregation = query.aggregation === 'heatmap' ? '' : query.aggregation;
  return {
    id: 'metric',
    title: [aggregation, query.name].filter(Boolean).join(' of ').slice(0, 200),
    x: 0,
    y: 0,
    w: 6,
    h: 4,
    kind: 'timeseries',
    unit: unit.length <= 200 ? unit : '',
    draw: 'line',
    query: {
      kind: 'metric',
      name: query.name,
      metric_kind: query.kind,
      aggregation,
      group_by: query.groupBy.slice(0, 20),
      service: service ?? '',
      where: where ?? [],
    },
  };
}

/** Where a new dashboard begins with that panel. */
export function newPanelHref(query: MetricQuery, unit: string): string {
  return hrefWith('/dashboard/new', { panel: JSON.stringify(panelOf(query, unit)) });
}

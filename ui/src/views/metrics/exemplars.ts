/* Exemplars as dots: single measurements on the chart of their unit, each the way to its trace. */
import type { Answer } from '../../api/client';
import { get } from '../../api/client';
import type { Dot } from '../../charts/TimeChart';
import { NOTHING, quantity } from '../../format';
import type { Load } from '../../state/load';
import { useLoad } from '../../state/load';
import type { Range } from '../../state/range';
import { hrefWith, navigate } from '../../state/url';
import { paramsOf } from './answers';
import type { MetricQuery } from './query';

export type Exemplar = Answer<'/sonde/metrics/exemplars'>['exemplars'][number];
export interface QueryExemplars {
  letter: string;
  exemplars: Exemplar[];
  truncated: boolean;
}

const HEADROOM = 1.6;
const MOST = 200;

/** Exemplars of the queries, each asked for with its own filter; a query whose exemplars cannot be had has none. */
export function useExemplars(queries: readonly MetricQuery[], range: Range): Load<QueryExemplars[]> {
  const wanted = queries.map((query) => {
    const { name, kind, service, where } = paramsOf(query);
    return { letter: query.letter, params: { name, kind, service, where, limit: MOST, ...range.params } };
  });
  return useLoad(wanted.length ? JSON.stringify(wanted) : '', (signal) =>
    Promise.all(
      wanted.map(async ({ letter, params }) => {
        try {
          const { exemplars, truncated } = await get('/sonde/metrics/exemplars', params, signal);
          return { letter, exemplars, truncated };
        } catch {
          return { letter, exemplars: [], truncated: false };
        }
      }),
    ),
  );
}

/** Dots for a chart whose lines reach up to `top`: those far above it stand at its edge, and say what they are. */
export function dotsOf(exemplars: readonly Exemplar[], top: number, unit: string): Dot[] {
  const edge = top > 0 && Number.isFinite(top) ? top * HEADROOM : Infinity;
  return exemplars.map((one) => ({
    atMs: one.t * 1000,
    value: Math.min(one.value, edge),
    said: quantity(one.value, unit) + (one.value > edge ? ' ↑' : ''),
    label: labelOf(one),
    onClick: () => navigate(traceHref(one)),
  }));
}

/** Where an exemplar's trace is. */
export function traceHref({ trace_id, span_id }: Exemplar): string {
  return hrefWith(`/trace/${trace_id}`, { span: /^0*$/.test(span_id) ? '' : span_id });
}

/** What an exemplar is known by: the route or the like, else its service. */
export function labelOf(one: Exemplar): string {
  const labels = Object.values({ ...one.labels, ...one.attributes }).slice(0, 3);
  return [one.service, ...labels].filter(Boolean).join(' · ') || NOTHING;
}

/* What the server says to the queries: each is asked once for what it depends on; changing one does not ask the others again. */
import { useRef } from 'preact/hooks';
import type { Answer } from '../../api/client';
import { ApiError, get } from '../../api/client';
import { parse, toMetricParams } from '../../parts/querybar/grammar';
import type { Load } from '../../state/load';
import { useLoad } from '../../state/load';
import type { Range } from '../../state/range';
import type { MetricQuery } from './query';

export type SeriesAnswer = Answer<'/sonde/metrics/series'>;
export type HeatAnswer = Answer<'/sonde/metrics/heatmap'>;

export interface Answered {
  letter: string;
  series?: SeriesAnswer;
  heat?: HeatAnswer;
  error?: ApiError;
}

/** Parameters of a query for the server, without the range. */
export function paramsOf(query: MetricQuery): Record<string, string | number | string[]> {
  const { service, where } = toMetricParams(parse(query.where));
  const isHeatmap = query.aggregation === 'heatmap';
  return {
    name: query.name,
    kind: query.kind,
    service: service ?? '',
    where: where ?? [],
    ...(!isHeatmap && { group_by: query.groupBy, aggregation: query.aggregation, limit: query.top }),
  };
}

/** The answers of all queries that are on and name a metric, together; a failure stands in the place of its answer. */
export function useAnswers(queries: readonly MetricQuery[], range: Range): Load<Answered[]> {
  const known = useRef(new Map<string, Promise<Answered>>());
  const wanted = queries.filter((query) => query.name && !query.off && !query.formula);
  const keys = wanted.map((query) =>
    JSON.stringify([query.letter, query.aggregation === 'heatmap', paramsOf(query), range.params]),
  );
  return useLoad(keys.length ? keys.join('\n') : '', async () => {
    const kept = known.current;
    for (const key of [...kept.keys()]) if (!keys.includes(key)) kept.delete(key);
    return Promise.all(
      wanted.map((query, i) => {
        const answer = kept.get(keys[i]!) ?? asked(query, range);
        kept.set(keys[i]!, answer);
        void answer.then((said) => said.error && kept.delete(keys[i]!));
        return answer;
      }),
    );
  });
}

async function asked(query: MetricQuery, range: Range): Promise<Answered> {
  const params = { ...paramsOf(query), ...range.params };
  try {
    if (query.aggregation === 'heatmap')
      return { letter: query.letter, heat: await get('/sonde/metrics/heatmap', params) };
    return { letter: query.letter, series: await get('/sonde/metrics/series', params) };
  } catch (error) {
    return { letter: query.letter, error: ApiError.from(error) };
  }
}

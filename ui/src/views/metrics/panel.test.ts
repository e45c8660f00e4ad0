/* What is taken to a dashboard must ask there what it asked here. */
import { expect, it } from 'vitest';
import { panelOf } from './panel';
import { emptyQuery } from './query';

it('a query becomes the panel that asks the same', () => {
  const query = {
    ...emptyQuery('A'),
    name: 'took',
    aggregation: 'p99',
    groupBy: ['http.route'],
    where: 'service:shop http.method=GET',
  };
  expect(panelOf(query)).toMatchObject({
    title: 'p99 of took',
    kind: 'timeseries',
    query: {
      kind: 'metric',
      name: 'took',
      aggregation: 'p99',
      group_by: ['http.route'],
      service: 'shop',
      where: ['http.method=GET'],
    },
  });
});
it('a heatmap becomes the usual reading', () => {
  expect(panelOf({ ...emptyQuery('A'), name: 'took', aggregation: 'heatmap' })).toMatchObject({
    title: 'took',
    query: { aggregation: '' },
  });
});

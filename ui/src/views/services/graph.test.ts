/* What is drawn must be what the server said, and narrowing must leave no call without its ends. */
import { describe, expect, it } from 'vitest';
import { type MapAnswer, graphOf, holding, narrowed } from './graph';

const node = (kind: string, name: string) => ({
  name,
  kind,
  spans: 10,
  errors: 1,
  error_ratio: 0.1,
  rate_per_s: 1,
  p50_ms: 1,
  p95_ms: 2,
  sends_spans: kind === 'service',
});
const call = (client: string, server: string, server_type = 'service', calls = 4) => ({
  client,
  server,
  server_type,
  calls,
  errors: 1,
  rate_per_s: 0.1,
  p50_ms: 1,
  p95_ms: 2,
});
const answer: MapAnswer = {
  nodes: [node('service', 'web'), node('service', 'cart'), node('database', 'cart'), node('service', 'idle')],
  edges: [
    call('web', 'cart'),
    call('cart', 'cart', 'database'),
    call('web', 'nosuch'),
    call('cart', 'web', 'service', 0),
  ],
  nodes_found: 4,
  edges_found: 4,
};

describe('the map', () => {
  it('tells peers of one name apart, and drops calls whose ends are not there', () => {
    const { nodes, edges } = graphOf(answer);
    expect(nodes.map((one) => one.id)).toEqual(['service:web', 'service:cart', 'database:cart', 'service:idle']);
    expect(edges.map(({ from, to, errorRatio }) => [from, to, errorRatio])).toEqual([
      [0, 1, 0.25],
      [1, 2, 0.25],
      [1, 0, 0],
    ]);
  });

  it('is narrowed to one and those around it', () => {
    const near = narrowed(graphOf(answer), 'database:cart', 1);
    expect(near.nodes.map((one) => one.id)).toEqual(['service:cart', 'database:cart']);
    expect(near.edges.map(({ from, to }) => [from, to])).toEqual([[0, 1]]);
    expect(narrowed(graphOf(answer), 'service:nosuch', 1).nodes).toHaveLength(4);
  });

  it('is searched by name', () => {
    expect(holding(graphOf(answer), ' WEB ').nodes.map((one) => one.id)).toEqual(['service:web', 'service:cart']);
    expect(holding(graphOf(answer), '').nodes).toHaveLength(4);
    expect(holding(graphOf(answer), 'zzz').nodes).toHaveLength(0);
  });
});

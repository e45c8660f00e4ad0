/* The picture must be right (callers left of what they call, nothing upon another), calm (few crossings, the same every time)
   and quick at 500 services. */
import { describe, expect, it } from 'vitest';
import { type Edge, forward, layers, parts, ranks } from './graph';
import { type MapGraph, SPACING, layout } from './layout';
import { crossings, neighboursOf, ordered } from './order';
import { spread } from './place';

const graph = (calls: string, more: string[] = []): MapGraph => {
  const pairs = calls
    .split(' ')
    .filter(Boolean)
    .map((one) => one.split('>'));
  const ids = [...new Set([...pairs.flat(), ...more])];
  return {
    nodes: ids.map((id) => ({ id })),
    edges: pairs.map(([from, to]) => ({ from: ids.indexOf(from!), to: ids.indexOf(to!), weight: 1 })),
  };
};
const at = (given: MapGraph, id: string) => layout(given).points[given.nodes.findIndex((node) => node.id === id)]!;
/** A graph that looks random and is the same every time. */
const large = (nodes: number, edges: number): MapGraph => {
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return {
    nodes: Array.from({ length: nodes }, (_, i) => ({ id: `service-${i}` })),
    edges: Array.from({ length: edges }, () => ({ from: next(nodes), to: next(nodes), weight: 1 + next(100) })),
  };
};

describe('layers', () => {
  it('puts callers left of what they call', () => {
    const shop = graph('web>cart web>checkout checkout>payment checkout>db cart>db');
    for (const { from, to } of shop.edges) {
      const { points } = layout(shop);
      expect(points[from]!.x).toBeLessThan(points[to]!.x);
    }
  });

  it('puts a source right before what it calls', () => {
    const given = graph('a>b b>c c>d cron>d');
    expect(at(given, 'cron').x).toBe(at(given, 'c').x);
  });

  it('breaks a cycle at its lightest edge', () => {
    const edges: Edge[] = [
      { from: 0, to: 1, weight: 100 },
      { from: 1, to: 2, weight: 100 },
      { from: 2, to: 0, weight: 1 },
    ];
    const places = ranks(3, edges);
    expect(layers(3, forward(edges, places), places)).toEqual([0, 1, 2]);
  });

  it('draws both ways between two that call each other, each from its own caller', () => {
    const given = graph('a>b b>a');
    const { points, routes } = layout(given);
    expect(routes[0]).toEqual([points[0], points[1]]);
    expect(routes[1]).toEqual([points[1], points[0]]);
  });

  it('has no route for calls to itself', () => {
    expect(layout(graph('a>a a>b')).routes[0]).toEqual([]);
  });
});

describe('order', () => {
  it('unties what can be untied', () => {
    const near = neighboursOf(4, [
      { from: 0, to: 3, weight: 1 },
      { from: 1, to: 2, weight: 1 },
    ]);
    expect(
      crossings(
        [
          [0, 1],
          [2, 3],
        ],
        near,
      ),
    ).toBe(1);
    expect(
      crossings(
        ordered(
          [
            [0, 1],
            [2, 3],
          ],
          near,
        ),
        near,
      ),
    ).toBe(0);
  });

  it('counts every crossing of a full bipartite graph', () => {
    const edges = [0, 1, 2].flatMap((from) => [3, 4, 5].map((to) => ({ from, to, weight: 1 })));
    expect(
      crossings(
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        neighboursOf(6, edges),
      ),
    ).toBe(9);
  });
});

describe('places', () => {
  it('stay where they are wanted when there is room', () => {
    expect(spread([0, 100, 300], [10, 10, 10])).toEqual([0, 100, 300]);
  });

  it('keep order and room, around the middle of what was wanted', () => {
    expect(spread([50, 50, 50], [10, 10, 10])).toEqual([40, 50, 60]);
    expect(spread([90, 10], [10, 30])).toEqual([40, 60]);
  });
});

describe('the whole', () => {
  it('finds parts, the largest first', () => {
    expect(
      parts(5, [
        { from: 1, to: 3, weight: 1 },
        { from: 4, to: 3, weight: 1 },
      ]),
    ).toEqual([[1, 3, 4], [0], [2]]);
  });

  it('does not depend on the order in which the server names things', () => {
    const given = graph('web>cart web>checkout checkout>payment checkout>db cart>db x>y', ['alone']);
    const turned: MapGraph = {
      nodes: given.nodes.toReversed(),
      edges: given.edges
        .map((edge) => ({ ...edge, from: given.nodes.length - 1 - edge.from, to: given.nodes.length - 1 - edge.to }))
        .toReversed(),
    };
    expect(layout(turned).points.toReversed()).toEqual(layout(given).points);
  });

  it.each([
    [3, 2],
    [60, 120],
    [200, 600],
  ])('keeps %i services with %i calls apart and inside', (nodes, edges) => {
    const { points, width, height } = layout(large(nodes, edges));
    for (const [index, one] of points.entries()) {
      expect(one.x).toBeGreaterThan(0);
      expect(one.x).toBeLessThan(width);
      expect(one.y).toBeGreaterThan(0);
      expect(one.y).toBeLessThan(height);
      for (const other of points.slice(index + 1))
        if (one.x === other.x) expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(SPACING.node - 0.001);
    }
  });

  it('puts services without calls into a grid', () => {
    const { points, width, height } = layout({ nodes: large(100, 0).nodes, edges: [] });
    expect(new Set(points.map((point) => `${point.x} ${point.y}`)).size).toBe(100);
    expect(width).toBeLessThan(2000);
    expect(height).toBeLessThan(2000);
  });

  it('lays nothing out as nothing', () => {
    expect(layout({ nodes: [], edges: [] })).toEqual({ points: [], routes: [], width: 0, height: 0 });
  });

  it('routes long calls through every layer between', () => {
    const { routes } = layout(graph('a>b b>c c>d a>d'));
    expect(routes[3]).toHaveLength(4);
  });
});

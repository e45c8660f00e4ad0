/* The server's map as the drawing wants it, narrowed to what a person asked to see. */
import type { Answer } from '../../api/client';
import type { MapEdge, MapNode } from '../../charts/map/model';
import { around } from '../../charts/map/walk';

export type MapAnswer = Answer<'/sonde/map'>;

export interface Graph {
  nodes: MapNode[];
  edges: MapEdge[];
}

/** A node's id: peers of different kinds may share a name. */
export function idOf(kind: string, name: string): string {
  return `${kind}:${name}`;
}

/** All nodes and calls. */
export function graphOf(answer: MapAnswer): Graph {
  const place = new Map(answer.nodes.map((node, index) => [idOf(node.kind, node.name), index]));
  return {
    nodes: answer.nodes.map((node) => ({
      id: idOf(node.kind, node.name),
      name: node.name,
      kind: node.kind,
      rate: node.rate_per_s,
      errorRatio: node.error_ratio,
      p50: node.p50_ms,
      p95: node.p95_ms,
      sendsSpans: node.sends_spans,
    })),
    edges: answer.edges.flatMap((edge) => {
      const from = place.get(idOf('service', edge.client));
      const to = place.get(idOf(edge.server_type, edge.server));
      if (from === undefined || to === undefined) return [];
      const errorRatio = edge.calls > 0 ? edge.errors / edge.calls : 0;
      const { calls: weight, rate_per_s: rate, p50_ms: p50, p95_ms: p95 } = edge;
      return [{ from, to, weight: Math.max(weight, 1e-9), rate, errorRatio, p50, p95 }];
    }),
  };
}

/** One node and those within so many calls of it; the whole graph where there is no such node. */
export function narrowed(graph: Graph, focus: string, steps: number): Graph {
  const at = graph.nodes.findIndex((node) => node.id === focus);
  return at < 0 ? graph : kept(graph, around(graph.edges, at, steps));
}

/** Nodes whose name holds a text, in any case, and those beside them; the whole graph for an empty text. */
export function holding(graph: Graph, text: string): Graph {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return graph;
  const found = new Set<number>();
  graph.nodes.forEach((node, index) => {
    if (node.name.toLowerCase().includes(wanted)) for (const one of around(graph.edges, index, 1)) found.add(one);
  });
  return kept(graph, found);
}

function kept(graph: Graph, indexes: ReadonlySet<number>): Graph {
  const place = new Map<number, number>();
  const nodes = graph.nodes.filter((_, index) => indexes.has(index) && place.set(index, place.size));
  const edges = graph.edges.flatMap((edge) => {
    const [from, to] = [place.get(edge.from), place.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
  });
  return { nodes, edges };
}

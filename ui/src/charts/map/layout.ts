/* A map of who calls whom: callers at the left, what they call at the right, few crossings, the same picture every time. */
import { type Edge, forward, layers as layersOf, parts, ranks } from './graph';
import { neighboursOf, ordered } from './order';
import { placed } from './place';

/** What is laid out: an edge leads from a node's index to another's. */
export interface MapGraph {
  /** The name decides between what is otherwise equal. */
  nodes: readonly { id: string }[];
  edges: readonly Edge[];
}

export interface Spacing {
  /** From layer to layer. */
  layer: number;
  /** From node to node. */
  node: number;
  /** What an edge needs that passes a layer. */
  lane: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Places, all from 0 on; `routes[i]` is the way of edge i from its caller to what it calls; empty for calls to itself. */
export interface MapLayout {
  points: Point[];
  routes: Point[][];
  width: number;
  height: number;
}

export const SPACING: Spacing = { layer: 190, node: 78, lane: 18 };

/** Lay a graph out. Takes time in proportion to edges times layers. */
export function layout(graph: MapGraph, spacing: Spacing = SPACING): MapLayout {
  const names = graph.nodes.map((node, index) => ({ id: node.id, index }));
  names.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const rank = new Map(names.map(({ index }, place) => [index, place]));
  const edges = graph.edges
    .map((edge, index) => ({ from: rank.get(edge.from)!, to: rank.get(edge.to)!, weight: edge.weight, index }))
    .filter((edge) => edge.from !== edge.to)
    .sort((a, b) => a.from - b.from || a.to - b.to || a.index - b.index);
  const points: Point[] = graph.nodes.map(() => ({ x: 0, y: 0 }));
  const routes: Point[][] = graph.edges.map(() => []);
  const found = parts(names.length, edges);
  const alone = found.filter((part) => part.length === 1).map(([node]) => node!);
  let top = 0;
  let width = 0;
  for (const part of found.filter((one) => one.length > 1)) {
    const inside = new Map(part.map((node, index) => [node, index]));
    const own = edges.filter((edge) => inside.has(edge.from));
    const local = own.map((edge) => ({ ...edge, from: inside.get(edge.from)!, to: inside.get(edge.to)! }));
    const drawn = partLayout(part.length, local, spacing);
    part.forEach((node, index) => (points[names[node]!.index] = moved(drawn.points[index]!, top)));
    own.forEach((edge, index) => (routes[edge.index] = drawn.routes[index]!.map((point) => moved(point, top))));
    top += drawn.height + spacing.node / 2;
    width = Math.max(width, drawn.width);
  }
  const grid = gridOf(alone.length, Math.max(width, 4 * spacing.layer), spacing);
  alone.forEach((node, index) => (points[names[node]!.index] = moved(grid.points[index]!, top)));
  return { points, routes, width: Math.max(width, grid.width), height: top + grid.height };
}

function moved(point: Point, down: number): Point {
  return { x: point.x, y: point.y + down };
}

/** One part that hangs together; its first nodes are the real ones, those after stand where long edges pass a layer. */
function partLayout(count: number, edges: readonly Edge[], spacing: Spacing): MapLayout {
  const places = ranks(count, edges);
  const turned = forward(edges, places);
  const layer = layersOf(count, turned, places);
  const least = Math.min(...layer);
  const chains: number[][] = [];
  const steps: Edge[] = [];
  const level = layer.map((one) => one - least);
  for (const edge of turned) {
    const chain = [edge.from];
    for (let at = level[edge.from]! + 1; at < level[edge.to]!; at++) {
      level.push(at);
      chain.push(level.length - 1);
    }
    chain.push(edge.to);
    chains.push(chain);
    for (let i = 1; i < chain.length; i++) steps.push({ from: chain[i - 1]!, to: chain[i]!, weight: edge.weight });
  }
  const near = neighboursOf(level.length, steps);
  const rows = ordered(inLayers(level, near), near);
  const y = placed(rows, near, (node) => (node < count ? spacing.node : spacing.lane));
  const highest = Math.min(...y) - spacing.node / 2;
  const all = level.map((at, node) => ({ x: (at + 0.5) * spacing.layer, y: y[node]! - highest }));
  return {
    points: all.slice(0, count),
    routes: chains.map((chain, index) => {
      const way = chain.map((node) => all[node]!);
      return turned[index] === edges[index] ? way : way.reverse();
    }),
    width: rows.length * spacing.layer,
    height: Math.max(...y) - highest + spacing.node / 2,
  };
}

/** Nodes by layer in the order of a walk from the first layer on, so that what hangs together begins together. */
function inLayers(level: readonly number[], near: ReturnType<typeof neighboursOf>): number[][] {
  const rows: number[][] = Array.from({ length: Math.max(...level) + 1 }, () => []);
  const seen = new Set<number>();
  const roots = level.map((_, node) => node).sort((a, b) => level[a]! - level[b]! || a - b);
  for (const root of roots) {
    const waiting = [root];
    while (waiting.length > 0) {
      const node = waiting.pop()!;
      if (seen.has(node)) continue;
      seen.add(node);
      rows[level[node]!]!.push(node);
      waiting.push(...near.after[node]!.toReversed());
    }
  }
  return rows;
}

function gridOf(count: number, width: number, spacing: Spacing): MapLayout {
  const columns = Math.max(1, Math.floor(width / spacing.layer));
  const points = Array.from({ length: count }, (_, index) => ({
    x: ((index % columns) + 0.5) * spacing.layer,
    y: (Math.floor(index / columns) + 0.5) * spacing.node,
  }));
  const rows = Math.ceil(count / columns);
  return { points, routes: [], width: Math.min(count, columns) * spacing.layer, height: rows * spacing.node };
}

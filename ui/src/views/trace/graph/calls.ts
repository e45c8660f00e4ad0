/* Who called whom in a trace: services with their part of the time, and the calls between them. */
import { ERROR, type Outline } from '../../../api/outline';
import { selfTimes } from '../spans/figures';

export interface GraphNode {
  /** The service's name. */
  id: string;
  spans: number;
  errors: number;
  /** Milliseconds. */
  self: number;
  /** Of all self time in the trace. */
  share: number;
}

export interface GraphEdge {
  from: number;
  to: number;
  weight: number;
  calls: number;
  errors: number;
  /** Milliseconds, summed over the called spans. */
  time: number;
  /** The longest called span. */
  span: number;
}

export interface ServiceGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** The graph; calls within a service are not edges, and edges with the most time stand first. */
export function serviceGraph(outline: Outline): ServiceGraph {
  const { spans, services } = outline;
  const own = selfTimes(outline);
  const whole = own.reduce((sum, ns) => sum + ns, 0);
  const nodes = services.map(({ name }) => ({ id: name, spans: 0, errors: 0, self: 0, share: 0 }));
  const edges = new Map<number, GraphEdge>();
  for (let i = 0; i < spans.id.length; i++) {
    const to = spans.service[i]!;
    const node = nodes[to]!;
    const failed = spans.status[i] === ERROR ? 1 : 0;
    node.spans += 1;
    node.errors += failed;
    node.self += own[i]! / 1e6;
    const parent = spans.parent[i]!;
    if (parent < 0 || spans.service[parent] === to) continue;
    const key = spans.service[parent]! * services.length + to;
    let edge = edges.get(key);
    if (!edge)
      edges.set(key, (edge = { from: spans.service[parent]!, to, weight: 0, calls: 0, errors: 0, time: 0, span: i }));
    edge.weight = edge.calls += 1;
    edge.errors += failed;
    edge.time += spans.duration[i]! / 1e6;
    if (spans.duration[i]! > spans.duration[edge.span]!) edge.span = i;
  }
  for (const node of nodes) node.share = whole > 0 ? (node.self * 1e6) / whole : 0;
  return { nodes, edges: [...edges.values()].sort((a, b) => b.time - a.time) };
}

/** A way through points as a smooth curve that leaves and arrives level; ends stop short of what they join. */
export function curve(way: readonly { x: number; y: number }[], short: number): string {
  if (way.length < 2) return '';
  const forward = way.at(-1)!.x >= way[0]!.x ? 1 : -1;
  const points = way.map((point, i) => ({
    x: point.x + (i === 0 ? short : i === way.length - 1 ? -short : 0) * forward,
    y: point.y,
  }));
  let path = `M${round(points[0]!.x)} ${round(points[0]!.y)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    const middle = round((a.x + b.x) / 2);
    path += `C${middle} ${round(a.y)} ${middle} ${round(b.y)} ${round(b.x)} ${round(b.y)}`;
  }
  return path;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/* A directed graph made fit for layers: parts that hang together, edges turned so that there is no cycle, and a layer for each
   node. Everything is decided by weights and then by names, so that the same graph is always drawn the same way. */

/** A directed edge between nodes by their index; `weight` says how much it matters, above 0. */
export interface Edge {
  from: number;
  to: number;
  weight: number;
}

/** The nodes of each connected part, the largest part first; nodes keep their order. */
export function parts(count: number, edges: readonly Edge[]): number[][] {
  const root = Array.from({ length: count }, (_, node) => node);
  const find = (node: number): number => {
    while (root[node] !== node) node = root[node] = root[root[node]!]!;
    return node;
  };
  for (const { from, to } of edges) root[Math.max(find(from), find(to))] = Math.min(find(from), find(to));
  const found = new Map<number, number[]>();
  for (let node = 0; node < count; node++) {
    const part = found.get(find(node));
    if (part) part.push(node);
    else found.set(find(node), [node]);
  }
  return [...found.values()].sort((one, other) => other.length - one.length || one[0]! - other[0]!);
}

/**
 * An order of the nodes in which little weight points backwards: sinks last, sources first, and between them the node that
 * sends most more than it receives. Source: Eades, Lin and Smyth, “A fast and effective heuristic for the feedback arc set
 * problem”, 1993.
 *
 * @returns the place of each node.
 */
export function ranks(count: number, edges: readonly Edge[]): number[] {
  const balance = new Array<number>(count).fill(0);
  const outs = new Array<number>(count).fill(0);
  const ins = new Array<number>(count).fill(0);
  const at: Edge[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) {
    balance[edge.from]! += edge.weight;
    balance[edge.to]! -= edge.weight;
    outs[edge.from]!++;
    ins[edge.to]!++;
    at[edge.from]!.push(edge);
    at[edge.to]!.push(edge);
  }
  const left = new Set(Array.from({ length: count }, (_, node) => node));
  const first: number[] = [];
  const last: number[] = [];
  const take = (node: number, into: number[]): void => {
    into.push(node);
    left.delete(node);
    for (const edge of at[node]!) {
      const other = edge.from === node ? edge.to : edge.from;
      if (!left.has(other)) continue;
      balance[other]! += edge.from === node ? edge.weight : -edge.weight;
      if (edge.from === node) ins[other]!--;
      else outs[other]!--;
    }
  };
  while (left.size > 0) {
    const all = [...left];
    const sink = all.find((node) => outs[node] === 0);
    const source = all.find((node) => ins[node] === 0);
    if (sink !== undefined && ins[sink]! > 0) take(sink, last);
    else if (source !== undefined) take(source, first);
    else
      take(
        all.reduce((best, node) => (balance[node]! > balance[best]! ? node : best)),
        first,
      );
  }
  const places = new Array<number>(count).fill(0);
  [...first, ...last.reverse()].forEach((node, place) => (places[node] = place));
  return places;
}

/** Edges without cycles: those that point backwards in `places` are turned. */
export function forward(edges: readonly Edge[], places: readonly number[]): Edge[] {
  return edges.map((edge) =>
    places[edge.from]! < places[edge.to]! ? edge : { from: edge.to, to: edge.from, weight: edge.weight },
  );
}

/**
 * The layer of each node, from 0: as far from the sources as the longest way is, and sources right before what they call.
 *
 * @param edges without cycles.
 * @param places an order in which all of them point forwards.
 */
export function layers(count: number, edges: readonly Edge[], places: readonly number[]): number[] {
  const order = Array.from({ length: count }, (_, node) => node).sort((a, b) => places[a]! - places[b]!);
  const outs: number[][] = Array.from({ length: count }, () => []);
  const hasCaller = new Array<boolean>(count).fill(false);
  for (const { from, to } of edges) {
    outs[from]!.push(to);
    hasCaller[to] = true;
  }
  const layer = new Array<number>(count).fill(0);
  for (const node of order) for (const to of outs[node]!) layer[to] = Math.max(layer[to]!, layer[node]! + 1);
  for (const node of order)
    if (!hasCaller[node] && outs[node]!.length > 0) layer[node] = Math.min(...outs[node]!.map((to) => layer[to]!)) - 1;
  return layer;
}

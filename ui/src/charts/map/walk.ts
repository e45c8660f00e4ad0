/* Walking a map with the arrow keys: right along a call to what is called, left to a caller, up and down within a layer. */
import type { Point } from './layout';

export type Direction = 'left' | 'right' | 'up' | 'down';

interface Walkable {
  points: readonly Point[];
  edges: readonly { from: number; to: number; weight: number }[];
}

/** The node that is next in a direction; undefined where there is none. */
export function nextNode({ points, edges }: Walkable, from: number, direction: Direction): number | undefined {
  if (direction === 'left' || direction === 'right') {
    const along = edges
      .filter((edge) => edge.from !== edge.to && (direction === 'right' ? edge.from : edge.to) === from)
      .map((edge) => ({ node: direction === 'right' ? edge.to : edge.from, weight: edge.weight }));
    return along.sort((a, b) => b.weight - a.weight || a.node - b.node)[0]?.node;
  }
  const here = points[from]!;
  const sign = direction === 'down' ? 1 : -1;
  const beside = points
    .map((point, node) => ({ node, away: sign * (point.y - here.y), aside: Math.abs(point.x - here.x) }))
    .filter(({ node, away }) => node !== from && away > 0);
  const column = beside.filter(({ aside }) => aside < 1);
  return (column.length ? column : beside).sort((a, b) => a.away + a.aside - (b.away + b.aside) || a.node - b.node)[0]
    ?.node;
}

/** Node indexes within so many calls of one, in either direction, itself included. */
export function around(edges: readonly { from: number; to: number }[], node: number, steps: number): Set<number> {
  let found = new Set([node]);
  for (let step = 0; step < steps; step++) {
    const more = new Set(found);
    for (const { from, to } of edges) {
      if (found.has(from)) more.add(to);
      if (found.has(to)) more.add(from);
    }
    found = more;
  }
  return found;
}

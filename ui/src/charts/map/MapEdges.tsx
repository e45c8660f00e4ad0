/* The calls of a map: a curve each, with a wide one beneath that is easy to point at. */
import type { MapLayout } from './layout';
import type { MapEdge, MapNode } from './model';
import { headOf, pathOf, radiusOf, redness, widthOf } from './shapes';

export function MapEdges(props: { nodes: readonly MapNode[]; edges: readonly MapEdge[]; drawn: MapLayout }) {
  const { nodes, edges, drawn } = props;
  const mostCalls = edges.reduce((most, edge) => Math.max(most, edge.rate), 0);
  const most = nodes.reduce((found, node) => Math.max(found, node.rate), 0);
  return (
    <g aria-hidden="true">
      {edges.map((edge, index) => {
        const way = drawn.routes[index] ?? [];
        if (way.length === 0) return null;
        const width = widthOf(edge.rate, mostCalls);
        const to = radiusOf(nodes[edge.to]!.rate, most) + 2;
        const path = pathOf(way, radiusOf(nodes[edge.from]!.rate, most) + 2, to + 3);
        const colour = `color-mix(in srgb, var(--bad) ${String(redness(edge.errorRatio))}%, var(--line-2))`;
        return (
          <g key={index} class="map-edge" data-edge={String(index)}>
            <path class="map-edge-reach" d={path} />
            <path class="map-edge-line" d={path} style={{ stroke: colour, strokeWidth: String(width) }} />
            <path d={headOf(way, to - 1, 4 + width)} style={{ fill: colour }} />
          </g>
        );
      })}
    </g>
  );
}

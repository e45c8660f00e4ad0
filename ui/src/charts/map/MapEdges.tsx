/* The calls of a map: a curve each, with a wide one beneath that is easy to point at. */
import { useMemo } from 'preact/hooks';
import type { MapLayout } from './layout';
import type { MapEdge, MapNode } from './model';
import type { Under } from './ServiceMap';
import { headOf, pathOf, radiusOf, redness, widthOf } from './shapes';

interface Props {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  drawn: MapLayout;
  under: Under;
  onUnder: (under: Under) => void;
}

export function MapEdges({ nodes, edges, drawn, under, onUnder }: Props) {
  const shapes = useMemo(() => shaped(nodes, edges, drawn), [nodes, edges, drawn]);
  return (
    <g aria-hidden="true">
      {shapes.map(({ path, head, width, colour }, index) =>
        path === '' ? null : (
          <g
            key={index}
            class={`map-edge ${stateOf(edges[index]!, index, under)}`}
            onPointerEnter={() => onUnder({ edge: index })}
            onPointerLeave={() => onUnder(null)}
          >
            <path class="map-edge-reach" d={path} />
            <path class="map-edge-line" d={path} style={{ stroke: colour, strokeWidth: String(width) }} />
            <path d={head} style={{ fill: colour }} />
          </g>
        ),
      )}
    </g>
  );
}

function stateOf(edge: MapEdge, index: number, under: Under): string {
  if (!under) return '';
  if ('edge' in under) return under.edge === index ? 'is-lit' : '';
  return edge.from === under.node || edge.to === under.node ? 'is-lit' : 'is-dim';
}

function shaped(nodes: readonly MapNode[], edges: readonly MapEdge[], drawn: MapLayout) {
  const mostCalls = Math.max(0, ...edges.map((edge) => edge.rate));
  const most = Math.max(0, ...nodes.map((node) => node.rate));
  return edges.map((edge, index) => {
    const way = drawn.routes[index] ?? [];
    const width = widthOf(edge.rate, mostCalls);
    const to = radiusOf(nodes[edge.to]!.rate, most) + 2;
    return {
      path: pathOf(way, radiusOf(nodes[edge.from]!.rate, most) + 2, to + 3),
      head: headOf(way, to - 1, 4 + width),
      width,
      colour: `color-mix(in srgb, var(--bad) ${String(redness(edge.errorRatio))}%, var(--line-2))`,
    };
  });
}

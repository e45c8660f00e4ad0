/* What is under the pointer or has the focus, in words and figures, in the corner of the map. */
import { duration, percent, rate } from '../../format';
import type { MapEdge, MapNode } from './model';
import type { Under } from './under';

export function MapCard({
  nodes,
  edges,
  under,
}: {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  under: Under;
}) {
  const told = under && ('node' in under ? ofNode(nodes[under.node]) : ofEdge(nodes, edges[under.edge]));
  if (!told) return null;
  return (
    <div class="map-card" aria-hidden="true">
      <p class="map-card-head">
        <bdi>{told.title}</bdi> <span class="dim">{told.kind}</span>
      </p>
      <dl>
        <dt>{told.counted}</dt>
        <dd>{rate(told.rate)}</dd>
        <dt>fail</dt>
        <dd class={told.errorRatio > 0 ? 'bad' : ''}>{percent(told.errorRatio)}</dd>
        <dt>p50</dt>
        <dd>{duration(told.p50)}</dd>
        <dt>p95</dt>
        <dd>{duration(told.p95)}</dd>
      </dl>
    </div>
  );
}

function ofNode(node: MapNode | undefined) {
  if (!node) return null;
  const silent = node.kind === 'service' && !node.sendsSpans ? ' (no spans here)' : '';
  return {
    ...node,
    title: node.name || '(no name)',
    kind: node.kind + silent,
    counted: node.sendsSpans ? 'served' : 'called',
  };
}

function ofEdge(nodes: readonly MapNode[], edge: MapEdge | undefined) {
  if (!edge) return null;
  return { ...edge, title: `${nodes[edge.from]!.name} → ${nodes[edge.to]!.name}`, kind: 'calls', counted: 'calls' };
}

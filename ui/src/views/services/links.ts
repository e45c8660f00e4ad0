/* Where a node of the map leads. */
import type { MapNode } from '../../charts/map/model';
import { hrefWith } from '../../state/url';

/** A service's page; of a peer the map around it, as it has no page. */
export function hrefOf(node: Pick<MapNode, 'kind' | 'name' | 'id'>): string {
  return node.kind === 'service'
    ? hrefWith(`/service/${encodeURIComponent(node.name)}`)
    : hrefWith('/services', { focus: node.id });
}

/* The services and peers of a map. Each is a link with a name that says how it does; one of them is in the tab order. */
import { count, duration, percent, rate } from '../../format';
import { serviceColour } from '../colours';
import type { Point } from './layout';
import type { MapEdge, MapNode } from './model';
import type { Under } from './ServiceMap';
import { radiusOf, ringDash } from './shapes';
import { around } from './walk';

interface Props {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  points: readonly Point[];
  under: Under;
  cursor: number;
  chosen: string | undefined;
  hrefOf: (node: MapNode) => string;
  onUnder: (under: Under) => void;
  onFocus: (index: number) => void;
  onOpen: (index: number) => void;
}

const LETTERS = 24;

export function MapNodes(props: Props) {
  const { nodes, edges, points, under, cursor, chosen } = props;
  const most = Math.max(0, ...nodes.map((node) => node.rate));
  const lit = under && ('node' in under ? around(edges, under.node, 1) : ends(edges[under.edge]));
  return (
    <g>
      {nodes.map((node, index) => (
        <g key={node.id} transform={`translate(${String(points[index]!.x)} ${String(points[index]!.y)})`}>
          <a
            href={props.hrefOf(node)}
            class={`map-node map-${node.kind} ${lit && !lit.has(index) ? 'is-dim' : ''} ${node.id === chosen ? 'is-chosen' : ''} ${under && 'node' in under && under.node === index ? 'is-under' : ''}`}
            data-node={String(index)}
            data-name={node.name}
            tabIndex={index === cursor ? 0 : -1}
            aria-label={spoken(node, edges, index)}
            draggable={false}
            onPointerEnter={() => props.onUnder({ node: index })}
            onPointerLeave={() => props.onUnder(null)}
            onFocus={() => props.onFocus(index)}
            onBlur={() => props.onUnder(null)}
            onClick={(event: MouseEvent) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              props.onOpen(index);
            }}
          >
            <Shape node={node} radius={radiusOf(node.rate, most)} />
          </a>
        </g>
      ))}
    </g>
  );
}

function Shape({ node, radius }: { node: MapNode; radius: number }) {
  const ring = radius + 3;
  const colour = node.kind === 'service' ? serviceColour(node.name) : 'var(--ink-3)';
  const inner = radius * 0.84;
  return (
    <>
      <circle class="map-reach" r={ring + 6} />
      {node.kind === 'database' && (
        <rect
          class="map-body"
          x={-inner}
          y={-inner}
          width={2 * inner}
          height={2 * inner}
          rx={3}
          style={{ stroke: colour }}
        />
      )}
      {node.kind === 'messaging' && (
        <path
          class="map-body"
          d={`M0 ${String(-radius)}L${String(radius)} 0L0 ${String(radius)}L${String(-radius)} 0Z`}
          style={{ stroke: colour }}
        />
      )}
      {(node.kind === 'service' || node.kind === 'external') && (
        <circle
          class="map-body"
          r={radius}
          style={{ stroke: colour, fill: node.sendsSpans ? colour : 'var(--paper)' }}
        />
      )}
      <circle
        class="map-ring"
        r={ring}
        stroke-dasharray={ringDash(node.errorRatio, ring)}
        data-fails={node.errorRatio > 0 || undefined}
      />
      <text class="map-name" y={ring + 13}>
        {clipped(node.name)}
      </text>
      <text class="map-figures" y={ring + 25}>
        {figures(node)}
      </text>
    </>
  );
}

function clipped(name: string): string {
  const letters = [...name];
  if (letters.length === 0) return '(no name)';
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join('')}…` : name;
}

function figures(node: MapNode): string {
  return `${rate(node.rate)} · ${duration(node.p95)}`;
}

function spoken(node: MapNode, edges: readonly MapEdge[], index: number): string {
  const callers = edges.filter((edge) => edge.to === index).length;
  const callees = edges.filter((edge) => edge.from === index).length;
  return `${node.name || '(no name)'}, ${node.kind}: ${rate(node.rate)}, ${percent(node.errorRatio)} fail, 95th percentile ${duration(node.p95)}; ${count(callers)} call it, it calls ${count(callees)}`;
}

function ends(edge: MapEdge | undefined): Set<number> {
  return new Set(edge ? [edge.from, edge.to] : []);
}

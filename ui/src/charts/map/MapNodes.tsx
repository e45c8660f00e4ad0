/* The services and peers of a map. Each is a link with a name that says how it does; one of them is in the tab order. */
import { useMemo } from 'preact/hooks';
import { count, duration, percent, rate } from '../../format';
import { serviceColour } from '../colours';
import type { Point } from './layout';
import type { MapEdge, MapNode } from './model';
import { radiusOf, ringDash } from './shapes';

interface Props {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  points: readonly Point[];
  cursor: number;
  chosen: string | undefined;
  hrefOf: (node: MapNode) => string;
}

const LETTERS = 24;

export function MapNodes({ nodes, edges, points, cursor, chosen, hrefOf }: Props) {
  const insides = useMemo(() => {
    const most = nodes.reduce((found, node) => Math.max(found, node.rate), 0);
    const degrees = degreesOf(nodes.length, edges);
    return nodes.map((node, index) => ({
      href: hrefOf(node),
      label: spoken(node, degrees[index]!),
      shape: <Shape node={node} radius={radiusOf(node.rate, most)} />,
    }));
  }, [nodes, edges, hrefOf]);
  return (
    <g>
      {nodes.map((node, index) => (
        <g key={node.id} transform={`translate(${String(points[index]!.x)} ${String(points[index]!.y)})`}>
          <a
            href={insides[index]!.href}
            class={`map-node map-${node.kind} ${node.id === chosen ? 'is-chosen' : ''}`}
            data-node={String(index)}
            data-name={node.name}
            tabIndex={index === cursor ? 0 : -1}
            aria-label={insides[index]!.label}
            draggable={false}
          >
            {insides[index]!.shape}
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

function spoken(node: MapNode, { callers, callees }: { callers: number; callees: number }): string {
  return `${node.name || '(no name)'}, ${node.kind}: ${rate(node.rate)}, ${percent(node.errorRatio)} fail, 95th percentile ${duration(node.p95)}; ${count(callers)} call it, it calls ${count(callees)}`;
}

function degreesOf(size: number, edges: readonly MapEdge[]) {
  const degrees = Array.from({ length: size }, () => ({ callers: 0, callees: 0 }));
  for (const { from, to } of edges) {
    degrees[from]!.callees++;
    degrees[to]!.callers++;
  }
  return degrees;
}

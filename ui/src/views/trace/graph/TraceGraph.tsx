/* The services of one trace and the calls between them: as a drawing, and as a table of calls. */
import './graph.css';
import { useMemo, useState } from 'preact/hooks';
import { serviceColour } from '../../../charts/colours';
import { layout } from '../../../charts/map/layout';
import type { Outline } from '../../../api/outline';
import { count, duration, percent } from '../../../format';
import { DataTable, type Column } from '../../../parts/DataTable';
import { Duration, ServiceName } from '../../../parts/Figures';
import { curve, serviceGraph, type GraphEdge, type ServiceGraph } from './calls';

interface Props {
  outline: Outline;
  selected: number;
  onSelect: (index: number) => void;
}

const [WIDE, HIGH] = [140, 40];
const SPACING = { layer: 250, node: 64, lane: 22 };

export function TraceGraph({ outline, selected, onSelect }: Props) {
  const graph = useMemo(() => serviceGraph(outline), [outline]);
  const here = selected >= 0 ? outline.spans.service[selected]! : -1;
  const [hovered, setHovered] = useState(-1);
  return (
    <div class="tracegraph">
      <Drawing graph={graph} here={here} hovered={hovered} onHover={setHovered} />
      {graph.edges.length > 0 ? (
        <DataTable
          label="Calls between services"
          columns={columnsOf(graph)}
          rows={graph.edges}
          rowKey={(edge) => `${String(edge.from)}-${String(edge.to)}`}
          sort="-time"
          onRow={(edge) => onSelect(edge.span)}
        />
      ) : (
        <p class="note">Every span of this trace is of one service: there are no calls between services.</p>
      )}
    </div>
  );
}

function columnsOf({ nodes }: ServiceGraph): Column<GraphEdge>[] {
  return [
    {
      id: 'from',
      title: 'Caller',
      value: (edge) => nodes[edge.from]!.id,
      cell: (edge) => <ServiceName name={nodes[edge.from]!.id} />,
    },
    {
      id: 'to',
      title: 'Called',
      value: (edge) => nodes[edge.to]!.id,
      cell: (edge) => <ServiceName name={nodes[edge.to]!.id} />,
    },
    { id: 'calls', title: 'Calls', numeric: true, value: (edge) => edge.calls, cell: (edge) => count(edge.calls) },
    {
      id: 'errors',
      title: 'Errors',
      numeric: true,
      value: (edge) => edge.errors,
      cell: (edge) => <span class={edge.errors ? 'tracegraph-failed' : 'dim'}>{count(edge.errors)}</span>,
    },
    {
      id: 'time',
      title: 'Time',
      numeric: true,
      help: 'Durations of the called spans, summed',
      value: (edge) => edge.time,
      cell: (edge) => <Duration ms={edge.time} />,
    },
  ];
}

function Drawing(props: { graph: ServiceGraph; here: number; hovered: number; onHover: (node: number) => void }) {
  const { graph, here, hovered, onHover } = props;
  const { points, routes, width, height } = useMemo(() => layout(graph, SPACING), [graph]);
  const most = Math.max(1, ...graph.edges.map((edge) => edge.calls));
  const errors = graph.nodes.reduce((sum, node) => sum + node.errors, 0);
  return (
    <div class="tracegraph-box" tabIndex={0} role="region" aria-label="Services of this trace, drawn">
      <svg
        width={Math.max(width, WIDE)}
        height={Math.max(height, HIGH + 16)}
        role="img"
        aria-label={`${count(graph.nodes.length)} services, ${count(graph.edges.length)} ways of calls between them, ${count(errors)} failed spans`}
      >
        {graph.edges.map((edge, i) => (
          <g
            key={i}
            class={`tracegraph-edge ${edge.errors ? 'is-failed' : ''} ${hovered >= 0 && edge.from !== hovered && edge.to !== hovered ? 'is-quiet' : ''}`}
          >
            <path
              d={curve(routes[i]!, WIDE / 2)}
              stroke-width={1 + 2.5 * (Math.log1p(edge.calls) / Math.log1p(most))}
            />
            <title>{`${graph.nodes[edge.from]!.id} → ${graph.nodes[edge.to]!.id}: ${told(edge)}`}</title>
            <EdgeLabel edge={edge} way={routes[i]!} />
          </g>
        ))}
        {graph.nodes.map((node, i) => (
          <g
            key={node.id}
            class={`tracegraph-node ${i === here ? 'is-here' : ''}`}
            transform={`translate(${String(points[i]!.x - WIDE / 2)} ${String(points[i]!.y - HIGH / 2)})`}
            onPointerEnter={() => onHover(i)}
            onPointerLeave={() => onHover(-1)}
          >
            <rect width={WIDE} height={HIGH} rx={4} />
            <rect
              class="tracegraph-share"
              y={HIGH - 3}
              width={Math.max(0, WIDE * node.share)}
              height={3}
              style={{ fill: serviceColour(node.id) }}
            />
            <circle cx={10} cy={14} r={4} style={{ fill: serviceColour(node.id) }} />
            <text x={20} y={18}>
              {clipped(node.id || '(no name)')}
            </text>
            <text x={10} y={32} class="tracegraph-figures">
              {`${duration(node.self)} · ${percent(node.share)}`}
            </text>
            {node.errors > 0 && (
              <text x={WIDE - 8} y={32} text-anchor="end" class="tracegraph-failed">
                {`${count(node.errors)} ✕`}
              </text>
            )}
            <title>{`${node.id}: ${count(node.spans)} spans, ${count(node.errors)} failed, ${duration(node.self)} of its own`}</title>
          </g>
        ))}
      </svg>
    </div>
  );
}

function EdgeLabel({ edge, way }: { edge: GraphEdge; way: { x: number; y: number }[] }) {
  const middle = Math.floor((way.length - 1) / 2);
  const [a, b] = [way[middle], way[middle + 1]];
  if (!a || !b) return null;
  return (
    <text x={(a.x + b.x) / 2} y={(a.y + b.y) / 2 - 5} text-anchor="middle">
      {`${count(edge.calls)}× ${duration(edge.time)}`}
    </text>
  );
}

function told(edge: GraphEdge): string {
  const failed = edge.errors ? `, ${count(edge.errors)} failed` : '';
  return `${count(edge.calls)} calls${failed}, ${duration(edge.time)} in all`;
}

function clipped(name: string): string {
  return name.length > 17 ? `${name.slice(0, 16)}…` : name;
}

/* The map as two tables: services and peers, and the calls between them. */
import { percent, rate } from '../../format';
import { type Column, DataTable } from '../../parts/DataTable';
import { Duration, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import type { MapEdge, MapNode } from '../../charts/map/model';
import { navigate } from '../../state/url';
import type { Graph } from './graph';
import { hrefOf } from './links';

interface Figures {
  rate: number;
  errorRatio: number;
  p50: number;
  p95: number;
}

const FIGURES: Column<Figures>[] = [
  { id: 'rate', title: 'Rate', numeric: true, width: '110px', value: (one) => one.rate, cell: (one) => rate(one.rate) },
  {
    id: 'errors',
    title: 'Errors',
    numeric: true,
    width: '110px',
    value: (one) => one.errorRatio,
    cell: (one) => <span class={one.errorRatio > 0 ? 'bad' : 'dim'}>{percent(one.errorRatio)}</span>,
  },
  {
    id: 'p50',
    title: 'p50',
    numeric: true,
    width: '110px',
    value: (one) => one.p50,
    cell: (one) => <Duration ms={one.p50} />,
    class: 'services-extra',
  },
  {
    id: 'p95',
    title: 'p95',
    numeric: true,
    width: '110px',
    value: (one) => one.p95,
    cell: (one) => <Duration ms={one.p95} />,
  },
];

const NODES: Column<MapNode>[] = [
  {
    id: 'name',
    title: 'Name',
    value: (node) => node.name,
    cell: (node) => (
      <Link href={hrefOf(node)}>
        <PeerName node={node} />
      </Link>
    ),
  },
  { id: 'kind', title: 'Kind', width: '110px', class: 'services-extra', value: (node) => node.kind },
  ...(FIGURES as Column<MapNode>[]),
];

export function MapTables({ graph }: { graph: Graph }) {
  const { nodes, edges } = graph;
  const calls: Column<MapEdge>[] = [
    {
      id: 'from',
      title: 'Caller',
      value: (edge) => nodes[edge.from]!.name,
      cell: (edge) => <Named node={nodes[edge.from]!} />,
    },
    {
      id: 'to',
      title: 'Calls',
      value: (edge) => nodes[edge.to]!.name,
      cell: (edge) => <Named node={nodes[edge.to]!} />,
    },
    ...(FIGURES as Column<MapEdge>[]),
  ];
  return (
    <div class="services-tables">
      <Panel title="Services and peers">
        <DataTable
          label="Services and peers"
          columns={NODES}
          rows={nodes}
          rowKey={(node) => node.id}
          sort="-rate"
          onRow={(node) => navigate(hrefOf(node))}
        />
      </Panel>
      <Panel title="Calls">
        <DataTable
          label="Calls"
          columns={calls}
          rows={edges}
          rowKey={(edge) => `${String(edge.from)} ${String(edge.to)}`}
          sort="-rate"
        />
      </Panel>
    </div>
  );
}

function Named({ node }: { node: MapNode }) {
  return (
    <Link href={hrefOf(node)}>
      <PeerName node={node} />
    </Link>
  );
}

/** Only services have colours. */
function PeerName({ node }: { node: MapNode }) {
  return node.kind === 'service' ? <ServiceName name={node.name} /> : <bdi>{node.name || '(no name)'}</bdi>;
}

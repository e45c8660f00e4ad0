/* Who calls a service, and what it calls. */
import { percent, rate } from '../../format';
import { Duration, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { hrefOf } from '../services/links';
import type { ServiceAnswer } from './ServicePage';

type Call = ServiceAnswer['callers'][number];

export function Neighbours({ answer }: { answer: ServiceAnswer }) {
  return (
    <Panel title="Dependencies">
      <Side
        title="Callers"
        calls={answer.callers}
        peer={(call) => ({ kind: 'service', name: call.client })}
        none="Nobody who sends spans calls it."
      />
      <Side
        title="Calls"
        calls={answer.callees}
        peer={(call) => ({ kind: call.server_type, name: call.server })}
        none="It calls nobody that is known by a span."
      />
    </Panel>
  );
}

interface SideProps {
  title: string;
  calls: readonly Call[];
  peer: (call: Call) => { kind: string; name: string };
  none: string;
}

function Side({ title, calls, peer, none }: SideProps) {
  return (
    <table class="table service-side" aria-label={title}>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col" class="is-numeric">
            Rate
          </th>
          <th scope="col" class="is-numeric">
            Errors
          </th>
          <th scope="col" class="is-numeric">
            p95
          </th>
        </tr>
      </thead>
      <tbody>
        {calls.length === 0 && (
          <tr>
            <td colSpan={4} class="dim">
              {none}
            </td>
          </tr>
        )}
        {calls.map((call) => (
          <Row key={`${call.client} ${call.server} ${call.server_type}`} call={call} {...peer(call)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ call, kind, name }: { call: Call; kind: string; name: string }) {
  return (
    <tr>
      <td>
        <Link href={hrefOf({ kind, name, id: `${kind}:${name}` })} title={name}>
          {kind === 'service' ? <ServiceName name={name} /> : <bdi class="service-peer">{name || '(no name)'}</bdi>}
        </Link>
        {kind !== 'service' && <span class="dim"> {kind}</span>}
      </td>
      <td class="is-numeric">{rate(call.rate_per_s)}</td>
      <td class={`is-numeric ${call.errors ? 'bad' : 'dim'}`}>{percent(call.calls ? call.errors / call.calls : 0)}</td>
      <td class="is-numeric">
        <Duration ms={call.p95_ms} />
      </td>
    </tr>
  );
}

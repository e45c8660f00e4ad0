/* What fails in a service, by kind: exceptions, failed spans, and error logs; each leads to its traces. */
import { Sparkline } from '../../charts/Sparkline';
import { count, shortMoment } from '../../format';
import { Ago } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { term } from '../../parts/querybar/grammar';
import { hrefWith } from '../../state/url';
import { logsHref, tracesHref } from './links';
import type { TroubleAnswer } from './ServicePage';

type Group = TroubleAnswer['errors']['groups'][number];

export function Failures({ service, found }: { service: string; found: TroubleAnswer }) {
  const { groups, cut } = found.errors;
  if (groups.length === 0)
    return (
      <Panel title="Errors by kind">
        <p class="service-none dim">Nothing failed in this time.</p>
      </Panel>
    );
  return (
    <Panel
      title="Errors by kind"
      note={`since ${shortMoment(found.errors.from_t * 1000)}${cut ? '; there are more kinds' : ''}`}
    >
      <div class="table-box" role="region" aria-label="Errors by kind" tabIndex={0}>
        <table class="table" aria-label="Errors by kind">
          <thead>
            <tr>
              <th scope="col">Error</th>
              <th scope="col">Operation</th>
              <th scope="col" class="is-numeric">
                Count
              </th>
              <th scope="col" class="is-extra">
                Over time
              </th>
              <th scope="col" class="is-numeric">
                Last
              </th>
              <th scope="col" class="is-extra">
                Example
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group, index) => (
              <Row key={index} service={service} group={group} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Row({ service, group }: { service: string; group: Group }) {
  return (
    <tr>
      <td class="service-failure">
        <Link href={hrefOf(service, group)} title={group.message}>
          {group.type && <b>{group.type}</b>} <bdi>{group.message || (group.type ? '' : 'no message')}</bdi>
        </Link>
      </td>
      <td class="service-failure-operation">
        <bdi title={group.operation}>{group.operation || group.source}</bdi>
      </td>
      <td class="is-numeric">{count(group.count)}</td>
      <td class="is-extra">
        <Sparkline
          values={group.counts}
          kind="bar"
          width={96}
          height={18}
          colour="var(--bad)"
          label={`${count(group.count)} over time`}
        />
      </td>
      <td class="is-numeric">
        <Ago ms={group.last_t * 1000} />
      </td>
      <td class="is-extra">
        {group.trace_id && <Link href={hrefWith(`/trace/${group.trace_id}`)}>newest trace</Link>}
      </td>
    </tr>
  );
}

function hrefOf(service: string, group: Group): string {
  if (group.source === 'log') return logsHref(service);
  return tracesHref(
    service,
    ...(group.operation ? [term('operation', '=', group.operation)] : []),
    term('status', '=', 'error'),
    ...(group.type ? [term('event.exception.type', '=', group.type)] : []),
  );
}

/* One service: how it does, what it does, how long that takes, whom it deals with, what fails, and which instance is to blame. */
import './service.css';
import { get } from '../../api/client';
import type { Answer } from '../../api/client';
import { useKeys } from '../../keys/keys';
import { Empty, Loaded, Skeleton } from '../../parts/Loaded';
import { ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Page } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { useRange } from '../../state/range';
import type { PageProps } from '../../state/routes';
import { navigate } from '../../state/url';
import { Charts } from './Charts';
import { Durations } from './Durations';
import { Failures } from './Failures';
import { Instances, Versions } from './Parts';
import { Neighbours } from './Neighbours';
import { Operations } from './Operations';
import { Summary } from './Summary';
import { explainFailuresHref, logsHref, mapHref, metricsHref, tracesHref } from './links';

export type ServiceAnswer = Answer<'/sonde/service'>;
export type TroubleAnswer = Answer<'/sonde/service/trouble'>;

export function ServicePage({ params }: PageProps) {
  const service = params['name'] ?? '';
  const range = useRange();
  const asked = { service, ...range.params };
  const key = `${service}\n${range.params.start} ${range.params.end}`;
  const page = useLoad(`service ${key}`, (signal) => get('/sonde/service', asked, signal));
  const trouble = useLoad(`trouble ${key}`, (signal) => get('/sonde/service/trouble', asked, signal));
  useKeys('Service', [
    { keys: 'o t', does: 'Its traces', run: () => navigate(tracesHref(service)), palette: true },
    { keys: 'o l', does: 'Its logs', run: () => navigate(logsHref(service)), palette: true },
    { keys: 'o m', does: 'Its metrics', run: () => navigate(metricsHref()), palette: true },
    { keys: 'o s', does: 'Its place on the map', run: () => navigate(mapHref(service)), palette: true },
    { keys: 'o e', does: 'Explain its failures', run: () => navigate(explainFailuresHref(service)), palette: true },
  ]);
  const own = page.data?.service === service ? page : { ...page, data: undefined };
  const ownTrouble = page.data?.service === service ? trouble : { ...trouble, data: undefined };

  return (
    <Page
      title={service || 'Service'}
      heading={<ServiceName name={service} />}
      class="service-page"
      actions={<Links service={service} />}
    >
      <Loaded
        state={own}
        skeleton={<Waiting />}
        isEmpty={(answer) => answer.operations.length === 0 && answer.neighbours_found === 0}
        empty={<NoSpans service={service} />}
      >
        {(answer) => (
          <div class="service-all">
            <Summary answer={answer} />
            <Charts answer={answer} trouble={ownTrouble.data} />
            <Durations answer={answer} />
            <div class="service-pair">
              <Operations answer={answer} />
              <Neighbours answer={answer} />
            </div>
            <Loaded state={ownTrouble} skeleton={<Skeleton height={360} />}>
              {(found) => (
                <div class="service-all">
                  <Failures service={service} found={found} />
                  <Versions service={service} found={found} />
                  <Instances service={service} found={found} />
                </div>
              )}
            </Loaded>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Links({ service }: { service: string }) {
  return (
    <nav class="service-links" aria-label="Of this service">
      <Link class="button button-plain" href={tracesHref(service)}>
        Traces
      </Link>
      <Link class="button button-plain" href={logsHref(service)}>
        Logs
      </Link>
      <Link class="button button-plain" href={metricsHref()}>
        Metrics
      </Link>
      <Link class="button button-plain" href={explainFailuresHref(service)}>
        Explain failures
      </Link>
      <Link class="button button-plain" href={mapHref(service)}>
        On the map
      </Link>
    </nav>
  );
}

function Waiting() {
  return (
    <div class="service-all">
      <Skeleton height={56} />
      <Skeleton height={214} />
      <Skeleton height={262} />
      <Skeleton height={320} />
    </div>
  );
}

function NoSpans({ service }: { service: string }) {
  return (
    <Empty
      title="This service sent no spans in this time"
      lines={`export OTEL_SERVICE_NAME='${service.replaceAll("'", "'\\''")}'\nexport OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317`}
    >
      Here is how a service does: rate, failures and latency, what it does and whom it calls, and which instance or
      version does worse than the others. Try a longer time; or start it so that it sends its traces here.
    </Empty>
  );
}

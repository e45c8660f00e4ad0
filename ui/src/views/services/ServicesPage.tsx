/* All services: a map of who calls whom, or the same as tables; narrowed to one and its neighbours, or by name. */
import './services.css';
import { useMemo, useRef } from 'preact/hooks';
import { get } from '../../api/client';
import { ServiceMap } from '../../charts/map/ServiceMap';
import type { MapNode } from '../../charts/map/model';
import { useKeys } from '../../keys/keys';
import { Button, Segmented } from '../../parts/Button';
import { Empty, Loaded, Skeleton } from '../../parts/Loaded';
import { Page, Panel } from '../../parts/Page';
import { count } from '../../format';
import { useLoad } from '../../state/load';
import { useRange } from '../../state/range';
import { navigate, setParams, useParam } from '../../state/url';
import { type Graph, type MapAnswer, graphOf, holding, narrowed } from './graph';
import { hrefOf } from './links';
import { MapTables } from './MapTables';
import { useRoom } from './room';

export function ServicesPage() {
  const range = useRange();
  const [shown, setShown] = useParam('as', 'map');
  const [focus, setFocus] = useParam('focus');
  const [find, setFind] = useParam('find');
  const under = useRef<MapNode | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const state = useLoad(`map ${range.params.start} ${range.params.end}`, (signal) =>
    get('/sonde/map', range.params, signal),
  );
  const whole = useMemo(() => state.data && graphOf(state.data), [state.data]);
  const graph = useMemo(() => whole && holding(narrowed(whole, focus, 1), find), [whole, focus, find]);

  useKeys('Services', [
    { keys: 'm', does: 'Map or table', run: () => setShown(shown === 'map' ? 'table' : 'map'), palette: true },
    { keys: 'f', does: 'Only this service and its neighbours', run: () => under.current && setFocus(under.current.id) },
    { keys: '/', does: 'Find a service', run: () => field.current?.focus() },
    {
      keys: 'Escape',
      does: 'Show all services',
      run: () => setParams({ focus: null, find: null }),
      when: () => focus !== '' || find !== '',
    },
  ]);

  return (
    <Page
      title="Services"
      class="services"
      actions={
        <>
          <input
            class="input"
            type="search"
            ref={field}
            value={find}
            placeholder="Find"
            aria-label="Find services by name"
            onInput={(event) => setFind(event.currentTarget.value, { replace: true })}
          />
          <Segmented
            label="Show as"
            value={shown}
            options={[
              { value: 'map', label: 'Map' },
              { value: 'table', label: 'Table' },
            ]}
            onChange={setShown}
          />
        </>
      }
    >
      {focus !== '' && (
        <p class="services-focus" role="status">
          Only <b>{focus.slice(focus.indexOf(':') + 1)}</b> and its neighbours.{' '}
          <Button onClick={() => setFocus(null)}>Show all</Button>
        </p>
      )}
      <Loaded
        state={state}
        skeleton={<Skeleton height="70vh" />}
        isEmpty={(answer) => answer.nodes.length === 0}
        empty={<NoServices />}
      >
        {(answer) =>
          graph &&
          (shown === 'table' ? (
            <MapTables graph={graph} />
          ) : (
            <MapPanel answer={answer} graph={graph} focus={focus} onFocus={(node) => (under.current = node)} />
          ))
        }
      </Loaded>
    </Page>
  );
}

function MapPanel(props: { answer: MapAnswer; graph: Graph; focus: string; onFocus: (node: MapNode) => void }) {
  const { answer, graph, focus, onFocus } = props;
  const place = useRef<HTMLDivElement>(null);
  const height = useRoom(place);
  const cut = answer.nodes_found > answer.nodes.length;
  return (
    <Panel
      note={
        <>
          {count(graph.nodes.length)} services and peers, {count(graph.edges.length)} kinds of calls.
          {cut && ` The busiest of ${count(answer.nodes_found)} are shown.`} Size and width: traffic; red: failures.
        </>
      }
      title="Who calls whom"
    >
      <div ref={place}>
        {graph.nodes.length === 0 ? (
          <Empty title="No service has that name">
            The map is narrowed by what is written above; Escape shows all.
          </Empty>
        ) : (
          <ServiceMap
            nodes={graph.nodes}
            edges={graph.edges}
            height={height}
            chosen={focus || undefined}
            hrefOf={hrefOf}
            onOpen={(node) => navigate(hrefOf(node))}
            onFocus={onFocus}
          />
        )}
      </div>
    </Panel>
  );
}

function NoServices() {
  return (
    <Empty
      title="No service sent spans in this time"
      lines={
        'pip install sonde opentelemetry-instrumentation\n' +
        'export OTEL_PYTHON_DISTRO=sonde OTEL_PYTHON_CONFIGURATOR=sonde OTEL_SERVICE_NAME=shop\n' +
        'export OTEL_TRACES_EXPORTER=sonde OTEL_METRICS_EXPORTER=sonde OTEL_LOGS_EXPORTER=sonde\n' +
        'opentelemetry-instrument python app.py'
      }
    >
      Here is a map of your services: who calls whom, how often, how slowly, and where it fails. It draws itself from
      traces; try a longer time, or send some.
    </Empty>
  );
}

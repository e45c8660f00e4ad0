/* Metrics: the catalogue at the left; queries, their charts and their figures at the right. All of it is in the address. */
import './metrics.css';
import { useMemo, useState } from 'preact/hooks';
import { get } from '../../api/client';
import { useKeys } from '../../keys/keys';
import { Button, Segmented } from '../../parts/Button';
import { Empty, Loaded, Skeleton } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { useRange } from '../../state/range';
import { useParam } from '../../state/url';
import { useQueries } from './address';
import { useAnswers } from './answers';
import { Catalogue, type MetricEntry } from './Catalogue';
import { kindAndUnit } from './catalogue';
import type { Draw } from './Charts';
import { EXAMPLE } from './example';
import { freeLetter, type MetricQuery } from './query';
import { QueryRow } from './QueryRow';
import { outcomeOf } from './drawn';
import { Results } from './Results';

const MOST = 5000;

export function MetricsPage() {
  const range = useRange();
  const queries = useQueries();
  const [active, setActive] = useState('');
  const [draw, setDraw] = useParam('draw', 'line');
  const [axis, setAxis] = useParam('axis', 'linear');
  const [as, setAs] = useParam('as', 'charts');
  const [dots, setDots] = useParam('exemplars', 'on');
  const catalogue = useLoad(`metrics ${range.params.start} ${range.params.end}`, (signal) =>
    get('/sonde/metrics', { ...range.params, limit: MOST }, signal),
  );
  const answers = useAnswers(queries.all, range);
  const outcome = useMemo(
    () => outcomeOf(queries.all, answers.data ?? []),
    [JSON.stringify(queries.all), answers.data],
  );
  const current = queries.all.find((query) => query.letter === active) ?? queries.all.at(-1);
  const show = (metric: MetricEntry): void => {
    const kind = kindOf(metric, catalogue.data?.metrics ?? []);
    if (!current || current.formula) void queries.add({ name: metric.name, kind });
    else queries.change({ ...current, name: metric.name, kind, aggregation: '', groupBy: [], where: '', off: false });
  };
  const add = (metric?: MetricEntry): void => {
    const kind = metric ? kindOf(metric, catalogue.data?.metrics ?? []) : '';
    const letter = queries.add({ name: metric?.name ?? '', kind });
    if (letter) setActive(letter);
  };
  const toggle = (value: string, set: typeof setAxis, on: string, off: string) => set(value === on ? off : on);

  useKeys('Metrics', [
    { keys: 'f', does: 'Find a metric', run: () => document.querySelector<HTMLElement>('.metrics-search')?.focus() },
    { keys: 'n', does: 'Add a query', run: () => add() },
    { keys: 'a', does: 'Logarithmic or linear axis', run: () => toggle(axis, setAxis, 'log', 'linear') },
    { keys: 'v', does: 'Values as a table or on charts', run: () => toggle(as, setAs, 'table', 'charts') },
    { keys: 'x', does: 'Exemplars on or off', run: () => toggle(dots, setDots, 'off', 'on') },
  ]);

  return (
    <Page
      title="Metrics"
      class="metrics"
      actions={
        <>
          <Segmented
            label="Draw as"
            value={draw as Draw}
            onChange={(next) => setDraw(next)}
            options={[
              { value: 'line', label: 'Lines' },
              { value: 'area', label: 'Areas' },
              { value: 'stack', label: 'Stack' },
              { value: 'bar', label: 'Bars' },
            ]}
          />
          <Button pressed={axis === 'log'} onClick={() => toggle(axis, setAxis, 'log', 'linear')}>
            Log axis
          </Button>
          <Button
            pressed={dots === 'on'}
            onClick={() => toggle(dots, setDots, 'off', 'on')}
            title="Single measurements that lead to their traces"
          >
            Exemplars
          </Button>
          <Button pressed={as === 'table'} onClick={() => toggle(as, setAs, 'table', 'charts')}>
            As table
          </Button>
        </>
      }
    >
      <Loaded
        state={catalogue}
        skeleton={<Skeleton height={560} />}
        isEmpty={(data) => data.metrics.length === 0 && queries.all.length === 0}
        empty={<NoMetrics />}
      >
        {({ metrics }) => (
          <div class={`metrics-page ${queries.all.length > 0 ? 'has-queries' : ''}`}>
            <Catalogue
              metrics={metrics}
              shown={new Set(queries.all.map((query) => meant(query, metrics)))}
              onShow={show}
              onAdd={add}
            />
            <div class="metrics-main">
              <div class="metrics-queries">
                {queries.all.map((query) => (
                  <QueryRow
                    key={query.letter}
                    query={query}
                    metric={meant(query, metrics)}
                    range={range}
                    active={current?.letter === query.letter}
                    onActive={() => setActive(query.letter)}
                    onChange={queries.change}
                    onRemove={() => queries.remove(query.letter)}
                    onCopy={() => void queries.add(query)}
                    problem={outcome.problems.get(query.letter)}
                    more={outcome.more.get(query.letter)}
                  />
                ))}
                {queries.all.length > 0 && (
                  <Button
                    kind="quiet"
                    icon="plus"
                    disabled={freeLetter(queries.all) === undefined}
                    onClick={() => add()}
                  >
                    Query or formula
                  </Button>
                )}
              </div>
              {queries.all.length === 0 ? (
                <Choose metrics={metrics} onShow={show} />
              ) : (
                <Results
                  queries={queries}
                  answers={answers}
                  lines={outcome.lines}
                  range={range}
                  draw={draw as Draw}
                  log={axis === 'log'}
                  table={as === 'table'}
                  exemplars={dots === 'on'}
                />
              )}
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** The kind, where the name alone does not say which metric is meant. */
function kindOf(metric: MetricEntry, all: readonly MetricEntry[]): string {
  return all.filter((one) => one.name === metric.name).length > 1 ? metric.kind : '';
}

/** The metric that a query means: of several kinds, the one that reported last, as the server has it. */
function meant(query: MetricQuery, all: readonly MetricEntry[]): MetricEntry | undefined {
  const named = all.filter((one) => one.name === query.name && (!query.kind || one.kind === query.kind));
  return named.sort((a, b) => (a.last < b.last ? 1 : -1))[0];
}

function NoMetrics() {
  return (
    <Empty title="No metrics in this range" lines={EXAMPLE}>
      <p>
        Metrics are figures that an application reports again and again: how many orders, how long checkouts took, how
        much memory. A counter counts, a histogram keeps how values spread. Choose a longer range, or send some:
      </p>
    </Empty>
  );
}

const FIRST = ['http.server.request.duration', 'http.server.duration', 'rpc.server.duration'];

/** Where to begin: a few metrics that most systems have, or the first ones. */
function Choose({ metrics, onShow }: { metrics: readonly MetricEntry[]; onShow: (metric: MetricEntry) => void }) {
  const usual = metrics.filter((one) => FIRST.includes(one.name));
  const some = [...usual, ...metrics.filter((one) => !usual.includes(one))].slice(0, 6);
  return (
    <Empty title="Choose a metric">
      <p>
        Pick one from the list, or begin with one of these. Several can be drawn together, and formulas calculate with
        them: A / B * 100.
      </p>
      <ul class="metrics-first">
        {some.map((one) => (
          <li key={`${one.name} ${one.kind}`}>
            <button type="button" class="metrics-choice" onClick={() => onShow(one)}>
              <bdi class="mono">{one.name}</bdi>
              <span class="note">
                {kindAndUnit(one)} · {one.series} series
                {one.description && ` · ${one.description}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}

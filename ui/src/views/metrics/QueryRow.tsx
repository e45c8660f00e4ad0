/* One query as a line of controls: its letter, the metric, how it is read, what makes lines, what is left out. */
import { useState } from 'preact/hooks';
import type { Answer } from '../../api/client';
import { address, get } from '../../api/client';
import { Button, Chip, Select } from '../../parts/Button';
import { copied } from '../../parts/CopyButton';
import { Menu } from '../../parts/Menu';
import type { Load } from '../../state/load';
import { useLoad } from '../../state/load';
import type { Range } from '../../state/range';
import { paramsOf } from './answers';
import { AddToDashboard } from './AddToDashboard';
import type { MetricEntry } from './Catalogue';
import { kindAndUnit } from './catalogue';
import { Where } from './Where';
import type { MetricQuery } from './query';
import { readings, usual } from './readings';

type Labels = Answer<'/sonde/metrics/labels'>;

interface Props {
  query: MetricQuery;
  metric?: MetricEntry | undefined;
  range: Range;
  active: boolean;
  onActive: () => void;
  onChange: (query: MetricQuery) => void;
  onRemove: () => void;
  onCopy: () => void;
  /** What is wrong with it. */
  problem?: string | undefined;
  /** How many lines there are, where not all are shown. */
  more?: number | undefined;
}

const TOPS = [1, 5, 10, 20, 50, 100];

export function QueryRow(props: Props) {
  const { query, metric, range, active, onActive, onChange, onRemove, onCopy, problem, more } = props;
  const kind = metric?.kind ?? query.kind;
  const labels = useLabels(query, range);
  const [adding, setAdding] = useState(false);
  return (
    <div
      class={`metrics-query ${active ? 'is-active' : ''} ${query.off ? 'is-off' : ''}`}
      onFocusCapture={onActive}
      role="group"
      aria-label={`Query ${query.letter}`}
    >
      <button
        type="button"
        class="metrics-letter"
        aria-pressed={!query.off}
        title={query.off ? 'Switched off; click to draw it' : 'Drawn; click to switch it off'}
        onClick={() => onChange({ ...query, off: !query.off })}
      >
        {query.letter}
      </button>
      {query.formula || !query.name ? (
        <FormulaField key={query.letter} query={query} onChange={onChange} />
      ) : (
        <>
          <bdi class="metrics-metric" title={metric?.description}>
            {query.name}
          </bdi>
          {metric && <span class="note">{kindAndUnit(metric)}</span>}
          <Select
            label={`How ${query.letter} is read`}
            value={query.aggregation || (metric ? usual(metric) : '')}
            options={readings(kind, query.aggregation)}
            onChange={(aggregation) =>
              onChange({ ...query, aggregation: metric && aggregation === usual(metric) ? '' : aggregation })
            }
          />
          {query.aggregation !== 'heatmap' && <Groups query={query} labels={labels} onChange={onChange} />}
          <Where query={query} range={range} onChange={(where) => onChange({ ...query, where })} />
          {query.groupBy.length > 0 && query.aggregation !== 'heatmap' && (
            <span class="metrics-top">
              <Select
                label={`How many lines of ${query.letter}`}
                value={String(query.top)}
                options={[...new Set([...TOPS, query.top])]
                  .sort((a, b) => a - b)
                  .map((n) => ({ value: String(n), label: `top ${String(n)}` }))}
                onChange={(top) => onChange({ ...query, top: Number(top) })}
              />
              {more !== undefined && <span class="note">of {more}</span>}
            </span>
          )}
        </>
      )}
      <Menu
        class="metrics-more"
        label={`More for query ${query.letter}`}
        actions={[
          {
            label: 'Copy the address of its data',
            disabled: !query.name,
            onPick: () => void copied(dataAddress(query, range)),
          },
          {
            label: 'Add to a dashboard',
            disabled: !query.name,
            onPick: () => setAdding(true),
          },
          { label: 'Duplicate', onPick: onCopy },
          { label: 'Remove', onPick: onRemove },
        ]}
      />
      {adding && <AddToDashboard query={query} onClose={() => setAdding(false)} />}
      {problem && (
        <p class="metrics-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** The address of a query's data, for other programs. */
export function dataAddress(query: MetricQuery, range: Range): string {
  const path = query.aggregation === 'heatmap' ? '/sonde/metrics/heatmap' : '/sonde/metrics/series';
  return location.origin + address(path, { ...paramsOf(query), ...range.params });
}

function useLabels(query: MetricQuery, range: Range): Load<Labels> {
  const params = { name: query.name, kind: query.kind, ...range.params };
  return useLoad(query.name ? JSON.stringify(params) : '', (signal) => get('/sonde/metrics/labels', params, signal));
}

function Groups({
  query,
  labels,
  onChange,
}: {
  query: MetricQuery;
  labels: Load<Labels>;
  onChange: Props['onChange'];
}) {
  const known = labels.data?.labels ?? [];
  const free = known.filter((label) => !query.groupBy.includes(label.name));
  return (
    <span class="metrics-groups">
      {query.groupBy.map((name) => (
        <Chip
          key={name}
          title="Makes a line for each value"
          onRemove={() => onChange({ ...query, groupBy: query.groupBy.filter((one) => one !== name) })}
        >
          <span class="dim">by </span>
          <bdi>{name === '*' ? 'every series' : name}</bdi>
        </Chip>
      ))}
      {!query.groupBy.includes('*') && (
        <Select
          label={`Group ${query.letter} by`}
          value=""
          options={[
            { value: '', label: query.groupBy.length ? '+ by' : 'by …' },
            ...free.map((label) => ({ value: label.name, label: `${label.name} (${String(label.distinct)})` })),
            { value: '*', label: 'every series' },
          ]}
          onChange={(name) => name && onChange({ ...query, groupBy: name === '*' ? ['*'] : [...query.groupBy, name] })}
        />
      )}
    </span>
  );
}

function FormulaField({ query, onChange }: { query: MetricQuery; onChange: Props['onChange'] }) {
  const [text, setText] = useState(query.formula);
  const commit = (): void => {
    if (text.trim() !== query.formula) onChange({ ...query, formula: text.trim() });
  };
  return (
    <form
      class="metrics-formula"
      onSubmit={(event) => {
        event.preventDefault();
        commit();
      }}
    >
      <input
        class="input mono"
        value={text}
        aria-label={`Formula of ${query.letter}`}
        placeholder="Choose a metric at the left, or write a formula: A / B * 100"
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={commit}
      />
      <Button type="submit" kind="quiet" icon="check" label="Calculate" />
    </form>
  );
}

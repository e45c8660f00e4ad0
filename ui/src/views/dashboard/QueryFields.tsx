/* The fields of each kind of query. */
import { useId } from 'preact/hooks';
import { get } from '../../api/client';
import { Select } from '../../parts/Button';
import { SqlEditor } from '../../parts/sql/SqlEditor';
import { useLoad } from '../../state/load';
import type { BoardPanel, PanelQuery, QueryOf } from './board';

type Change = (query: PanelQuery) => void;

const MEASURES = [
  { value: 'rate', label: 'rate' },
  { value: 'errors', label: 'errors a second' },
  { value: 'error_ratio', label: 'share of errors' },
  { value: 'avg', label: 'mean duration' },
  { value: 'p50', label: 'p50' },
  { value: 'p95', label: 'p95' },
  { value: 'p99', label: 'p99' },
] as const;
const GROUPS = ['service', 'operation', 'kind'] as const;

export function QueryFields({ panel, onChange }: { panel: BoardPanel; onChange: Change }) {
  const { query } = panel;
  switch (query.kind) {
    case 'metric':
      return <MetricFields query={query} onChange={onChange} />;
    case 'sql':
      return (
        <SqlEditor label="SQL" value={query.query} rows={12} onChange={(text) => onChange({ ...query, query: text })} />
      );
    case 'traces':
      return <TracesFields query={query} listed={panel.kind === 'traces'} onChange={onChange} />;
    case 'logs':
      return <LogsFields query={query} onChange={onChange} />;
    case 'text':
      return (
        <label>
          Text
          <textarea
            class="input"
            rows={12}
            value={query.text}
            onInput={(event) => onChange({ ...query, text: event.currentTarget.value })}
          />
        </label>
      );
  }
}

function MetricFields({ query, onChange }: { query: QueryOf<'metric'>; onChange: Change }) {
  const id = useId();
  const known = useLoad('metrics', (signal) => get('/sonde/metrics', { limit: 1000 }, signal));
  return (
    <>
      <Line label="Metric" value={query.name} list={id} onChange={(name) => name && onChange({ ...query, name })} />
      <datalist id={id}>
        {[...new Set(known.data?.metrics.map((one) => one.name))].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Line
        label="Aggregation"
        value={query.aggregation}
        placeholder="the usual one; avg, rate, p95 …"
        onChange={(aggregation) => onChange({ ...query, aggregation })}
      />
      <Line
        label="Lines by"
        value={query.group_by.join(', ')}
        placeholder="service, http.route"
        onChange={(text) => onChange({ ...query, group_by: separated(text) })}
      />
      <Filters query={query} onChange={onChange} />
    </>
  );
}

function TracesFields({ query, listed, onChange }: { query: QueryOf<'traces'>; listed: boolean; onChange: Change }) {
  return (
    <>
      {!listed && (
        <>
          <Select
            showLabel
            label="Measure"
            value={query.measure}
            options={MEASURES}
            onChange={(measure) => onChange({ ...query, measure })}
          />
          <fieldset class="board-checks">
            <legend>Lines by</legend>
            {GROUPS.map((name) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={query.group_by.includes(name)}
                  onChange={(event) =>
                    onChange({
                      ...query,
                      group_by: GROUPS.filter((one) =>
                        one === name ? event.currentTarget.checked : query.group_by.includes(one),
                      ),
                    })
                  }
                />
                {name}
              </label>
            ))}
          </fieldset>
        </>
      )}
      <Line label="Operation" value={query.operation} onChange={(operation) => onChange({ ...query, operation })} />
      {listed && (
        <>
          <Select
            showLabel
            label="Status"
            value={query.status}
            options={[
              { value: '', label: 'any' },
              { value: 'error', label: 'error' },
              { value: 'ok', label: 'ok' },
            ]}
            onChange={(status) => onChange({ ...query, status })}
          />
          <Line
            label="At least"
            value={query.min_duration}
            placeholder="250ms"
            onChange={(min_duration) => onChange({ ...query, min_duration })}
          />
        </>
      )}
      <Filters query={query} onChange={onChange} />
    </>
  );
}

function LogsFields({ query, onChange }: { query: QueryOf<'logs'>; onChange: Change }) {
  return (
    <>
      <Line
        label="Text"
        value={query.text}
        placeholder='"connection refused" -health'
        onChange={(text) => onChange({ ...query, text })}
      />
      <Select
        showLabel
        label="At least"
        value={query.severity}
        options={['', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].map((value) => ({
          value,
          label: value || 'any severity',
        }))}
        onChange={(severity) => onChange({ ...query, severity })}
      />
      <Filters query={query} onChange={onChange} />
    </>
  );
}

/** Service and conditions, which three kinds have. */
function Filters({ query, onChange }: { query: QueryOf<'metric' | 'traces' | 'logs'>; onChange: Change }) {
  return (
    <>
      <Line
        label="Service"
        value={query.service}
        placeholder="all, or $service"
        onChange={(service) => onChange({ ...query, service })}
      />
      <label>
        Conditions, one a line
        <textarea
          class="input"
          rows={3}
          value={query.where.join('\n')}
          placeholder="http.route=$route"
          onChange={(event) =>
            onChange({ ...query, where: event.currentTarget.value.split('\n').filter((line) => line.trim() !== '') })
          }
        />
      </label>
    </>
  );
}

interface LineProps {
  label: string;
  value: string;
  placeholder?: string;
  list?: string;
  onChange: (value: string) => void;
}

/** A field that takes effect when it is left or Enter is pressed, so that half a word asks nothing. */
function Line({ label, value, placeholder, list, onChange }: LineProps) {
  return (
    <label>
      {label}
      <input
        class="input"
        value={value}
        placeholder={placeholder}
        list={list}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
    </label>
  );
}

const separated = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

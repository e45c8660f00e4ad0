/* What the records of a selection carry: a click on a value asks for it, a click with alt leaves it out. */
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { components } from '../../api/schema';
import { count, percent } from '../../format';
import { Button } from '../../parts/Button';
import { Icon } from '../../parts/Icon';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import type { Range } from '../../state/range';
import { type Asked, canNarrow, type Facet, narrow } from './asked';
import { toggled, useColumns } from './columns';
import { visible } from './text';

type LogField = components['schemas']['LogFieldModel'];

const GROUPS = [
  ['field', 'Record'],
  ['record', 'Attributes'],
  ['resource', 'Resource'],
] as const;

export function Fields({ asked, range }: { asked: Asked; range: Range }) {
  const [find, setFind] = useState('');
  const state = useLoad(asked.isBad ? '' : JSON.stringify([asked.conditions, range.params]), (signal) =>
    get('/sonde/logs/fields', { ...asked.conditions, ...range.params, limit: 200, values: 10 }, signal),
  );
  if (state.error?.status === 400) return null; // told of where the records stand
  return (
    <div class="logs-fields">
      <input
        class="input"
        type="search"
        placeholder="Find a field"
        aria-label="Find a field"
        value={find}
        onInput={(event) => setFind(event.currentTarget.value)}
      />
      <Loaded state={state} skeleton={<Skeleton height={480} />}>
        {(data) => (
          <>
            {GROUPS.map(([level, title]) => {
              const found = data.fields.filter(
                (one) => one.level === level && one.name.toLowerCase().includes(find.toLowerCase()),
              );
              if (found.length === 0) return null;
              return (
                <section key={level} aria-label={title}>
                  <h3>{title}</h3>
                  {found.map((one) => (
                    <Field
                      key={one.name}
                      field={one}
                      q={asked.q}
                      opened={level === 'field' || (find !== '' && found.length < 3)}
                    />
                  ))}
                </section>
              );
            })}
            {data.sampled && (
              <p class="note">
                Counted in {count(data.looked_at)} of {count(data.total)} records.
              </p>
            )}
            {data.truncated && <p class="note">There are more fields; ask for fewer records to see them.</p>}
            {data.total > 0 && <p class="note">Click a value for only these records, Alt+click to leave them out.</p>}
          </>
        )}
      </Loaded>
    </div>
  );
}

function Field({ field, q, opened }: { field: LogField; q: string; opened: boolean }) {
  const [columns, setColumns] = useColumns();
  const column = field.level === 'resource' ? `resource.${field.name}` : field.name;
  const isShown = columns.includes(column);
  return (
    <details class="logs-field" open={opened}>
      <summary>
        <span class="logs-field-name clip" title={field.name}>
          <bdi>{visible(field.name.slice(0, 200)) || '(empty key)'}</bdi>
        </span>
        <span class="dim">{field.coverage < 1 ? percent(field.coverage) : ''}</span>
      </summary>
      {!['service', 'severity'].includes(column) && (
        <Button kind="quiet" icon="columns" pressed={isShown} onClick={() => setColumns(toggled(columns, column))}>
          {isShown ? 'Hide column' : 'Show as column'}
        </Button>
      )}
      <ul>
        {field.values.map((one) => (
          <Value key={one.value} field={field} value={one} q={q} />
        ))}
      </ul>
      {field.distinct > field.values.length && (
        <p class="note">{count(field.distinct - field.values.length)} other values</p>
      )}
    </details>
  );
}

function Value({ field, value, q }: { field: LogField; value: LogField['values'][number]; q: string }) {
  const facet = { name: field.name, level: field.level, value: value.value } as Facet;
  const share = value.count / Math.max(1, field.count);
  const shown = `${visible(value.value)}${value.cut ? '…' : ''}` || '(empty)';
  return (
    <li>
      <button
        type="button"
        class="logs-value"
        disabled={value.cut || !canNarrow(facet, false)}
        title={value.cut ? 'Too long for a condition' : `${field.name} = ${shown}`}
        onClick={(event) => narrow(q, facet, event.altKey && canNarrow(facet, true))}
      >
        <span class="logs-value-bar" style={{ width: `${share * 100}%` }} aria-hidden="true" />
        <span class="clip">
          <bdi>{shown}</bdi>
        </span>
        <span class="dim">{count(value.count)}</span>
      </button>
      <button
        type="button"
        class="logs-value-out"
        aria-label={`Without ${field.name} = ${shown}`}
        title="Leave these out"
        disabled={value.cut || !canNarrow(facet, true)}
        onClick={() => narrow(q, facet, true)}
      >
        <Icon name="minus" size={10} />
      </button>
    </li>
  );
}

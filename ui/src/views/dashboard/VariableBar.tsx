/* What can be chosen above the panels; the choice stands in the address. */
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import { useLoad } from '../../state/load';
import { setParams, useQuery } from '../../state/url';
import type { Variable } from './board';
import { type Chosen, packed, unpacked } from './variables';

const PREFIX = 'v.';

/** What is chosen: the address's, else each variable's default. */
export function useChosen(variables: readonly Variable[]): Chosen {
  const query = useQuery();
  return Object.fromEntries(variables.map((one) => [one.name, unpacked(query.get(PREFIX + one.name) ?? one.default)]));
}

export function VariableBar({ variables, chosen }: { variables: readonly Variable[]; chosen: Chosen }) {
  if (variables.length === 0) return null;
  return (
    <div class="board-variables" role="group" aria-label="Variables">
      {variables.map((one) => (
        <Choice key={one.name} variable={one} values={chosen[one.name] ?? []} />
      ))}
    </div>
  );
}

function Choice({ variable, values }: { variable: Variable; values: readonly string[] }) {
  const set = (next: readonly string[]) => {
    const text = packed(next);
    setParams({ [PREFIX + variable.name]: text === variable.default ? null : text });
  };
  if (variable.kind === 'text') return <Typed variable={variable} values={values} onChange={set} />;
  return <Picked variable={variable} values={values} onChange={set} />;
}

interface ChoiceProps {
  variable: Variable;
  values: readonly string[];
  onChange: (values: readonly string[]) => void;
}

function Typed({ variable, values, onChange }: ChoiceProps) {
  const [text, setText] = useState<string | null>(null);
  return (
    <label class="labelled">
      <span>{variable.name}</span>
      <input
        class="input"
        value={text ?? values.join(',')}
        placeholder="all"
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          setText(null);
          onChange(typed === '' ? [] : variable.multi ? typed.split(',').map((one) => one.trim()) : [typed]);
        }}
      />
    </label>
  );
}

function Picked({ variable, values, onChange }: ChoiceProps) {
  const known = useLoad(`variable ${JSON.stringify([variable.kind, variable.key, variable.options])}`, (signal) =>
    offered(variable, signal),
  );
  const options = [...new Set([...values, ...(known.data ?? [])])];
  if (!variable.multi)
    return (
      <label class="labelled">
        <span>{variable.name}</span>
        <select
          class="select"
          value={values[0] ?? ''}
          onChange={(event) => onChange(listed(event.currentTarget.value))}
        >
          <option value="">all</option>
          {options.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
    );
  return (
    <details class="board-many">
      <summary class="select">
        {variable.name}: <bdi>{values.join(', ') || 'all'}</bdi>
      </summary>
      <fieldset>
        <legend class="visually-hidden">{variable.name}</legend>
        {options.map((one) => (
          <label key={one}>
            <input
              type="checkbox"
              checked={values.includes(one)}
              onChange={(event) =>
                onChange(event.currentTarget.checked ? [...values, one] : values.filter((other) => other !== one))
              }
            />
            <bdi>{one}</bdi>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

const listed = (value: string) => (value === '' ? [] : [value]);

async function offered(variable: Variable, signal: AbortSignal): Promise<string[]> {
  if (variable.kind === 'list') return variable.options;
  const key = variable.kind === 'service' ? 'service.name' : variable.key;
  const found = await get('/sonde/attributes/values', { key, limit: 200 }, signal);
  return found.values.map((one) => one.value).sort();
}

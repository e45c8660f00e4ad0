/* A record's attributes: each can be asked for, left out, made a column, and copied. */
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { toggled, useColumns } from './columns';
import { type Facet, narrow } from './asked';
import { visible } from './text';

interface Props {
  title: string;
  level: 'record' | 'resource';
  values: Record<string, unknown>;
  dropped: number;
  q: string;
}

const SHOWN_CHARACTERS = 4000;
const LONGEST_CONDITION = 500;

export function Attributes({ title, level, values, dropped, q }: Props) {
  const names = Object.keys(values).sort();
  if (names.length === 0 && !dropped) return null;
  return (
    <section class="logs-attributes" aria-label={title}>
      <h3>
        {title}
        {dropped > 0 && <span class="note"> {dropped} more were dropped by the sender</span>}
      </h3>
      <table>
        <tbody>
          {names.map((name) => (
            <Attribute key={name} name={name} level={level} value={values[name]} q={q} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Attribute({
  name,
  level,
  value,
  q,
}: {
  name: string;
  level: 'record' | 'resource';
  value: unknown;
  q: string;
}) {
  const [columns, setColumns] = useColumns();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isSimple = typeof value !== 'object' && text.length <= LONGEST_CONDITION;
  const facet: Facet = { name, level, value: text };
  const column = level === 'resource' ? `resource.${name}` : name;
  return (
    <tr>
      <th scope="row">
        <bdi>{visible(name)}</bdi>
      </th>
      <td class={`mono ${typeof value === 'string' ? '' : 'is-typed'}`}>
        <bdi>{visible(text.slice(0, SHOWN_CHARACTERS))}</bdi>
        {text.length > SHOWN_CHARACTERS && <span class="dim"> … {text.length.toLocaleString('en')} characters</span>}
      </td>
      <td class="logs-attribute-actions">
        <Button
          kind="quiet"
          icon="plus"
          label={`Only ${name} = this`}
          disabled={!isSimple}
          onClick={() => narrow(q, facet, false)}
        />
        <Button
          kind="quiet"
          icon="minus"
          label={`Without ${name} = this`}
          disabled={!isSimple}
          onClick={() => narrow(q, facet, true)}
        />
        <Button
          kind="quiet"
          icon="columns"
          label={`${columns.includes(column) ? 'Remove' : 'Show'} column ${name}`}
          pressed={columns.includes(column)}
          onClick={() => setColumns(toggled(columns, column))}
        />
        <CopyButton text={text} label={`Copy ${name}`} />
      </td>
    </tr>
  );
}

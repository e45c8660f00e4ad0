/* Attributes: each can be copied, and made a condition for finding traces. */
import type { Attributes, Value } from '../../../api/outline';
import { copied } from '../../../parts/CopyButton';
import { Menu } from '../../../parts/Menu';
import { attributeTerm } from '../../../parts/querybar/grammar';
import { hrefWith, navigate } from '../../../state/url';
import { Shown } from './Shown';
import { filtered, textOf, visible } from './text';

interface Props {
  attributes: Attributes;
  filter: string;
  /** Where they are, for searching: `resource`, `scope`, `event`; empty for the span itself. */
  level?: 'resource' | 'scope' | 'event' | '';
  /** Without menus: of what cannot be searched. */
  plain?: boolean;
}

const LONGEST_CONDITION = 500;

export function AttributeTable({ attributes, filter, level = '', plain = false }: Props) {
  const rows = filtered(attributes, filter);
  if (rows.length === 0) return null;
  return (
    <table class="attributes">
      <tbody>
        {rows.map(([key, value]) => (
          <tr key={key}>
            <th scope="row">
              <bdi>{visible(key)}</bdi>
            </th>
            <td>
              <Shown value={value} />
            </td>
            <td class="attributes-menu">{!plain && <Actions name={key} value={value} level={level} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Actions({ name, value, level }: { name: string; value: Value; level: string }) {
  const text = textOf(value);
  const search = (op: '=' | '!=') => () => navigate(hrefWith('/traces', { q: attributeTerm(name, op, text, level) }));
  const long = text.length > LONGEST_CONDITION || (typeof value === 'object' && value !== null);
  return (
    <Menu
      label={`Actions for ${name.slice(0, 80)}`}
      actions={[
        { label: 'Copy value', onPick: () => void copied(text) },
        { label: 'Copy key', onPick: () => void copied(name) },
        { label: 'Find traces like this', onPick: search('='), disabled: long },
        { label: 'Find traces without this value', onPick: search('!='), disabled: long },
        {
          label: 'Find traces that have this key',
          onPick: () => navigate(hrefWith('/traces', { q: attributeTerm(name, 'has', '', level) })),
        },
      ]}
    />
  );
}

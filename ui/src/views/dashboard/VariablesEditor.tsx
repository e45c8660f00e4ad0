/* The variables of a board, while one edits it. */
import { Button, Select } from '../../parts/Button';
import { Drawer } from '../../parts/Dialog';
import type { Board, Variable } from './board';

const KINDS = [
  { value: 'service', label: 'services' },
  { value: 'attribute', label: 'an attribute’s values' },
  { value: 'list', label: 'a list' },
  { value: 'text', label: 'what is typed' },
] as const;

interface Props {
  board: Board;
  onChange: (board: Board) => void;
  onClose: () => void;
}

export function VariablesEditor({ board, onChange, onClose }: Props) {
  const set = (variables: Variable[]) => onChange({ ...board, variables });
  const change = (index: number, changes: Partial<Variable>) =>
    set(board.variables.map((one, at) => (at === index ? { ...one, ...changes } : one)));
  const add = () => {
    let number = board.variables.length + 1;
    const taken = new Set(board.variables.map((one) => one.name));
    const name = taken.has('service') ? () => `variable${number++}` : () => 'service';
    let free = name();
    while (taken.has(free)) free = `variable${number++}`;
    set([...board.variables, { name: free, kind: 'service', key: '', options: [], default: '', multi: false }]);
  };
  return (
    <Drawer title="Variables" onClose={onClose} class="board-drawer">
      <p class="dim">
        <code>$name</code> stands for what is chosen in filters and titles; in SQL it is <code>{'{name:String}'}</code>{' '}
        or <code>{'{name:Array(String)}'}</code>.
      </p>
      {board.variables.map((one, index) => (
        <fieldset key={index} class="board-form">
          <legend>${one.name}</legend>
          <label>
            Name
            <input
              class="input"
              value={one.name}
              pattern="[A-Za-z_][A-Za-z0-9_]*"
              onChange={(event) => change(index, { name: event.currentTarget.value.replace(/\W/g, '_') })}
            />
          </label>
          <Select
            showLabel
            label="Values from"
            value={one.kind}
            options={KINDS}
            onChange={(kind) => change(index, { kind, ...(kind === 'attribute' && !one.key && { key: 'http.route' }) })}
          />
          {one.kind === 'attribute' && (
            <label>
              Attribute
              <input
                class="input"
                value={one.key}
                onChange={(event) => change(index, { key: event.currentTarget.value || 'http.route' })}
              />
            </label>
          )}
          {one.kind === 'list' && (
            <label>
              Values, one a line
              <textarea
                class="input"
                rows={4}
                value={one.options.join('\n')}
                onChange={(event) =>
                  change(index, { options: event.currentTarget.value.split('\n').filter((line) => line !== '') })
                }
              />
            </label>
          )}
          <label>
            At first
            <input
              class="input"
              placeholder="all"
              value={one.default}
              onChange={(event) => change(index, { default: event.currentTarget.value })}
            />
          </label>
          <label class="board-check">
            <input
              type="checkbox"
              checked={one.multi}
              onChange={(event) => change(index, { multi: event.currentTarget.checked })}
            />
            Several at once
          </label>
          <Button kind="quiet" icon="trash" onClick={() => set(board.variables.filter((_, at) => at !== index))}>
            Remove
          </Button>
        </fieldset>
      ))}
      <Button icon="plus" onClick={add}>
        Add a variable
      </Button>
    </Drawer>
  );
}

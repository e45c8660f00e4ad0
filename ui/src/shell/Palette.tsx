/* The command palette: every view, every service, every action of the page, and any trace by its id. */
import { useMemo, useState } from 'preact/hooks';
import { get } from '../api/client';
import { registered } from '../keys/keys';
import { Dialog } from '../parts/Dialog';
import { Icon, type IconName } from '../parts/Icon';
import { useLoad } from '../state/load';
import { useRange } from '../state/range';
import { NAVIGATION } from '../state/routes';
import { hrefWith, navigate } from '../state/url';
import { ranked } from './rank';
import { shownKey } from './KeySheet';

interface Command {
  label: string;
  note: string;
  icon: IconName;
  run: () => void;
}

const MOST = 50;

export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const range = useRange();
  const services = useLoad('palette services', (signal) =>
    get('/sonde/services', { start: range.params.start }, signal),
  );
  const names = services.data?.services.map((one) => one.name) ?? [];
  const commands = useMemo(() => all(names), [names.join('\n')]);
  const shown = [...named(text), ...ranked(text, commands, (one) => one.label)].slice(0, MOST);
  const at = Math.min(cursor, shown.length - 1);

  const pick = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const pressed = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) setCursor((at + by + shown.length) % Math.max(1, shown.length));
    else if (event.key === 'Enter') pick(shown[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        class="input palette-field"
        role="combobox"
        aria-label="Go to a view, a service, a trace, or do something"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={shown.length ? `palette-${at}` : undefined}
        placeholder="A view, a service, a trace id, or an action"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setCursor(0);
        }}
        onKeyDown={pressed}
        autoFocus
      />
      <div class="palette-list" id="palette-list" role="listbox" aria-label="Choices">
        {shown.map((one, index) => (
          <div
            key={`${one.note} ${one.label}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => setCursor(index)}
            onClick={() => pick(one)}
          >
            <Icon name={one.icon} />
            <bdi class="clip">{one.label}</bdi>
            <span class="note">{one.note}</span>
          </div>
        ))}
        {shown.length === 0 && <p class="empty">Nothing is called that. A trace id has 32 hexadecimal digits.</p>}
      </div>
    </Dialog>
  );
}

function all(services: string[]): Command[] {
  const views = NAVIGATION.map<Command>((route) => ({
    label: route.title,
    note: `g ${route.key}`,
    icon: route.icon ?? 'right',
    run: () => navigate(hrefWith(route.path)),
  }));
  const actions = registered().flatMap((group) =>
    group.bindings
      .filter((one) => one.palette && (one.when?.() ?? true))
      .map<Command>((one) => ({
        label: one.does,
        note: shownKey(one.keys),
        icon: 'right',
        run: () => one.run(new KeyboardEvent('keydown')),
      })),
  );
  const known = services.map<Command>((name) => ({
    label: name,
    note: 'service',
    icon: 'services',
    run: () => navigate(hrefWith(`/service/${encodeURIComponent(name)}`)),
  }));
  return [...views, ...known, ...actions];
}

/** What a text names by itself: a trace. */
function named(text: string): Command[] {
  const id = text.trim().toLowerCase();
  if (!/^[0-9a-f]{16,32}$/.test(id)) return [];
  return [{ label: id, note: 'trace', icon: 'traces', run: () => navigate(hrefWith(`/trace/${id}`)) }];
}

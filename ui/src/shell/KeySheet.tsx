/* All keys that do something on the page that is shown. */
import { registered } from '../keys/keys';
import { Dialog } from '../parts/Dialog';

export function KeySheet({ onClose }: { onClose: () => void }) {
  const groups = new Map<string, { keys: string; does: string }[]>();
  for (const { name, bindings } of registered()) groups.set(name, [...(groups.get(name) ?? []), ...bindings]);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="sheet">
        {[...groups].map(([name, bindings]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {bindings.map((one) => (
                <div key={one.keys} style={{ display: 'contents' }}>
                  <dt>
                    {one.keys.split(' ').map((key) => (
                      <kbd key={key}>{shownKey(key)}</kbd>
                    ))}
                  </dt>
                  <dd>{one.does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** `mod+k` as the keyboard has it. */
export function shownKey(keys: string): string {
  const mac = /Mac/.test(navigator.platform);
  return keys
    .replace('mod', mac ? '⌘' : 'Ctrl')
    .replace('shift', '⇧')
    .replace('alt', mac ? '⌥' : 'Alt')
    .replace(/Arrow(Up|Down|Left|Right)/, (_, way: string) => ({ Up: '↑', Down: '↓', Left: '←', Right: '→' })[way]!)
    .replaceAll('+', ' ');
}

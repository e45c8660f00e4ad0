/* The grammar on a card: an example of each kind of condition, to take and change. */
import { FIELDS, type Signal } from './grammar';

const MORE: readonly [string, string, readonly Signal[]][] = [
  ['http.route=/cart', 'an attribute; also != > >= < <=', ['traces', 'logs', 'metrics']],
  ['http.route=~^/api', 'matches a regular expression (RE2); !~ does not', ['traces', 'logs', 'metrics']],
  ['resource.host.name=web-1', 'an attribute of one level', ['traces', 'logs', 'metrics']],
  ['event.exception.type=IOError', 'an attribute of an event', ['traces']],
  ['has:user.id', 'the attribute is there; -has: it is not', ['traces', 'logs', 'metrics']],
  ['timeout "card declined"', 'text, in any case, anywhere', ['traces', 'logs']],
  ['-health', 'without this text', ['traces', 'logs']],
  ['~status:error', 'a ~ before a condition switches it off', ['traces']],
];

export function GrammarHelp({ signal, onTry }: { signal: Signal; onTry: (example: string) => void }) {
  const fields = FIELDS.filter((field) => field.signals.includes(signal)).map(
    (field) => [field.example, field.says] as const,
  );
  const more = MORE.filter(([, , signals]) => signals.includes(signal)).map(
    ([example, says]) => [example, says] as const,
  );
  return (
    <div class="qb-help" role="dialog" aria-label="How to write a search">
      <p>Conditions stand side by side, and all must hold{signal === 'traces' ? ' for one span of the trace' : ''}.</p>
      <table>
        <tbody>
          {[...fields, ...more].map(([example, says]) => (
            <tr key={example}>
              <td>
                <button type="button" class="qb-example" onClick={() => onTry(example)}>
                  {example}
                </button>
              </td>
              <td>{says}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="qb-keys">
        <kbd>↓</kbd> <kbd>↑</kbd> choose · <kbd>Tab</kbd> completes · <kbd>Enter</kbd> asks · <kbd>Backspace</kbd> takes
        the last chip back · on a chip: <kbd>−</kbd> opposite, <kbd>~</kbd> off, <kbd>Delete</kbd> removes
      </p>
    </div>
  );
}

/* What the typed text may go on to: which word is being typed, and what the bar itself knows to offer. */
import { FIELDS, fieldNamed, print, printed, type Op, type Signal } from './grammar';

export type SuggestionKind = 'trace' | 'field' | 'service' | 'operation' | 'key' | 'value' | 'recent';

export interface Suggestion {
  kind: SuggestionKind;
  label: string;
  /** What stands in the draft when it is taken. */
  insert: string;
  /** Whether that is a whole term. */
  whole: boolean;
  count?: number;
  says?: string;
}

/** What is being typed. */
export interface Typing {
  /** All before the last word, with its space. */
  before: string;
  /** `~` and `-` before the word. */
  sign: string;
  /** The name whose value is being typed; empty while the name is. */
  key: string;
  op: string;
  text: string;
}

const WORD = /(?:"(?:[^"\\]|\\.)*"?|\S)*$/;
const PARTS = /^("(?:[^"\\]|\\.)*"|[^\s":=<>!~]+)(:(?=[<>])?|!=|!~|>=|<=|=~|=|>|<)([\s\S]*)$/;
const LENGTHS = ['10ms', '100ms', '250ms', '500ms', '1s', '5s', '30s'];

/** The word at the end of a draft, taken apart. */
export function typing(draft: string): Typing {
  const word = WORD.exec(draft)![0];
  const before = draft.slice(0, draft.length - word.length);
  const sign = /^~?-?/.exec(word)![0];
  const parts = PARTS.exec(word.slice(sign.length));
  if (!parts) return { before, sign, key: '', op: '', text: unquoted(word.slice(sign.length)) };
  return { before, sign, key: unquoted(parts[1]!), op: parts[2]!, text: unquoted(parts[3]!) };
}

const unquoted = (text: string) =>
  text.startsWith('"')
    ? text
        .slice(1)
        .replace(/"$/, '')
        .replace(/\\(["\\])/g, '$1')
    : text;

/** What the server is asked for while this is typed; undefined where the bar knows all there is. */
export function question(now: Typing): { key: string; text: string } | undefined {
  if (now.key === '') return { key: '', text: now.text };
  if (now.key.toLowerCase() === 'has') return { key: '', text: now.text };
  const field = fieldNamed(now.key);
  if (field)
    return field.name === 'service' || field.name === 'operation' ? { key: field.name, text: now.text } : undefined;
  return /^(?::|=|!=)$/.test(now.op) ? { key: now.key, text: now.text } : undefined;
}

/** What the bar offers of its own. */
export function offered(now: Typing, signal: Signal): Suggestion[] {
  return now.key === '' ? fields(now, signal) : knownValues(now);
}

function fields(now: Typing, signal: Signal): Suggestion[] {
  const wanted = now.text.toLowerCase();
  const known = FIELDS.filter((field) => field.signals.includes(signal) && field.name.startsWith(wanted)).map(
    (field) => {
      const op = field.ops.includes('=') ? ':' : field.ops[0]!;
      return suggestion('field', now, `${field.name}${op}`, false, field.says, `${field.name}${op}`);
    },
  );
  const has = suggestion('field', now, 'has:', false, 'an attribute is there; -has: it is not', 'has:');
  return 'has'.startsWith(wanted) ? [...known, has] : known;
}

function knownValues(now: Typing): Suggestion[] {
  const field = fieldNamed(now.key);
  const values = field?.values ?? (field?.noun === 'a length of time' ? LENGTHS : []);
  return values
    .filter((value) => value.startsWith(now.text.toLowerCase()))
    .map((value) => suggestion('value', now, `${now.key}${now.op}${value}`, true, undefined, value));
}

function suggestion(
  kind: SuggestionKind,
  now: Typing,
  text: string,
  isWhole: boolean,
  says: string | undefined,
  label: string,
): Suggestion {
  return { kind, label, insert: now.before + now.sign + text, whole: isWhole, ...(says ? { says } : {}) };
}

/** What the server found, as suggestions. */
export function answered(now: Typing, found: readonly { kind: string; text: string; count: number }[]): Suggestion[] {
  const has = now.key.toLowerCase() === 'has';
  return found.flatMap((one): Suggestion[] => {
    const base = { label: one.text, count: one.count };
    if (has) {
      const text = printed({ kind: 'attribute', field: one.text, op: 'has', value: '' });
      return one.kind === 'key' ? [{ ...base, kind: 'key', whole: true, insert: now.before + now.sign + text }] : [];
    }
    if (one.kind === 'key') {
      const text = printed({ kind: 'attribute', field: one.text, op: '=', value: 'x' }).slice(0, -1);
      return [{ ...base, kind: 'key', whole: false, insert: now.before + now.sign + text }];
    }
    return [
      { ...base, kind: one.kind as SuggestionKind, whole: true, insert: now.before + now.sign + valued(now, one) },
    ];
  });
}

function valued(now: Typing, one: { kind: string; text: string }): string {
  const op = (now.op === ':' || now.op === '' ? '=' : now.op) as Op;
  if (one.kind === 'value') return printed({ kind: 'attribute', field: now.key, op, value: one.text });
  return print([{ kind: 'field', field: one.kind, op, value: one.text }]);
}

/** The trace id that a text is; undefined where it is none. */
export function traceId(text: string): string | undefined {
  return /^(?:trace(?:_?id)?[:=])?"?([0-9a-f]{32})"?$/i.exec(text.trim())?.[1]?.toLowerCase();
}

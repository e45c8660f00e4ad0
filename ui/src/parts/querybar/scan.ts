/* From text to terms. Never fails: what cannot be understood becomes a term with a problem. */
import { fieldNamed, LEVEL, PLAIN_KEY, type Field, type Op, type Term } from './terms';

const OPERATOR = /^(?:!=|!~|>=|<=|=~|=|>|<)/;
const SPACE = /\s/;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** A value as it was read: whether it stood in quotes, and where the reading stopped. */
interface Read {
  value: string;
  quoted: boolean;
  open: boolean;
  end: number;
}

/** The terms of a query, in the order they were typed. */
export function parse(text: string): Term[] {
  const clean = text.replace(LONE_SURROGATE, '\ufffd');
  const terms: Term[] = [];
  let at = 0;
  while (at < clean.length) {
    if (SPACE.test(clean[at]!)) {
      at += 1;
      continue;
    }
    const term = termAt(clean, at);
    at = term.end;
    if (term.kind !== 'text' || term.value !== '' || term.problem) terms.push(term);
  }
  return terms;
}

function termAt(text: string, start: number): Term {
  let at = start;
  const off = text[at] === '~' && isWordAt(text, at + 1);
  if (off) at += 1;
  const negated = text[at] === '-' && isWordAt(text, at + 1);
  if (negated) at += 1;
  const read = text[at] === '"' ? quotedTerm(text, at, negated) : plainTerm(text, at, negated);
  return { ...read, off, start, raw: text.slice(start, read.end) };
}

type Body = Omit<Term, 'off' | 'start' | 'raw'>;

const isWordAt = (text: string, at: number) => at < text.length && !SPACE.test(text[at]!);

/** A term that begins with a quotation: a phrase, or an attribute whose key needs quotes. */
function quotedTerm(text: string, at: number, negated: boolean): Body {
  const phrase = quotation(text, at);
  const operator = phrase.open ? null : OPERATOR.exec(text.slice(phrase.end, phrase.end + 2));
  if (!operator || phrase.value === '') return textTerm(phrase, negated);
  const key = { field: phrase.value, literal: LEVEL.test(phrase.value) };
  return attribute(key, operator[0] as Op, valueAt(text, phrase.end + operator[0].length), negated);
}

/** A term that begins with a bare word. */
function plainTerm(text: string, at: number, negated: boolean): Body {
  const end = wordEnd(text, at);
  for (let i = at; i < end; i += 1) {
    const operator = OPERATOR.exec(text.slice(i, i + 2))?.[0] ?? (text[i] === ':' ? ':' : undefined);
    if (!operator) continue;
    const name = text.slice(at, i);
    const field = fieldNamed(name);
    const after = i + operator.length;
    if (name.toLowerCase() === 'has' && operator === ':') return presence(valueAt(text, after), negated);
    if (field) return fieldTerm(field, operator === ':' ? '=' : (operator as Op), text, after, negated);
    const isAddress = operator === ':' && (after >= end || text.startsWith('//', after));
    if (!PLAIN_KEY.test(name) || isAddress) break;
    const op = operator === ':' ? '=' : (operator as Op);
    return attribute({ field: name, literal: false }, op, valueAt(text, after), negated);
  }
  return textTerm({ value: text.slice(at, end), quoted: false, open: false, end }, negated);
}

function fieldTerm(field: Field, written: Op, text: string, after: number, negated: boolean): Body {
  // `duration:>250ms` is what people write who know other tools.
  const more = written === '=' ? OPERATOR.exec(text.slice(after, after + 2))?.[0] : undefined;
  const op = (more && field.ops.includes(more as Op) ? more : written) as Op;
  const read = valueAt(text, more && op === more ? after + more.length : after);
  const body = { kind: 'field', field: field.name, literal: false, ...signed(op, negated), ...ended(read) } as const;
  return body.problem
    ? body
    : { ...body, problem: fieldProblem(field, body.op, read.value, negated && op === body.op) };
}

function fieldProblem(field: Field, op: Op, value: string, unsigned: boolean) {
  if (value === '') return { message: `${field.name} needs a value; write ${field.example}` };
  if (unsigned || !field.ops.includes(op)) {
    const signs = field.ops.map((one) => (one === '=' ? ':' : one)).join(' or ');
    return {
      message: `${field.name} is asked with ${signs}${unsigned ? ' and without a minus' : ''}; write ${field.example}`,
    };
  }
  const known = field.accepts ? field.accepts(value) : !field.values || field.values.includes(value.toLowerCase());
  if (known || op === '=~' || op === '!~') return undefined;
  return {
    message: `${field.name}${op === '=' ? ':' : op}${value} is not ${field.noun}; write ${field.example}`,
    mend: field.example,
  };
}

function attribute(key: { field: string; literal: boolean }, op: Op, read: Read, negated: boolean): Body {
  const sign = signed(op, negated);
  const body = { kind: 'attribute', ...key, ...sign, ...ended(read) } as const;
  if (body.problem || !negated || sign.op !== op) return body;
  return { ...body, problem: { message: `-${key.field}${op}… cannot be turned round; write the opposite sign` } };
}

function presence(read: Read, negated: boolean): Body {
  const literal = read.quoted && LEVEL.test(read.value);
  const body: Body = {
    kind: 'attribute',
    field: read.value,
    literal,
    op: negated ? 'lacks' : 'has',
    ...ended({ ...read, value: '' }),
  };
  return read.value ? body : { ...body, problem: { message: 'has: needs a key; write has:user.id' } };
}

function textTerm(read: Read, negated: boolean): Body {
  return { kind: 'text', field: '', literal: false, op: negated ? '!=' : '=', ...ended(read) };
}

/** The operator with a minus before the term taken in. */
function signed(op: Op, negated: boolean): { op: Op } {
  const turned: Partial<Record<Op, Op>> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' };
  return { op: negated ? (turned[op] ?? op) : op };
}

function ended(read: Read): Pick<Body, 'value' | 'end' | 'problem'> {
  const { value, end } = read;
  return read.open
    ? { value, end, problem: { message: 'a quotation has no end; write a " after it' } }
    : { value, end };
}

function wordEnd(text: string, at: number): number {
  let end = at;
  while (isWordAt(text, end)) end += 1;
  return end;
}

function valueAt(text: string, at: number): Read {
  if (text[at] === '"') return quotation(text, at);
  const end = wordEnd(text, at);
  return { value: text.slice(at, end), quoted: false, open: false, end };
}

const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', n: '\n', t: '\t', r: '\r' };

/** A quotation from its first mark on. Backslashes escape marks, themselves, n, t, r, and u with four hexadecimal digits, and else stay. */
function quotation(text: string, from: number): Read {
  let value = '';
  let at = from + 1;
  while (at < text.length && text[at] !== '"') {
    const hex = /^\\u([0-9a-fA-F]{4})/.exec(text.slice(at, at + 6))?.[1];
    const escape = text[at] === '\\' ? ESCAPES[text[at + 1] ?? ''] : undefined;
    value += hex ? String.fromCharCode(parseInt(hex, 16)) : (escape ?? text[at]!);
    at += hex ? 6 : escape ? 2 : 1;
  }
  return {
    value: value.replace(LONE_SURROGATE, '\ufffd'),
    quoted: true,
    open: at >= text.length,
    end: Math.min(at + 1, text.length),
  };
}

/* From terms to text, in the one spelling that `parse` reads back as the same terms. */
import { parse } from './scan';
import { fieldNamed, LEVEL, PLAIN_KEY, type Op, type Term } from './terms';

/** What a term needs to be printed. */
export type Written = Pick<Term, 'kind' | 'field' | 'op' | 'value'> &
  Partial<Pick<Term, 'off' | 'literal' | 'raw' | 'problem'>>;

/** The query as text. Terms with a problem stay as they were typed. */
export function print(terms: readonly Written[]): string {
  return terms.map(printed).join(' ');
}

/** One term as text. */
export function printed(term: Written): string {
  if (term.problem && term.raw !== undefined) return closed(term.raw);
  return (term.off ? '~' : '') + body(term);
}

/** An open quotation would swallow the terms behind it. */
function closed(raw: string): string {
  const last = parse(raw + ' x');
  return last.length > 1 ? raw : `${raw}"`;
}

function body(term: Written): string {
  if (term.kind === 'text') return (term.op === '!=' ? '-' : '') + words(term.value);
  if (term.op === 'has' || term.op === 'lacks') return `${term.op === 'has' ? '' : '-'}has:${presentKey(term)}`;
  if (term.kind === 'field') return `${term.field}${term.op === '=' ? ':' : term.op}${valued(term.value)}`;
  return `${keyed(term)}${term.op}${valued(term.value)}`;
}

function presentKey(term: Written): string {
  return term.literal ? quoted(term.field) : valued(term.field);
}

function keyed(term: Written): string {
  const needsQuotes = term.literal || !PLAIN_KEY.test(term.field) || fieldNamed(term.field) || isHas(term.field);
  return needsQuotes ? quoted(term.field) : term.field;
}

const isHas = (key: string) => key.toLowerCase() === 'has';

/** A value, quoted where it must be. */
function valued(value: string): string {
  return value === '' || /[\s\p{Cc}]|^["=~<>!:]/u.test(value) ? quoted(value) : value;
}

/** Words of free text: bare where they read back as the same text. */
function words(text: string): string {
  if (/[\s\p{Cc}"\\]/u.test(text)) return quoted(text);
  const back = parse(text);
  return back.length === 1 && back[0]!.kind === 'text' && back[0]!.op === '=' && !back[0]!.off ? text : quoted(text);
}

function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/**
 * One condition as text, quoted where it needs to be: `term('service', '=', 'checkout')`, `term('http.route', '=', '/cart')`,
 * `term('duration', '>', '250ms')`, `term('user.id', 'has')`, and free text as `term('', '=', 'card declined')`.
 */
export function term(field: string, op: Op, value = ''): string {
  if (field === '') return printed({ kind: 'text', field: '', op, value });
  const known = fieldNamed(field);
  return known && op !== 'has' && op !== 'lacks'
    ? printed({ kind: 'field', field: known.name, op, value })
    : attributeTerm(field, op, value);
}

/** As `term`, of an attribute even where its key is also a field's name. */
export function attributeTerm(key: string, op: Op, value = '', level = ''): string {
  const literal = level === '' && LEVEL.test(key);
  return printed({ kind: 'attribute', field: level ? `${level}.${key}` : key, op, value, literal });
}

/** A query with one more condition; as it was where it has that condition already. */
export function withTerm(query: string, added: string): string {
  const terms = print(parse(query));
  const known = new Set(parse(query).map((one) => printed(one)));
  return known.has(added) ? terms : [terms, added].filter(Boolean).join(' ');
}

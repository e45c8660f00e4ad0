/* What could stand at the caret of a statement: tables after FROM, columns of the tables it names, functions, keywords. */
import { KEYWORDS, type Piece, pieces } from './lexer';

export interface SchemaColumn {
  name: string;
  type: string;
  comment: string;
  is_computed?: boolean;
}
export interface SchemaTable {
  name: string;
  comment: string;
  columns: readonly SchemaColumn[];
}
export interface Schema {
  tables: readonly SchemaTable[];
  functions: readonly string[];
}

export interface Offer {
  kind: 'table' | 'column' | 'function' | 'keyword' | 'alias' | 'parameter';
  /** What is shown. */
  label: string;
  /** What replaces the word at the caret. */
  insert: string;
  detail: string;
}

export interface Completion {
  /** The part of the statement that an offer replaces. */
  from: number;
  to: number;
  offers: Offer[];
}

const MOST = 60;
const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'TABLE', 'DESCRIBE', 'DESC']);
const RANGE: readonly Offer[] = [
  ['{start:DateTime64(9)}', 'begin of the range'],
  ['{end:DateTime64(9)}', 'end of the range'],
  ['{step:UInt32}', 'seconds of a step, about a hundred in the range'],
].map(([text, detail]) => ({ kind: 'parameter' as const, label: text!, insert: text!, detail: detail! }));

/** Offers for a caret; none inside strings and comments, and none before anything was typed unless `asked`. */
export function complete(statement: string, caret: number, schema: Schema, asked = false): Completion {
  const all = pieces(statement);
  const inside = all.find((piece) => piece.at < caret && caret <= piece.at + piece.text.length);
  const nothing = { from: caret, to: caret, offers: [] };
  if (inside && (inside.kind === 'comment' || (inside.kind === 'string' && caret < inside.at + inside.text.length)))
    return nothing;
  if (inside?.kind === 'string' || inside?.kind === 'number' || inside?.kind === 'parameter') return nothing;
  const isWord = inside && ['word', 'keyword', 'function'].includes(inside.kind);
  const from = isWord ? inside.at : caret;
  const typed = statement.slice(from, caret);
  const before = all.filter((piece) => piece.at + piece.text.length <= from && solid(piece));
  const last = before.at(-1);
  if (!typed && !asked && last?.text !== '.' && last?.text !== '{') return nothing;
  if (last?.text === '{')
    return { from: last.at, to: caret, offers: ranked(RANGE, `{${typed}`).map((one) => ({ ...one })) };
  const offers = offersFor(all, before, schema);
  const to = isWord ? inside.at + inside.text.length : caret;
  return { from, to, offers: ranked(offers, typed).slice(0, MOST) };
}

const solid = (piece: Piece) => piece.kind !== 'space' && piece.kind !== 'comment';

function offersFor(all: readonly Piece[], before: readonly Piece[], schema: Schema): Offer[] {
  const last = before.at(-1);
  const named = tablesOf(all, schema);
  if (last?.text === '.') {
    const owner = before.at(-2)?.text ?? '';
    const table = named.get(owner) ?? schema.tables.find((one) => one.name === owner);
    return table ? columnsOf([table]) : [];
  }
  const tables = schema.tables.map((one) => offer('table', one.name, one.comment));
  if (last && BEFORE_TABLE.has(last.text.toUpperCase())) return tables;
  if (last?.text === ',' && clauseOf(before) === 'FROM') return tables;
  const own = [...new Set(named.values())];
  const aliases = [...named.keys()]
    .filter((name) => !schema.tables.some((table) => table.name === name))
    .map((name) => offer('alias', name, named.get(name)!.name));
  return [
    ...columnsOf(own.length ? own : schema.tables.slice(0, 2)),
    ...aliases,
    ...KEYWORDS.map((word) => offer('keyword', word, '')),
    ...schema.functions.map((name) => ({ ...offer('function', name, 'function'), insert: `${name}(` })),
  ];
}

/** Tables that a statement names, also by their aliases. */
export function tablesOf(all: readonly Piece[], schema: Schema): Map<string, SchemaTable> {
  const known = new Map(schema.tables.map((table) => [table.name, table]));
  const found = new Map<string, SchemaTable>();
  const parts = all.filter(solid);
  for (const [index, piece] of parts.entries()) {
    const table = known.get(piece.text.replace(/^[`"]|[`"]$/g, ''));
    if (!table) continue;
    found.set(table.name, table);
    const next = parts[index + 1];
    const alias = next?.text.toUpperCase() === 'AS' ? parts[index + 2] : next;
    if (alias?.kind === 'word') found.set(alias.text, table);
  }
  return found;
}

function clauseOf(before: readonly Piece[]): string {
  let depth = 0;
  for (const piece of before.toReversed()) {
    if (piece.text === ')') depth++;
    else if (piece.text === '(' && --depth < 0) return '';
    else if (
      depth === 0 &&
      piece.kind === 'keyword' &&
      ['FROM', 'SELECT', 'WHERE', 'BY', 'ON'].includes(piece.text.toUpperCase())
    )
      return piece.text.toUpperCase();
  }
  return '';
}

function columnsOf(tables: readonly SchemaTable[]): Offer[] {
  const seen = new Map<string, Offer>();
  for (const table of tables)
    for (const column of table.columns)
      if (!seen.has(column.name)) {
        const isPlain = /^[A-Za-z_]\w*$/.test(column.name);
        const detail = column.comment ? `${column.type} · ${column.comment}` : column.type;
        seen.set(column.name, {
          ...offer('column', column.name, detail),
          insert: isPlain ? column.name : `\`${column.name}\``,
        });
      }
  return [...seen.values()];
}

const offer = (kind: Offer['kind'], label: string, detail: string): Offer => ({ kind, label, insert: label, detail });

/** Offers that fit what was typed: those that begin so first, then those that hold it; the order is kept otherwise. */
function ranked(offers: readonly Offer[], typed: string): Offer[] {
  if (!typed) return [...offers];
  const wanted = typed.toLowerCase();
  const score = (one: Offer) => {
    const label = one.label.toLowerCase();
    if (label === wanted) return one.label === typed ? -1 : 0;
    if (label.startsWith(wanted)) return 1;
    return label.includes(wanted) && wanted.length > 1 ? 2 : 9;
  };
  return offers
    .map((one, index) => ({ one, index, score: score(one) }))
    .filter((each) => each.score >= 0 && each.score < 9)
    .sort((a, b) => a.score - b.score || a.index - b.index)
    .map((each) => each.one);
}

/** A statement with an offer taken, and where the caret is then. */
export function taken(statement: string, completion: Completion, chosen: Offer): { text: string; caret: number } {
  const rest = statement.slice(completion.to);
  const insert = chosen.insert.endsWith('(') && rest.startsWith('(') ? chosen.insert.slice(0, -1) : chosen.insert;
  return { text: statement.slice(0, completion.from) + insert + rest, caret: completion.from + insert.length };
}

/* What a query is made of: terms, and the fields that a term may name. */

export type Signal = 'traces' | 'logs' | 'metrics';

export type Op = '=' | '!=' | '>' | '>=' | '<' | '<=' | '=~' | '!~' | 'has' | 'lacks';

/** What is wrong with a term, and how to mend it. */
export interface Problem {
  /** A sentence for people: what is wrong, then what to write instead. */
  message: string;
  /** Text that may stand in the term's place; absent where only a person knows. */
  mend?: string;
}

/** One condition. All terms of a query must hold at once. */
export interface Term {
  kind: 'field' | 'attribute' | 'text';
  /** The field's name, or the attribute's key; empty for text. */
  field: string;
  /** Of text: `=` contains, `!=` does not contain. */
  op: Op;
  value: string;
  /** Written with a `~` before it: kept, and not asked. */
  off: boolean;
  /** The attribute's key was quoted although it begins as a level does: the level's name is part of the key. */
  literal: boolean;
  /** Where it stands in the text that was parsed: start inclusive, end exclusive. */
  start: number;
  end: number;
  /** The term as it was typed. */
  raw: string;
  problem?: Problem;
}

/** One of the fields that are no attributes. */
export interface Field {
  name: string;
  aliases: readonly string[];
  ops: readonly Op[];
  signals: readonly Signal[];
  /** All values there are, where they are few. */
  values?: readonly string[];
  /** What the value is, for messages: `duration>fast is not a length of time`. */
  noun?: string;
  accepts?: (value: string) => boolean;
  /** A term that is right. */
  example: string;
  /** What it asks for. */
  says: string;
}

const LENGTH_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g;
const LENGTH = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+$/;
const NS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
};

/** Nanoseconds of a length of time such as `250ms` or `1h30m`; undefined where it is none. */
export function lengthNs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!LENGTH.test(text)) return undefined;
  let sum = 0;
  for (const part of text.matchAll(LENGTH_PART)) sum += Number(part[1]) * (NS[part[2]!] ?? 0);
  return sum <= 2 ** 63 ? Math.round(sum) : undefined;
}

const isLength = (value: string) => lengthNs(value) !== undefined;
const SIZES: readonly Op[] = ['>', '>=', '<', '<='];
const TEXTS: readonly Op[] = ['=', '!=', '=~', '!~'];
const SEVERITY =
  /^(?:(?:trace|debug|info(?:rmation)?|warn(?:ing)?|err(?:or)?|fatal|critical)[1-4]?|[1-9]|1\d|2[0-4])$/i;
const ID = /^[0-9a-f]{1,32}$/i;

export const FIELDS: readonly Field[] = [
  {
    name: 'service',
    aliases: ['service.name'],
    ops: TEXTS,
    signals: ['traces', 'logs', 'metrics'],
    example: 'service:checkout',
    says: 'sent by this service',
  },
  {
    name: 'operation',
    aliases: ['name'],
    ops: ['='],
    signals: ['traces'],
    example: 'operation:"GET /cart"',
    says: 'the span’s name',
  },
  {
    name: 'kind',
    aliases: [],
    ops: ['='],
    signals: ['traces'],
    values: ['server', 'client', 'producer', 'consumer', 'internal', 'unspecified'],
    noun: 'a span kind',
    example: 'kind:server',
    says: 'server, client, producer, consumer, internal',
  },
  {
    name: 'status',
    aliases: [],
    ops: ['='],
    signals: ['traces'],
    values: ['error', 'ok', 'unset'],
    noun: 'a status',
    example: 'status:error',
    says: 'error, ok, unset',
  },
  {
    name: 'duration',
    aliases: [],
    ops: SIZES,
    signals: ['traces'],
    noun: 'a length of time',
    accepts: isLength,
    example: 'duration>250ms',
    says: 'how long the span took',
  },
  {
    name: 'trace.duration',
    aliases: ['trace_duration'],
    ops: SIZES,
    signals: ['traces'],
    noun: 'a length of time',
    accepts: isLength,
    example: 'trace.duration>2s',
    says: 'how long the whole trace took',
  },
  {
    name: 'severity',
    aliases: ['level'],
    ops: ['=', '>='],
    signals: ['logs'],
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    noun: 'a severity',
    accepts: (value) => SEVERITY.test(value),
    example: 'severity:warn',
    says: 'this severity or a worse one',
  },
  {
    name: 'trace',
    aliases: ['trace_id', 'traceid'],
    ops: ['='],
    signals: ['logs'],
    noun: 'a trace id',
    accepts: (value) => ID.test(value),
    example: 'trace:4bf92f3577b34da6a3ce929d0e0e4736',
    says: 'records of this trace',
  },
  {
    name: 'span',
    aliases: ['span_id', 'spanid'],
    ops: ['='],
    signals: ['logs'],
    noun: 'a span id',
    accepts: (value) => ID.test(value) && value.length <= 16,
    example: 'span:00f067aa0ba902b7',
    says: 'records of this span',
  },
];

const BY_NAME = new Map(FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field])));

/** The field of a name or an alias, in any case; undefined where it is an attribute's key. */
export const fieldNamed = (name: string): Field | undefined => BY_NAME.get(name.toLowerCase());

/** Keys that need no quotes. */
export const PLAIN_KEY = /^[\p{L}_@][\p{L}\p{N}_.@/-]*$/u;

/** The names of levels that may stand before a key. */
export const LEVEL = /^(?:resource|scope|span|event|link|log|point)\./;

/* From terms to what the server's searches take, and what of a query a search cannot answer. */
import { print } from './print';
import { fieldNamed, lengthNs, PLAIN_KEY, type Op, type Problem, type Signal, type Term } from './terms';

/** Conditions of /sonde/traces and its kin. */
export interface TraceParams {
  service?: string;
  operation?: string;
  kind?: string;
  status?: string;
  min_duration?: string;
  max_duration?: string;
  min_trace_duration?: string;
  max_trace_duration?: string;
  where?: string[];
  text?: string;
}

/** Conditions of /sonde/logs and its kin. */
export interface LogParams {
  service?: string;
  severity?: string;
  trace_id?: string;
  span_id?: string;
  where?: string[];
  text?: string;
}

/** Conditions of /sonde/metrics/series. */
export interface MetricParams {
  service?: string;
  where?: string[];
}

/** Parameters of a search for traces; terms that are off or have a problem are left out. */
export function toTraceParams(terms: readonly Term[]): TraceParams {
  const params: TraceParams = common(terms, 'traces');
  for (const name of ['operation', 'kind', 'status'] as const) {
    const value = only(terms, 'traces', name);
    if (value) params[name] = value;
  }
  Object.assign(params, bounds(terms, 'duration', 'min_duration', 'max_duration'));
  Object.assign(params, bounds(terms, 'trace.duration', 'min_trace_duration', 'max_trace_duration'));
  return params;
}

/** Parameters of a search for log records; terms that are off or have a problem are left out. */
export function toLogParams(terms: readonly Term[]): LogParams {
  const params: LogParams = common(terms, 'logs');
  const names = { severity: 'severity', trace: 'trace_id', span: 'span_id' } as const;
  for (const [field, parameter] of Object.entries(names)) {
    const value = only(terms, 'logs', field);
    if (value) params[parameter as 'severity'] = value;
  }
  return params;
}

/** Parameters of a question for a metric. */
export function toMetricParams(terms: readonly Term[]): MetricParams {
  return common(terms, 'metrics');
}

/** A term that cannot be answered, and why. */
export interface TermProblem extends Problem {
  term: Term;
}

/** What of a query a search of the signal cannot answer. A query with problems should not be asked. */
export function problems(terms: readonly Term[], signal: Signal): TermProblem[] {
  const seen = new Map<string, Term>();
  return terms.flatMap((term) => {
    if (term.off) return [];
    const problem = term.problem ?? misplaced(term, signal) ?? repeated(term, seen);
    return problem ? [{ ...problem, term }] : [];
  });
}

function misplaced(term: Term, signal: Signal): Problem | undefined {
  if (term.kind === 'text' && signal === 'metrics') {
    return { message: `metrics have no text to look for ${print([term])} in; write key=value` };
  }
  if (term.kind !== 'field') return undefined;
  const field = fieldNamed(term.field)!;
  if (field.signals.includes(signal)) return undefined;
  if (term.field === 'trace') return { message: `trace:${term.value} names one trace: press Enter to open it` };
  return {
    message: `${signal} have no ${term.field}; it is a condition on ${field.signals.join(' and ')}`,
    mend: '',
  };
}

/** A span has one service, name, kind and status: two different ones never hold together. */
function repeated(term: Term, seen: Map<string, Term>): Problem | undefined {
  if (term.kind !== 'field' || term.op !== '=') return undefined;
  const before = seen.get(term.field);
  seen.set(term.field, term);
  if (!before || before.value.toLowerCase() === term.value.toLowerCase()) return undefined;
  const either = term.field === 'service' ? [before, term].map((one) => escaped(one.value)).join('|') : '';
  const advice = either ? `write ${print([{ ...term, op: '=~', value: `^(${either})$` }])} for either` : 'remove one';
  return { message: `${term.field} is asked for as ${before.value} and as ${term.value} at once; ${advice}` };
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function asked(terms: readonly Term[], signal: Signal): Term[] {
  return terms.filter((term) => !term.off && !term.problem && !misplaced(term, signal));
}

function only(terms: readonly Term[], signal: Signal, field: string): string | undefined {
  return asked(terms, signal).find((term) => term.kind === 'field' && term.field === field)?.value;
}

function common(terms: readonly Term[], signal: Signal): { service?: string; where?: string[]; text?: string } {
  const here = asked(terms, signal);
  const service = here.find((term) => term.field === 'service' && term.kind === 'field' && term.op === '=')?.value;
  const where = here.flatMap((term) => {
    if (term.kind === 'attribute') return [condition(term)];
    const isService = term.kind === 'field' && term.field === 'service' && term.op !== '=';
    return isService ? [`resource.service.name${term.op}${worded(term.value)}`] : [];
  });
  const text = here
    .filter((term) => term.kind === 'text')
    .map(phrase)
    .join(' ');
  return { ...(service && { service }), ...(where.length && { where }), ...(text && { text }) };
}

/** A term on an attribute in the grammar of the `where` parameter. */
export function condition(term: Pick<Term, 'field' | 'op' | 'value' | 'literal'>): string {
  const key = term.literal || !PLAIN_KEY.test(term.field) ? JSON.stringify(term.field) : term.field;
  if (term.op === 'has') return key;
  return term.op === 'lacks' ? `!${key}` : `${key}${term.op}${worded(term.value)}`;
}

const worded = (value: string) =>
  value !== value.trim() || value.startsWith('"') || /^[=~<>!]/.test(value) ? JSON.stringify(value) : value;

/** A term of free text in the grammar of the `text` parameter. */
function phrase(term: Term): string {
  const isBare = !/[\s"\\]|^-/.test(term.value);
  const text = isBare ? term.value : `"${term.value.replace(/["\\]/g, '\\$&')}"`;
  return term.op === '!=' ? `-${text}` : text;
}

function bounds<Min extends string, Max extends string>(
  terms: readonly Term[],
  field: string,
  min: Min,
  max: Max,
): Partial<Record<Min | Max, string>> {
  const own = asked(terms, 'traces').filter((term) => term.kind === 'field' && term.field === field);
  const least = own.filter((term) => term.op.startsWith('>')).map(edge);
  const most = own.filter((term) => term.op.startsWith('<')).map(edge);
  return {
    ...(least.length && { [min]: lengthOf(Math.max(...least)) }),
    ...(most.length && { [max]: lengthOf(Math.min(...most)) }),
  } as Partial<Record<Min | Max, string>>;
}

/** The nearest length, in nanoseconds, that a bound still lets in. */
function edge(term: Term): number {
  const step: Partial<Record<Op, number>> = { '>': 1, '<': -1 };
  return Math.max(0, (lengthNs(term.value) ?? 0) + (step[term.op] ?? 0));
}

/** A length as the server reads it, without a loss and without an exponent. */
const lengthOf = (ns: number) => `${BigInt(Math.round(ns))}ns`;

/* One click narrows: a query with one more condition, that on a value of an explanation. */
import { type Op, attributeTerm, term, withTerm } from '../../parts/querybar/grammar';

/** Fields of records as the query bar names them; fields it has no word for are looked for as text. */
const FIELDS: Record<string, string> = {
  service: 'service',
  operation: 'operation',
  kind: 'kind',
  status: 'status',
  severity: 'severity',
  duration: 'duration',
};

export interface Value {
  value: string;
  least?: number | null;
  below?: number | null;
}

/** The query, narrowed to one value, or range of numbers, of a key. */
export function narrowed(q: string, key: string, value: Value): string {
  const made = written(key);
  if (!made) return withTerm(q, term('', '=', value.value));
  const unit = key === 'duration' ? 'ms' : '';
  if (value.least == null && value.below == null) return withTerm(q, made('=', value.value));
  let query = q;
  if (value.least != null) query = withTerm(query, made('>=', `${value.least}${unit}`));
  if (value.below != null) query = withTerm(query, made('<', `${value.below}${unit}`));
  return query;
}

/** What writes a condition on a key; undefined of a field that the bar has no word for. */
function written(key: string): ((op: Op, value: string) => string) | undefined {
  if (key in FIELDS) return (op, value) => term(FIELDS[key]!, op, value);
  if (key === 'exception') return (op, value) => attributeTerm('exception.type', op, value, 'event');
  const [, level, name] = /^(span|log|resource)\.(.+)$/s.exec(key) ?? [];
  if (!name) return undefined;
  return (op, value) => attributeTerm(name, op, value, level === 'resource' ? level : '');
}

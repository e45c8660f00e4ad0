/* What is asked, read from the address: the query, a pattern, patterns that are left out, an event. */
import {
  attributeTerm,
  parse,
  print,
  problems,
  term,
  type Term,
  toLogParams,
  withTerm,
} from '../../parts/querybar/grammar';
import { setParams, useQuery } from '../../state/url';

export interface Asked {
  q: string;
  /** Conditions as the server's parameters. */
  conditions: Record<string, string | string[]>;
  pattern: string;
  without: readonly string[];
  event: string;
  /** What was looked for in bodies, to be shown there. */
  words: readonly string[];
  /** Whether the query cannot be asked; the query bar says why. */
  isBad: boolean;
}

/** The question of an address. Patterns are single lines, so a line feed parts those that are left out. */
export function askedOf(query: URLSearchParams): Asked {
  const q = query.get('q') ?? '';
  const terms = parse(q);
  const pattern = query.get('pattern') ?? '';
  const without = (query.get('without') ?? '').split('\n').filter(Boolean);
  const event = query.get('event') ?? '';
  const used = terms.filter((one) => one.kind === 'text' && one.op === '=' && !one.off);
  return {
    q,
    conditions: {
      ...toLogParams(terms),
      ...(pattern && { pattern }),
      ...(without.length && { not_pattern: without }),
      ...(event && { event }),
    },
    pattern,
    without,
    event,
    words: used.map((one) => one.value),
    isBad: problems(terms, 'logs').length > 0,
  };
}

export function useAsked(): Asked {
  return askedOf(useQuery());
}

/** A field of a record as a condition: one of the record's own, or an attribute of the record or its resource. */
export interface Facet {
  name: string;
  level: 'field' | 'record' | 'resource';
  value: string;
}

/** The query narrowed to a value, or with it left out; undefined where no query can say so. */
export function narrowed(q: string, facet: Facet, isOut: boolean): string | undefined {
  const { name, level, value } = facet;
  if (level === 'field') {
    if (name === 'service') return isOut ? withTerm(q, term('service', '!=', value)) : only(q, 'service', value);
    if (name === 'severity' && !isOut && value !== 'UNSPECIFIED') return only(q, 'severity', value.toLowerCase());
    return undefined;
  }
  return withTerm(q, attributeTerm(name, isOut ? '!=' : '=', value, level === 'resource' ? 'resource' : ''));
}

/** A record has one service and one severity: another one takes the place of the first. */
function only(q: string, field: string, value: string): string {
  const others = parse(q).filter((one: Term) => !(one.kind === 'field' && one.field === field && one.op === '='));
  return withTerm(print(others), term(field, '=', value));
}

/** Narrow the address to a value, or leave it out. */
export function narrow(q: string, facet: Facet, isOut: boolean): void {
  if (facet.level === 'field' && facet.name === 'event' && !isOut) setParams({ event: facet.value });
  const next = narrowed(q, facet, isOut);
  if (next !== undefined) setParams({ q: next || null });
}

/** Whether `narrow` can do it. */
export function canNarrow(facet: Facet, isOut: boolean): boolean {
  return narrowed('', facet, isOut) !== undefined || (facet.level === 'field' && facet.name === 'event' && !isOut);
}

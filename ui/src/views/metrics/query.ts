/* A query of the metrics view as a line that a person can read in the address and write there:

     p95(http.server.request.duration) by http.route top 10 where service:checkout
     rate(orders histogram)          the metric of that name and kind
     http.server.active_requests     the usual reading of its kind
     = A / B * 100                   a formula over other queries
     ~ avg(memory)                   switched off: kept, not asked

   Names and keys with other characters are quoted as JSON. `readQuery` never fails; `written(readQuery(t))` is settled. */

export interface MetricQuery {
  /** `A` to `H`: what formulas and the legend call it. */
  letter: string;
  name: string;
  /** The metric's kind; empty for the one that reported last. */
  kind: string;
  /** `avg`, `rate`, `p95`, `heatmap`; empty for the usual one. */
  aggregation: string;
  groupBy: string[];
  /** At most so many lines, the ones with the greatest values. */
  top: number;
  /** In the language of the query bar. */
  where: string;
  /** Instead of a metric: arithmetic over other letters. */
  formula: string;
  off: boolean;
}

export const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;
export const TOP = 10;
const KINDS = new Set(['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary']);
const PLAIN = /^[\p{L}_][\p{L}\p{N}_.:/*-]*$/u;
const MOST_TOP = 200;

export function emptyQuery(letter: string): MetricQuery {
  return { letter, name: '', kind: '', aggregation: '', groupBy: [], top: TOP, where: '', formula: '', off: false };
}

/** The query as a line; empty where it asks nothing. */
export function written(query: MetricQuery): string {
  const text = query.formula ? `= ${query.formula.trim()}` : asked(query);
  return text && query.off ? `~ ${text}` : text;
}

function asked({ name, kind, aggregation, groupBy, top, where }: MetricQuery): string {
  if (!name) return '';
  const metric = `${quoted(name)}${kind ? ` ${kind}` : ''}`;
  const parts = [aggregation || kind ? `${aggregation || 'usual'}(${metric})` : metric];
  if (groupBy.length) parts.push(`by ${groupBy.map(quoted).join(', ')}`);
  if (top !== TOP) parts.push(`top ${String(top)}`);
  if (where.trim()) parts.push(`where ${where.trim()}`);
  return parts.join(' ');
}

/** What a line asks. What cannot be understood is left out. */
export function readQuery(letter: string, text: string): MetricQuery {
  const query = emptyQuery(letter);
  const scan = new Scan(text);
  query.off = scan.take(/~/y) !== null;
  if (scan.take(/=/y) !== null) return { ...query, formula: scan.rest() };
  const reading = scan.take(/([a-z]\w*(?:\.\d+)?)\s*\(/iy);
  const name = scan.name();
  if (reading) {
    query.aggregation = reading === 'usual' ? '' : reading.toLowerCase();
    const kind = scan.take(/(\w+)/y) ?? '';
    query.kind = KINDS.has(kind) ? kind : '';
    scan.take(/[^)]*\)/y);
  }
  query.name = name;
  if (scan.take(/by\b/iy) !== null) query.groupBy = scan.names();
  const top = Number(scan.take(/top\s+(\d+)/iy) ?? TOP);
  query.top = Math.min(MOST_TOP, Math.max(1, top));
  if (scan.take(/where\b/iy) !== null) query.where = scan.rest();
  return query;
}

class Scan {
  private at = 0;
  constructor(private readonly text: string) {}

  /** What a sticky pattern finds here (its group, or all of it), or null; spaces before it do not count. */
  take(pattern: RegExp): string | null {
    while (this.text[this.at] === ' ') this.at++;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return null;
    this.at = pattern.lastIndex;
    return match[1] ?? match[0];
  }

  name(): string {
    const json = this.take(/"(?:[^"\\]|\\.)*"/y);
    return json === null ? (this.take(/[^\s(),"]+/y) ?? '') : unquoted(json);
  }

  names(): string[] {
    const found: string[] = [];
    do {
      const one = this.name();
      if (one && !found.includes(one)) found.push(one);
    } while (this.take(/,/y) !== null);
    return found;
  }

  rest(): string {
    return this.text.slice(this.at).trim();
  }
}

function quoted(name: string): string {
  const reserved = /^(by|top|where)$/i.test(name);
  return PLAIN.test(name) && !reserved ? name : name === '*' ? name : JSON.stringify(name);
}

function unquoted(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json.slice(1, -1);
  }
}

/** The first letter that is not taken; undefined where all are. */
export function freeLetter(queries: readonly MetricQuery[]): string | undefined {
  return LETTERS.find((letter) => !queries.some((query) => query.letter === letter));
}

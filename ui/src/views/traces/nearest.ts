/* Where nothing is found: which single condition, taken away, finds something again. */
import { get } from '../../api/client';
import { parse, print, printed, problems, toTraceParams } from '../../parts/querybar/grammar';

export interface Way {
  /** What to take away; empty for all conditions. */
  term: string;
  /** The query without it. */
  q: string;
  /** What would be found first. */
  example: string;
}

export interface Nearest {
  ways: Way[];
  /** Whether the range has any trace at all. */
  any: boolean;
  /** Whether the week before has one for the whole query. */
  earlier: boolean;
}

const MOST = 8;
const WEEK_MS = 7 * 86_400_000;

/** Ask for one trace without each of the conditions in turn. */
export async function nearest(q: string, range: { start: string; end: string }, signal: AbortSignal): Promise<Nearest> {
  const terms = parse(q).filter((term) => !term.off);
  const first = async (query: string, within = range) => {
    const params = toTraceParams(parse(query));
    if (problems(parse(query), 'traces').length > 0) return undefined;
    const { traces } = await get('/sonde/traces', { ...params, ...within, limit: 1 }, signal);
    return traces[0];
  };
  const tried = terms.slice(0, MOST).map(async (term): Promise<Way | undefined> => {
    const rest = print(terms.filter((one) => one !== term));
    const found = await first(rest);
    return found && { term: printed(term), q: rest, example: `${found.root_service} ${found.root_name}` };
  });
  const earlierStart = new Date(Date.parse(range.end) - WEEK_MS).toISOString();
  const [ways, any, earlier] = await Promise.all([
    Promise.all(tried),
    terms.length > 1 ? first('') : undefined,
    first(q, { start: earlierStart, end: range.start }),
  ]);
  const found = ways.filter((way): way is Way => !!way);
  return { ways: found, any: !!any || found.length > 0, earlier: !!earlier };
}

/* Which points of a metric are looked at, in the query bar. */
import { QueryBar } from '../../parts/querybar/QueryBar';
import { attributeTerm, term, withTerm } from '../../parts/querybar/grammar';
import type { Range } from '../../state/range';
import type { MetricQuery } from './query';

interface Props {
  query: MetricQuery;
  range: Range;
  onChange: (where: string) => void;
}

export function Where({ query, range, onChange }: Props) {
  return (
    <div class="metrics-where">
      <QueryBar
        signal="metrics"
        value={query.where}
        onChange={onChange}
        range={range}
        label={`Which points of ${query.letter}`}
        placeholder="all points"
      />
    </div>
  );
}

/** The query narrowed to the points of one line. */
export function narrowed(query: MetricQuery, labels: Record<string, string>): MetricQuery {
  let where = query.where;
  for (const [name, value] of Object.entries(labels)) {
    const level = /^(resource|scope|point)\./.exec(name)?.[1];
    if (name === 'service') where = withTerm(where, term('service', '=', value));
    else
      where = withTerm(
        where,
        level ? attributeTerm(name.slice(level.length + 1), '=', value, level) : attributeTerm(name, '=', value),
      );
  }
  return { ...query, where };
}

/* One place of the merged tree: what it is, a bar for each trace, and the difference. */
import { KINDS } from '../../api/outline';
import { serviceColour } from '../../charts/colours';
import { count, duration } from '../../format';
import { Duration } from '../../parts/Figures';
import { isDifferent, kindOf, nameOf, valuesOf, type Comparison, type Kind, type Measure } from './differences';

const SAID: Record<Kind, string> = {
  same: '',
  'only-a': 'only in a',
  'only-b': 'only in b',
  more: 'longer in b',
  less: 'shorter in b',
};
/** Deeper places are not moved further to the right. */
const DEEPEST = 24;

export function CompareRow(props: {
  found: Comparison;
  node: number;
  measure: Measure;
  most: number;
  chosen: boolean;
  onPick: () => void;
}) {
  const { found, node, measure, most, chosen, onPick } = props;
  const { a, b, depth, kind } = found.nodes;
  const difference = kindOf(found, node, measure);
  const [in_a, in_b] = [valuesOf(a, measure)[node]!, valuesOf(b, measure)[node]!];
  const { service, name, renamed } = nameOf(found, node);
  const failures = a.errors[node]! !== b.errors[node]! || a.errors[node]! > 0;
  return (
    <div
      class={`compare-row compare-is-${difference} ${isDifferent(found, node, measure) ? '' : 'is-same'} ${chosen ? 'is-cursor' : ''}`}
      role="option"
      aria-selected={chosen}
      onClick={onPick}
      title={`${service} ${name}${KINDS[kind[node]!] ? ` (${KINDS[kind[node]!]!})` : ''}`}
    >
      <span class="compare-place" style={{ paddingLeft: `${String(8 + 14 * Math.min(DEEPEST, depth[node]!))}px` }}>
        <span class="dot" style={{ background: serviceColour(service) }} aria-hidden="true" />
        <bdi class="compare-service">{service}</bdi>
        <bdi class="compare-name">{name || '(no name)'}</bdi>
        {renamed && (
          <span class="compare-renamed">
            → <bdi>{renamed}</bdi>
          </span>
        )}
      </span>
      <span class="compare-count">
        {a.count[node] === b.count[node] ? count(a.count[node]) : `${count(a.count[node])} → ${count(b.count[node])}`}
        {failures && (
          <span class="compare-failed">
            {' '}
            {a.errors[node] === b.errors[node] ? '' : `${count(a.errors[node])} → `}
            {count(b.errors[node])} ✕
          </span>
        )}
      </span>
      <span class="compare-bars" aria-hidden="true">
        <span class="compare-bar compare-bar-a" style={{ width: `${String((in_a / most) * 100)}%` }} />
        <span class="compare-bar compare-bar-b" style={{ width: `${String((in_b / most) * 100)}%` }} />
      </span>
      <span class="compare-figure">{a.count[node] ? <Duration ms={in_a} /> : <span class="dim">–</span>}</span>
      <span class="compare-figure">{b.count[node] ? <Duration ms={in_b} /> : <span class="dim">–</span>}</span>
      <span class="compare-change">
        {difference === 'same' ? (
          <span class="dim">same</span>
        ) : (
          <>
            <span class="visually-hidden">{SAID[difference]} </span>
            {difference === 'only-a' || difference === 'only-b' ? SAID[difference] : signed(in_b - in_a)}
          </>
        )}
      </span>
    </div>
  );
}

function signed(ms: number): string {
  return ms > 0 ? `+${duration(ms)}` : duration(ms);
}

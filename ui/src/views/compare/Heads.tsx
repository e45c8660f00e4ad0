/* The two traces in short, and the difference between them. */
import { count, duration, percent } from '../../format';
import { Duration, Moment, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { hrefWith, setParams } from '../../state/url';
import { causes, nameOf, type Comparison } from './differences';

export function Heads({ found }: { found: Comparison }) {
  return (
    <section class="compare-heads" aria-label="The two traces">
      <Head which="a" trace={found.a} />
      <Head which="b" trace={found.b} />
      <p class="compare-verdict">
        {verdict(found)}
        <Causes found={found} />
      </p>
      {found.truncated && (
        <p class="note">Places with the smallest differences are left out: there are too many to show.</p>
      )}
    </section>
  );
}

function Head({ which, trace }: { which: 'a' | 'b'; trace: Comparison['a'] }) {
  return (
    <article class={`compare-head compare-head-${which}`} aria-label={`Trace ${which}`}>
      <h2>
        <span class={`compare-letter compare-${which}`}>{which}</span>
        <ServiceName name={trace.root_service} /> <bdi class="compare-name">{trace.root_name || '(no name)'}</bdi>
      </h2>
      <p class="compare-facts">
        <b>
          <Duration ms={trace.duration_ms} />
        </b>
        <span>{count(trace.spans)} spans</span>
        <span class={trace.errors ? 'compare-failed' : ''}>{count(trace.errors)} failed</span>
        <span>{count(trace.services)} services</span>
        <Moment ns={trace.start_ns} />
        <Link href={hrefWith(`/trace/${trace.trace_id}`)} class="mono">
          {trace.trace_id}
        </Link>
      </p>
    </article>
  );
}

/** The places that explain most of the difference; each leads to its row. */
function Causes({ found }: { found: Comparison }) {
  const places = causes(found);
  if (places.length === 0) return null;
  return (
    <span class="compare-causes">
      Most of it on the critical path:
      {places.map(({ node, ms }) => {
        const { service, name } = nameOf(found, node);
        return (
          <button type="button" key={node} onClick={() => setParams({ node: String(node), by: null })}>
            <bdi>
              {service} {name}
            </bdi>{' '}
            <b>{ms > 0 ? `+${duration(ms)}` : duration(ms)}</b>
          </button>
        );
      })}
    </span>
  );
}

/** The difference in one sentence. */
export function verdict({ a, b }: Comparison): string {
  if (a.trace_id === b.trace_id) return 'Both are the same trace.';
  const change = b.duration_ms - a.duration_ms;
  const least = 0.01 * Math.max(a.duration_ms, b.duration_ms);
  if (Math.abs(change) <= least) return 'Both took the same time, within a hundredth.';
  const share = a.duration_ms > 0 ? ` (${percent(Math.abs(change) / a.duration_ms)})` : '';
  return `b took ${duration(Math.abs(change))}${share} ${change > 0 ? 'longer' : 'less'} than a.`;
}

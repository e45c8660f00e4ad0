/* Searching traces: the query, a picture of all that match, and the list. */
import './traces.css';
import { useMemo, useRef } from 'preact/hooks';
import { Link } from '../../parts/Link';
import { Page } from '../../parts/Page';
import { QueryBar } from '../../parts/querybar/QueryBar';
import { parse, problems, toTraceParams } from '../../parts/querybar/grammar';
import { useRange } from '../../state/range';
import { hrefWith, useParam } from '../../state/url';
import { Icon } from '../../parts/Icon';
import { Picture } from './Picture';
import { Results } from './Results';
import { SavedSearches } from './SavedSearches';

export function TracesPage() {
  const [q, setQ] = useParam('q');
  const range = useRange();
  const now = useMemo(() => {
    const terms = parse(q);
    return problems(terms, 'traces').length === 0 ? { q, params: toTraceParams(terms) } : undefined;
  }, [q]);
  // While a query cannot be asked, what the last good one found stays, dimmed.
  const good = useRef(now ?? { q: '', params: {} });
  if (now) good.current = now;
  const shown = good.current;
  return (
    <Page
      title="Traces"
      class="traces"
      actions={
        <>
          <Link href={hrefWith('/explain', { signal: 'traces', q })} class="button">
            <Icon name="explain" />
            Explain
          </Link>
          <SavedSearches q={q} />
        </>
      }
    >
      <QueryBar
        signal="traces"
        value={q}
        onChange={(next) => setQ(next || null)}
        range={range}
        label="Search traces"
        placeholder="service:checkout status:error duration>250ms, any attribute, or text"
      />
      <div class={`traces-found ${now ? '' : 'is-stale'}`}>
        <Picture q={shown.q} params={shown.params} range={range} />
        <Results q={shown.q} params={shown.params} range={range} />
      </div>
    </Page>
  );
}

/* Nothing was found: what to take away, or where to look instead. */
import { get } from '../../api/client';
import { Button } from '../../parts/Button';
import { Empty, Skeleton } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import { setRange, type Range } from '../../state/range';
import { setParams } from '../../state/url';
import { nearest } from './nearest';

const LINES = `pip install sonde

from opentelemetry import trace
import sonde

sonde.configure(service_name="shop")
with trace.get_tracer("shop").start_as_current_span("GET /cart"):
    print("one span, and those of the libraries that are instrumented")`;

export function NoTraces({ q, range }: { q: string; range: Range }) {
  const state = useLoad(`${q} ${range.params.start} ${range.params.end}`, (signal) => nearest(q, range.params, signal));
  const found = state.data;
  if (!found) return <Skeleton height={160} />;
  if (q === '' || (!found.any && !found.earlier)) return <NothingThere earlier={found.earlier} />;
  return (
    <Empty title="No trace matches all of this.">
      {found.ways.length > 0 ? (
        <>
          <p>The nearest are one condition away. Without</p>
          <ul class="traces-ways">
            {found.ways.map((way) => (
              <li key={way.term}>
                <Button onClick={() => setParams({ q: way.q || null })}>
                  <code>{way.term}</code>
                </Button>{' '}
                there is <bdi>{way.example}</bdi>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>No single condition is to blame: without any one of them there is still nothing in this range.</p>
      )}
      <Elsewhere earlier={found.earlier} q={q} />
    </Empty>
  );
}

function Elsewhere({ earlier, q }: { earlier: boolean; q: string }) {
  return (
    <p class="traces-elsewhere">
      {earlier && (
        <Button onClick={() => setRange('-7d', 'now')}>It was there in the week before: look at 7 days</Button>
      )}
      {q !== '' && (
        <Button kind="quiet" onClick={() => setParams({ q: null })}>
          Remove all conditions
        </Button>
      )}
    </p>
  );
}

/** The range is empty; perhaps everything is. */
function NothingThere({ earlier }: { earlier: boolean }) {
  const services = useLoad('services', (signal) => get('/sonde/services', {}, signal));
  const isNew = services.data?.services.length === 0;
  return (
    <Empty title={isNew ? 'No trace has arrived yet.' : 'No trace in this range.'} {...(isNew ? { lines: LINES } : {})}>
      {isNew ? (
        <p>Each request that a service answers is a trace: what called what, and how long it took. To send some:</p>
      ) : (
        <Elsewhere earlier={earlier} q="" />
      )}
    </Empty>
  );
}

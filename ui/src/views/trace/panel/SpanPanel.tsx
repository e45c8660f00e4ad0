/* The selected span at the side: what it was, when, what it said, and where it leads. */
import { useEffect, useState } from 'preact/hooks';
import { address, send } from '../../../api/client';
import { ERROR, KINDS, STATUSES, type SpanDetail } from '../../../api/outline';
import { CopyButton } from '../../../parts/CopyButton';
import { Drawer } from '../../../parts/Dialog';
import { ServiceName, Status } from '../../../parts/Figures';
import { Link } from '../../../parts/Link';
import { ErrorNote, Skeleton } from '../../../parts/Loaded';
import { term } from '../../../parts/querybar/grammar';
import { useLoad } from '../../../state/load';
import { hrefWith } from '../../../state/url';
import { isWhole, around, whole } from '../scale';
import type { TraceState } from '../useTrace';
import { Details } from './Details';
import { Timing } from './Timing';
import { visible } from './text';
import { Button } from '../../../parts/Button';

const known = new Map<string, SpanDetail>();
const KEPT = 100;

export function SpanPanel({ state, onClose }: { state: TraceState; onClose: () => void }) {
  const { outline, selected } = state;
  const { spans } = outline;
  const id = spans.id[selected]!;
  const [filter, setFilter] = useState('');
  const detail = useDetail(outline.trace_id, id);
  const service = outline.services[spans.service[selected]!]!.name;
  const name = outline.names[spans.name[selected]!]!;
  const failed = spans.status[selected] === ERROR;
  const kind = KINDS[spans.kind[selected]!]!;
  const whole_ =
    detail.data?.spans.find((one) => one.service === service && one.kind === kind) ?? detail.data?.spans[0];
  const focus = around(spans.start[selected]!, spans.duration[selected]!, outline.duration_ns);
  return (
    <Drawer
      title="Span"
      class="span-panel"
      onClose={onClose}
      actions={
        <>
          <Button
            kind="quiet"
            title="Zoom to the span (f)"
            onClick={() => state.setZoom(isWhole(state.zoom, outline.duration_ns) ? focus : whole(outline.duration_ns))}
          >
            Zoom
          </Button>
          <CopyButton text={id} label={`Copy the span's id ${id}`} />
        </>
      }
    >
      <header class="span-head">
        <p class="span-name">
          <bdi>{visible(whole_?.name ?? name)}</bdi>
        </p>
        <p class="span-of">
          <Link href={hrefWith(`/service/${encodeURIComponent(service)}`)}>
            <ServiceName name={service} />
          </Link>
          <span class="dim">{kind}</span>
          <Status status={STATUSES[spans.status[selected]!]!} />
        </p>
        {whole_?.status_message && (
          <p class={`span-message ${failed ? 'is-failed' : ''}`}>
            <bdi>{visible(whole_.status_message)}</bdi>
          </p>
        )}
        <FindAlike service={service} name={whole_?.name ?? name} failed={failed} />
      </header>
      <Timing state={state} span={selected} />
      <input
        class="input span-filter"
        type="search"
        aria-label="Filter attributes, events and logs"
        placeholder="Filter attributes, events, logs"
        value={filter}
        spellcheck={false}
        onInput={(event) => setFilter(event.currentTarget.value)}
      />
      {detail.error && !detail.data && <ErrorNote error={detail.error} retry={detail.reload} />}
      {!whole_ && !detail.error && <Skeleton height={240} />}
      {whole_ && detail.data && (
        <Details
          key={id}
          span={whole_}
          detail={detail.data}
          filter={filter}
          startNs={spans.start[selected]!}
          state={state}
        />
      )}
    </Drawer>
  );
}

function FindAlike({ service, name, failed }: { service: string; name: string; failed: boolean }) {
  const query = [
    term('service', '=', service),
    term('operation', '=', name),
    ...(failed ? [term('status', '=', 'error')] : []),
  ].join(' ');
  return (
    <p class="span-alike">
      <Link href={hrefWith('/traces', { q: query })}>Find traces like this</Link>
    </p>
  );
}

/** The span whole; the former answer stays away, so that nobody reads one span's attributes under another's name. */
function useDetail(traceId: string, spanId: string) {
  const key = `${traceId} ${spanId}`;
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    if (known.has(key)) return setSettled(key);
    const timer = setTimeout(() => setSettled(key), 60); // somebody who holds j down looks at none of them
    return () => clearTimeout(timer);
  }, [key]);
  const asked = settled === key ? key : '';
  const state = useLoad<{ key: string; detail: SpanDetail }>(known.has(key) ? '' : asked, async (signal) => {
    const path = address('/sonde/traces/{trace_id}/spans/{span_id}', { trace_id: traceId, span_id: spanId });
    const detail = (await send('GET', path, undefined, signal)) as SpanDetail;
    known.set(key, detail);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return { key, detail };
  });
  const data = known.get(key);
  return { data, error: data || settled !== key || state.loading ? undefined : state.error, reload: state.reload };
}

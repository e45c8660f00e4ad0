/* One trace: fetched, drawn, or explained where it is not there. */
import { address, send } from '../../api/client';
import type { Outline } from '../../api/outline';
import { ErrorNote, Skeleton } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { useLoad } from '../../state/load';
import type { PageProps } from '../../state/routes';
import { NoTrace } from './NoTrace';
import { TraceView } from './TraceView';
import './trace.css';
import './waterfall.css';
import './panel.css';

export function TracePage({ params }: PageProps) {
  const id = params['id'] ?? '';
  const state = useLoad<Outline>(id, async (signal) => {
    const path = address('/sonde/traces/{trace_id}/outline', { trace_id: id });
    return (await send('GET', path, undefined, signal)) as Outline;
  });
  const { data, error, reload } = state;
  if (data && (data.trace_id.endsWith(id.trim().toLowerCase()) || !error)) {
    return <TraceView key={data.trace_id} outline={data} reload={reload} />;
  }
  if (error && (error.status === 404 || error.status === 400)) {
    return <NoTrace id={id} error={error} retry={reload} waiting={state.loading} />;
  }
  return (
    <Page title={`Trace ${id.slice(0, 8)}`} class="trace-page">
      {error ? (
        <ErrorNote error={error} retry={reload} />
      ) : (
        <div role="status" aria-label="Loading the trace" aria-busy="true" class="trace-waiting">
          <Skeleton height={24} />
          <Skeleton height={56} />
          <Skeleton height="60vh" />
        </div>
      )}
    </Page>
  );
}

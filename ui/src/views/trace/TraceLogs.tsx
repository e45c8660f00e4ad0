/* All logs of a trace in their order; each leads to its span. */
import { useState } from 'preact/hooks';
import { serviceColour, severityColour } from '../../charts/colours';
import { Duration } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { VirtualList } from '../../parts/VirtualList';
import { term } from '../../parts/querybar/grammar';
import { hrefWith } from '../../state/url';
import { visible } from './panel/text';
import type { TraceState } from './useTrace';

const ROW = 26;

export function TraceLogs({ state, onOpen }: { state: TraceState; onOpen: (span: number) => void }) {
  const { outline, selected } = state;
  const [own, setOwn] = useState(false);
  const shown = outline.logs.filter((log) => !own || log.span === selected);
  if (outline.logs.length === 0) return <NoLogs />;
  return (
    <div class="trace-logs">
      <p class="trace-logs-head">
        {selected >= 0 && (
          <label class="labelled">
            <input type="checkbox" checked={own} onChange={(event) => setOwn(event.currentTarget.checked)} />
            <span>Only those of the selected span</span>
          </label>
        )}
        <Link href={hrefWith('/logs', { q: term('trace', '=', outline.trace_id) })}>Open in Logs</Link>
        {outline.logs_truncated && <span class="warn">These are the first {outline.logs.length}.</span>}
      </p>
      <VirtualList
        label="Logs of the trace"
        role="presentation"
        class="trace-logs-list"
        count={shown.length}
        rowHeight={ROW}
        render={(index) => {
          const log = shown[index]!;
          const service = log.span >= 0 ? outline.services[outline.spans.service[log.span]!]!.name : '';
          return (
            <button
              type="button"
              key={`${log.id} ${index}`}
              class={`trace-log ${log.span === selected && selected >= 0 ? 'is-selected' : ''}`}
              disabled={log.span < 0}
              title={log.span < 0 ? 'Its span is not in the trace' : 'Show its span'}
              onClick={() => onOpen(log.span)}
            >
              <span class="trace-log-time">
                <Duration ms={log.offset_ns / 1e6} />
              </span>
              <span class="trace-log-severity" style={{ color: severityColour(log.severity) }}>
                {log.severity.slice(0, 8)}
              </span>
              <span class="trace-log-service" title={service}>
                <span class="dot" style={{ background: serviceColour(service) }} aria-hidden="true" />
                <bdi class="clip">{service}</bdi>
              </span>
              <bdi class="clip">
                {visible(log.body)}
                {log.cut && '…'}
              </bdi>
            </button>
          );
        }}
      />
    </div>
  );
}

function NoLogs() {
  return (
    <Empty
      title="This trace has no logs."
      lines={
        "import logging\nimport sonde\n\nsonde.configure(service_name='shop')\nlogging.getLogger(__name__).warning('card declined')"
      }
    >
      <p>
        Log records that carry a trace id appear here, and as dots on the bars. Sonde's logging handler adds the ids by
        itself:
      </p>
    </Empty>
  );
}

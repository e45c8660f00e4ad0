/* Panels that are lists: log records, traces, and words for people. */
import { severityColour } from '../../charts/colours';
import { Ago, Duration, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { hrefWith } from '../../state/url';
import type { LogRecord, TraceLine } from './panelData';
import { type Chosen, worded } from './variables';

const LONGEST = 500;

export function LogLines({ logs }: { logs: readonly LogRecord[] }) {
  if (logs.length === 0) return <p class="board-nothing dim">No records in this range.</p>;
  return (
    <ul class="board-list" tabIndex={0} aria-label="Log records">
      {logs.map((one) => {
        const body = typeof one.body === 'string' ? one.body : JSON.stringify(one.body);
        return (
          <li key={one.id}>
            <span class="dot" style={{ background: severityColour(one.severity) }} title={one.severity} />
            <Ago ms={Number(BigInt(one.time_ns) / 1_000_000n)} />
            <ServiceName name={one.service} />
            <bdi class="board-log">
              {one.trace_id ? (
                <Link href={hrefWith(`/trace/${one.trace_id}`)}>{body.slice(0, LONGEST)}</Link>
              ) : (
                body.slice(0, LONGEST)
              )}
            </bdi>
          </li>
        );
      })}
    </ul>
  );
}

export function TraceLines({ traces }: { traces: readonly TraceLine[] }) {
  if (traces.length === 0) return <p class="board-nothing dim">No traces in this range.</p>;
  return (
    <ul class="board-list" tabIndex={0} aria-label="Traces">
      {traces.map((one) => (
        <li key={one.trace_id}>
          <span class="dot" style={{ background: one.errors ? 'var(--bad)' : 'var(--line-2)' }} />
          <Ago ms={Number(BigInt(one.start_ns) / 1_000_000n)} />
          <ServiceName name={one.root_service} />
          <Link class="board-log" href={hrefWith(`/trace/${one.trace_id}`)}>
            <bdi>{one.root_name}</bdi>
          </Link>
          <Duration ms={one.duration_ms} />
        </li>
      ))}
    </ul>
  );
}

/** Plain text; lines that begin with # are headings, addresses are shown as they are. */
export function Words({ text, chosen }: { text: string; chosen: Chosen }) {
  const blocks = worded(text, chosen)
    .split(/\n{2,}|\n(?=#)|(?<=^#[^\n]*)\n/m)
    .filter((block) => block.trim());
  return (
    <div class="board-words" tabIndex={0} role="region" aria-label="Text">
      {blocks.map((block, index) =>
        block.startsWith('#') ? <h3 key={index}>{block.replace(/^#+\s*/, '')}</h3> : <p key={index}>{block}</p>,
      )}
    </div>
  );
}

/* One found trace: what it was, how long beside the others, which services took part, whether something failed. */
import { serviceColour } from '../../charts/colours';
import { count } from '../../format';
import { Ago, Duration } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { hrefWith, navigate } from '../../state/url';
import type { Summary } from './useTraces';

interface Props {
  trace: Summary;
  /** The longest duration in the list. */
  longestMs: number;
  nowMs: number;
  isCursor: boolean;
  isChosen: boolean;
  onChoose: () => void;
}

export function TraceRow({ trace, longestMs, nowMs, isCursor, isChosen, onChoose }: Props) {
  const href = hrefWith(`/trace/${trace.trace_id}`);
  const share = longestMs > 0 ? trace.duration_ms / longestMs : 0;
  const opened = (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest('a, input, label') || getSelection()?.toString()) return;
    navigate(href);
  };
  return (
    <div
      class={`traces-row ${isCursor ? 'is-cursor' : ''} ${isChosen ? 'is-chosen' : ''}`}
      role="listitem"
      key={trace.trace_id}
      aria-current={isCursor ? 'true' : undefined}
      onClick={opened}
    >
      <label class="traces-choose">
        <input
          type="checkbox"
          checked={isChosen}
          onChange={onChoose}
          aria-label={`Choose ${trace.root_name} to compare`}
        />
      </label>
      <span class="traces-what">
        <span class="dot" style={{ background: serviceColour(trace.root_service) }} aria-hidden="true" />
        <bdi class="traces-service">{trace.root_service || '(no service)'}</bdi>
        <Link href={href} class="traces-name">
          <bdi>{trace.root_name || '(no name)'}</bdi>
        </Link>
        {trace.errors > 0 && (
          <span class="traces-errors">
            {count(trace.errors)} <span class="traces-wide">failed</span>
          </span>
        )}
      </span>
      <Services trace={trace} />
      <span class="traces-spans">
        {count(trace.spans)} <span class="unit">spans</span>
      </span>
      <span class="traces-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(0.5, share * 100)}%` }} class={trace.errors > 0 ? 'is-bad' : ''} />
      </span>
      <span class="traces-duration">
        <Duration ms={trace.duration_ms} />
      </span>
      <span class="traces-age">
        <Ago ms={startMs(trace)} now={nowMs} />
      </span>
    </div>
  );
}

/** When a trace began, milliseconds since the epoch. */
export const startMs = (trace: Summary) => Number(BigInt(trace.start_ns) / 1_000_000n);

/** Services as segments, as wide as their share of the spans. */
function Services({ trace }: { trace: Summary }) {
  const said = trace.services.map((one) => `${one.name || '(no service)'} ${one.spans}`).join(', ');
  return (
    <span class="traces-services" role="img" aria-label={said} title={said}>
      {trace.services.slice(0, 12).map((one) => (
        <span key={one.name} style={{ flexGrow: one.spans, background: serviceColour(one.name) }} />
      ))}
    </span>
  );
}

/* When a span ran within its trace, and how much of it was its own work. */
import { useMemo } from 'preact/hooks';
import { Flag } from '../../../api/outline';
import { percent } from '../../../format';
import { Duration } from '../../../parts/Figures';
import { selfTime } from '../rows';
import type { TraceState } from '../useTrace';

export function Timing({ state, span }: { state: TraceState; span: number }) {
  const { outline } = state;
  const { start, duration, parent, flags, children } = outline.spans;
  const own = useMemo(() => selfTime(outline, span), [outline, span]);
  const waited = useMemo(
    () => outline.critical.reduce((sum, [index, from, to]) => (index === span ? sum + to - from : sum), 0),
    [outline, span],
  );
  const all = Math.max(1, outline.duration_ns);
  const above = parent[span]!;
  return (
    <dl class="span-times">
      <Time name="Duration" ns={duration[span]!} part={duration[span]! / all} />
      <Time name="Self time" ns={own} part={own / Math.max(1, duration[span]!)} of="of the span" />
      <Time name="On the critical path" ns={waited} part={waited / all} />
      <Time name="Starts after the trace" ns={start[span]!} />
      {above >= 0 && <Time name="Starts after its parent" ns={start[span]! - start[above]!} />}
      <div>
        <dt>Spans below</dt>
        <dd>{children[span]}</dd>
      </div>
      {(flags[span]! & Flag.clockMoved) > 0 && (
        <p class="note">
          Its clock was moved so that it lies within its parent; the times it was sent with are in the raw trace.
        </p>
      )}
      {(flags[span]! & Flag.missingParent) > 0 && (
        <p class="note">Its parent is not stored: not sampled, lost, or not here yet.</p>
      )}
    </dl>
  );
}

function Time({ name, ns, part, of = 'of the trace' }: { name: string; ns: number; part?: number; of?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Duration ms={ns / 1e6} />
        {part !== undefined && (
          <span class="dim">
            {' '}
            {percent(part)} {of}
          </span>
        )}
      </dd>
    </div>
  );
}

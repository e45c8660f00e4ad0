/* Times along the top of a flame graph by time, from the trace's start. */
import { durationTicks } from '../../../charts/ticks';
import { duration } from '../../../format';

export function Axis({ fromNs, toNs, width }: { fromNs: number; toNs: number; width: number }) {
  const [from, to] = [fromNs / 1e6, toNs / 1e6];
  const ticks = durationTicks(from, to, Math.max(2, Math.floor(width / 110)));
  return (
    <div class="flame-axis" aria-hidden="true">
      {ticks
        .filter((at) => at >= from && (at - from) / (to - from) < 0.96)
        .map((at) => (
          <span key={at} style={{ left: `${String(((at - from) / (to - from)) * 100)}%` }}>
            {duration(at)}
          </span>
        ))}
    </div>
  );
}

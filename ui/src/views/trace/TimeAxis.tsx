/* Times along the top of the waterfall, from the trace's start, and thin lines below them. */
import { durationTicks } from '../../charts/ticks';
import { duration } from '../../format';
import type { Zoom } from './scale';

export function TimeAxis({ zoom, width }: { zoom: Zoom; width: number }) {
  const [from, to] = [zoom.from / 1e6, zoom.to / 1e6];
  const ticks = durationTicks(from, to, Math.max(2, Math.floor(width / 120)));
  return (
    <div class="wf-axis" aria-hidden="true">
      {ticks.map((at) => {
        const place = (at - from) / (to - from);
        return (
          <span key={at} class="wf-axis-tick" style={{ left: `${(place * 100).toFixed(3)}%` }}>
            {place < 1 - 60 / width && <span>{tickLabel(at, to - from)}</span>}
          </span>
        );
      })}
    </div>
  );
}

/** Labels of a narrow stretch far from the start need more digits than a duration has. */
function tickLabel(atMs: number, lengthMs: number): string {
  if (atMs === 0 || lengthMs > atMs / 50) return duration(atMs);
  const [size, unit] = atMs >= 1000 ? [1000, 's'] : atMs >= 1 ? [1, 'ms'] : [0.001, 'µs'];
  const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(lengthMs / size)) + 1));
  return `${(atMs / size).toFixed(digits)} ${unit}`;
}

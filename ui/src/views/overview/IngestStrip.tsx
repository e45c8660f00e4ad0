/* Whether everything arrives: one line, louder only when something is wrong. */
import { bytes, count, duration } from '../../format';
import { Icon } from '../../parts/Icon';
import { ago } from '../../parts/Figures';
import type { Ingest } from './types';

const NAMES: Record<string, [string, string]> = {
  traces: ['span', 'spans'],
  logs: ['log record', 'log records'],
  metrics: ['data point', 'data points'],
};
const LATE_S = 5;

export function IngestStrip({ ingest }: { ingest: Ingest }) {
  const refused = ingest.refused.reduce((sum, one) => sum + one.requests, 0);
  const isWell = ingest.ready && ingest.troubles.length === 0 && ingest.set_aside === 0;
  const size = ingest.stored.reduce((sum, one) => sum + one.bytes_on_disk, 0);
  return (
    <section class={`overview-strip ${isWell ? '' : 'is-troubled'}`} aria-label="Receiving and storing">
      <span class={isWell ? 'good' : 'warn'}>
        <Icon name={isWell ? 'check' : 'warn'} /> {isWell ? 'Receiving' : 'Needs a look'}
      </span>
      {ingest.troubles.map((said) => (
        <span key={said} class="warn" role="status">
          {said}
        </span>
      ))}
      {ingest.stored.map((one) => (
        <span key={one.signal} title={one.newest && `newest: ${one.newest}`}>
          <b>{count(one.rows)}</b> {NAMES[one.signal]?.[one.rows === 1 ? 0 : 1] ?? one.signal}
          {one.newest && <span class="dim"> · {fresh(one.newest)}</span>}
        </span>
      ))}
      <span class="dim">{bytes(size)} on disk</span>
      {!ingest.troubles.some((said) => said.includes(' behind')) &&
        (ingest.waiting_segments > 0 || ingest.lag_s >= LATE_S) && (
          <span class={ingest.lag_s >= LATE_S ? 'warn' : 'dim'}>
            {count(ingest.waiting_segments)} waiting, {duration(ingest.lag_s * 1000)} behind
          </span>
        )}
      <span
        class={refused ? 'warn' : 'dim'}
        title={ingest.refused.map((one) => `${one.reason}: ${count(one.requests)}`).join('\n')}
      >
        {refused ? `${count(refused)} requests refused (${reasons(ingest)})` : 'nothing refused'}
      </span>
      {ingest.set_aside > 0 && <span class="bad">{count(ingest.set_aside)} segments set aside</span>}
    </section>
  );
}

/** How old the newest record is, by the second that the server knows. */
function fresh(newest: string): string {
  const passed = Date.now() - Date.parse(newest);
  return passed < 2000 ? 'now' : ago(passed);
}

function reasons(ingest: Ingest): string {
  return ingest.refused
    .slice(0, 3)
    .map((one) => one.reason)
    .join(', ');
}

/* How many records, over time and by severity. A brush chooses a part: to look closer, or to have it explained. */
import { get } from '../../api/client';
import { Bars } from '../../charts/Bars';
import { severityColour } from '../../charts/colours';
import { count, moment } from '../../format';
import { Button } from '../../parts/Button';
import { Link } from '../../parts/Link';
import { Icon } from '../../parts/Icon';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { type Range, zoomTo } from '../../state/range';
import { hrefWith, useParam } from '../../state/url';
import type { Asked } from './asked';
import { SEVERITIES } from './record';

const HEIGHT = 92;
const BUCKETS = 90;

interface Bucket {
  t: number;
  counts: Record<string, number>;
}

export function Histogram({ asked, range, zone }: { asked: Asked; range: Range; zone: string }) {
  const [brushed, setBrushed] = useParam('sel');
  const brush = brushOf(brushed);
  const state = useLoad(asked.isBad ? '' : JSON.stringify([asked.conditions, range.params]), (signal) =>
    get('/sonde/logs/histogram', { ...asked.conditions, ...range.params, buckets: BUCKETS }, signal),
  );
  const buckets = state.data?.buckets ?? [];
  const sums = summed(buckets);
  const total = Object.values(sums).reduce((sum, one) => sum + one, 0);
  return (
    <Panel class="logs-histogram">
      <div class="logs-legend">
        <strong>{state.data ? `${count(total)} records` : ' '}</strong>
        {SEVERITIES.filter((name) => sums[name]).map((name) => (
          <span key={name}>
            <span class="dot" style={{ background: severityColour(name) }} aria-hidden="true" /> {name.toLowerCase()}{' '}
            <span class="dim">{count(sums[name])}</span>
          </span>
        ))}
        {brush && (
          <span class="logs-brush" role="status">
            {moment(brush.startMs, zone).slice(11)} – {moment(brush.endMs, zone).slice(11)}:{' '}
            {count(within(buckets, state.data?.step_s ?? 1, brush))} records
            <Button icon="search" onClick={() => zoomIn(brush)}>
              Zoom in
            </Button>
            <Link href={explained(asked, brushed)} class="button button-primary">
              <Icon name="explain" /> Explain this spike
            </Link>
            <Button
              kind="quiet"
              icon="close"
              label="Clear selection"
              onClick={() => setBrushed(null, { replace: true })}
            />
          </span>
        )}
      </div>
      {state.error?.status === 400 ? (
        <div style={{ height: HEIGHT }} /> // a refused question is told of once, where the records stand
      ) : (
        <Loaded state={state} skeleton={<Skeleton height={HEIGHT} />}>
          {(data) => (
            <Bars
              buckets={data.buckets}
              stepS={data.step_s}
              order={SEVERITIES}
              colour={severityColour}
              startMs={range.startMs}
              endMs={range.endMs}
              height={HEIGHT}
              label="records"
              onBrush={(startMs, endMs) => setBrushed(`${Math.floor(startMs)},${Math.ceil(endMs)}`, { replace: true })}
            />
          )}
        </Loaded>
      )}
    </Panel>
  );

  function zoomIn({ startMs, endMs }: Brush) {
    setBrushed(null, { replace: true });
    zoomTo(startMs, endMs);
  }
}

interface Brush {
  startMs: number;
  endMs: number;
}

/** `START,END` of the address in milliseconds; undefined where it is none. */
function brushOf(text: string): Brush | undefined {
  const [startMs, endMs] = text.split(',').map(Number);
  return startMs !== undefined && endMs !== undefined && startMs > 0 && endMs > startMs
    ? { startMs, endMs }
    : undefined;
}

/** Where a part of the time is explained against the rest. */
function explained(asked: Asked, sel: string): string {
  return hrefWith('/explain', { signal: 'logs', q: asked.q, sel });
}

function summed(buckets: readonly Bucket[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counts } of buckets) for (const [name, n] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + n;
  return sums;
}

/** Records in a part of the time, whole buckets. */
function within(buckets: readonly Bucket[], stepS: number, { startMs, endMs }: Brush): number {
  const inside = buckets.filter(({ t }) => t * 1000 < endMs && (t + stepS) * 1000 > startMs);
  return Object.values(summed(inside)).reduce((sum, one) => sum + one, 0);
}

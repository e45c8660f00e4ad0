/* How many spans took how long, over time. What is brushed leads to those traces, or to what sets them apart. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Heatmap } from '../../charts/Heatmap';
import { count, duration, shortMoment } from '../../format';
import { useKeys } from '../../keys/keys';
import { Button } from '../../parts/Button';
import { Link } from '../../parts/Link';
import { Panel } from '../../parts/Page';
import { zoomTo } from '../../state/range';
import { type Brushed, brushedExplainHref, brushedTracesHref } from './links';
import { partly } from './Charts';
import type { ServiceAnswer } from './ServicePage';

export function Durations({ answer }: { answer: ServiceAnswer }) {
  const [brushed, setBrushed] = useState<Brushed | null>(null);
  useEffect(() => setBrushed(null), [answer]);
  useKeys('Durations', [
    { keys: 'Escape', does: 'Forget what was brushed', run: () => setBrushed(null), when: () => brushed !== null },
  ]);
  if (answer.heat.counts.length === 0) return null;
  return (
    <Panel
      title="Durations"
      note={[`${count(answer.durations_read)} spans`, partly(answer)].filter(Boolean).join(', ')}
      actions={
        brushed ? (
          <Chosen service={answer.service} brushed={brushed} onClear={() => setBrushed(null)} />
        ) : (
          <span class="note">Drag over a part to see its traces</span>
        )
      }
    >
      <Heatmap
        times={answer.times}
        stepS={answer.step_s}
        bounds={answer.heat.bounds_ms}
        counts={answer.heat.counts}
        startMs={answer.start * 1000}
        endMs={answer.end * 1000}
        height={220}
        sync="service"
        label="spans"
        onBrush={(startMs, endMs, low, high) =>
          setBrushed({ startMs, endMs, lowMs: Math.min(low, high), highMs: Math.max(low, high) })
        }
      />
    </Panel>
  );
}

function Chosen({ service, brushed, onClear }: { service: string; brushed: Brushed; onClear: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector('a')?.focus(), [brushed]);
  return (
    <div class="service-chosen" ref={box} role="group" aria-label="What was brushed">
      <span role="status">
        {shortMoment(brushed.startMs)} to {shortMoment(brushed.endMs)}, {duration(brushed.lowMs)} to{' '}
        {duration(brushed.highMs)}
      </span>
      <Link class="button button-primary" href={brushedTracesHref(service, brushed)}>
        Show traces
      </Link>
      <Link class="button button-plain" href={brushedExplainHref(service, brushed)}>
        Explain
      </Link>
      <Button onClick={() => zoomTo(brushed.startMs, brushed.endMs)}>Zoom in</Button>
      <Button kind="quiet" icon="close" label="Forget" onClick={onClear} />
    </div>
  );
}

/* Every trace as a dot, by when it began and how long it took; drag a box around what is worth a look. */
import { Scatter } from '../../charts/Scatter';
import { serviceColour } from '../../charts/colours';
import { get, type Answer } from '../../api/client';
import { count, duration, timeOfDay } from '../../format';
import { Segmented } from '../../parts/Button';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import type { TraceParams } from '../../parts/querybar/grammar';
import { useLoad } from '../../state/load';
import { useLook } from '../../state/look';
import type { Range } from '../../state/range';
import { hrefWith, navigate, setParams, useParam } from '../../state/url';
import { useMemo } from 'preact/hooks';
import { brushed, extentOf } from './brush';

type Points = Answer<'/sonde/traces/scatter'>;

interface Props {
  q: string;
  params: TraceParams;
  range: Range;
}

const HEIGHT = 190;
const WITHOUT_ERROR = 'var(--hue-0)';

export function Picture({ q, params, range }: Props) {
  const [colour, setColour] = useParam('colour', 'status');
  const [scale, setScale] = useParam('scale', 'log');
  const asked = { ...params, ...range.params };
  const state = useLoad(JSON.stringify(asked), (signal) => get('/sonde/traces/scatter', asked, signal));
  return (
    <Panel
      title="When and how long"
      note={state.data && <Counts found={state.data} />}
      actions={
        <>
          <Segmented
            label="Colour by"
            value={colour}
            options={[
              { value: 'status', label: 'Status' },
              { value: 'service', label: 'Service' },
            ]}
            onChange={(value) => setColour(value, { replace: true })}
          />
          <Segmented
            label="Scale of durations"
            value={scale}
            options={[
              { value: 'log', label: 'Log' },
              { value: 'linear', label: 'Linear' },
            ]}
            onChange={(value) => setScale(value, { replace: true })}
          />
        </>
      }
    >
      <div class="traces-picture">
        <Loaded state={state} skeleton={<Skeleton height={HEIGHT} />}>
          {(found) => (
            <Dots found={found} q={q} range={range} byService={colour === 'service'} isLog={scale === 'log'} />
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

interface DotsProps {
  found: Points;
  q: string;
  range: Range;
  byService: boolean;
  isLog: boolean;
}

function Dots({ found, q, range, byService, isLog }: DotsProps) {
  const { points } = found;
  const { order, dots } = useMemo(() => drawn(found, byService), [found, byService]);
  return (
    <Scatter
      points={dots}
      startMs={range.startMs}
      endMs={range.endMs}
      yFormat={duration}
      log={isLog}
      height={HEIGHT}
      label="traces"
      onBrush={(x0, x1, y0, y1) => {
        const { from, to, q: next } = brushed(q, { x0, x1, y0, y1 }, extentOf(points.duration_ms));
        setParams({ from, to, q: next });
      }}
      onPoint={(index) => navigate(hrefWith(`/trace/${points.trace_id[order[index]!]!}`))}
    />
  );
}

/** Dots in the order of painting: failed ones last, so that they lie on top. */
function drawn({ points, services, names }: Points, byService: boolean) {
  const all = points.trace_id.map((_, i) => i);
  const order = [...all.filter((i) => !points.errors[i]), ...all.filter((i) => points.errors[i])];
  const dots = order.map((i) => {
    const service = services[points.service[i]!]!;
    const failed = points.errors[i]!;
    const plain = byService ? serviceColour(service) : WITHOUT_ERROR;
    return {
      x: points.t[i]! * 1000,
      y: points.duration_ms[i]!,
      colour: failed && !byService ? 'var(--bad)' : plain,
      label: `${service} ${names[points.name[i]!]!}${failed ? `, ${failed} failed` : ''}`,
    };
  });
  return { order, dots };
}

function Counts({ found }: { found: Points }) {
  const { shownZone } = useLook();
  const about = found.traces_exact ? '' : 'about ';
  return (
    <>
      {about}
      <b>{count(found.traces)}</b> traces, {count(found.spans)} matching spans
      {found.failed_spans > 0 && (
        <>
          , <span class="traces-failed">{count(found.failed_spans)} failed</span>
        </>
      )}
      {found.sampled && (
        <span title="The slowest are all here, then failed ones; the others are an even sample.">
          {' '}
          · {count(found.points.trace_id.length)} drawn
        </span>
      )}
      {found.cut && (
        <span class="traces-cut"> · too much to read: since {timeOfDay(found.start * 1000, shownZone)}</span>
      )}
    </>
  );
}

/* Where one selects: traces as dots by time and duration, or log records as bars; what is selected stands out. */
import { get } from '../../api/client';
import { Bars } from '../../charts/Bars';
import { Scatter } from '../../charts/Scatter';
import { severityColour } from '../../charts/colours';
import { duration } from '../../format';
import { Button } from '../../parts/Button';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { type Term, print, toLogParams, toTraceParams } from '../../parts/querybar/grammar';
import { useLoad } from '../../state/load';
import type { Range } from '../../state/range';
import type { SignalName } from './ExplainPage';
import type { Brush } from './split';

const HEIGHT = 190;
const SEVERITIES = ['UNSPECIFIED', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

interface Props {
  signal: SignalName;
  base: readonly Term[];
  range: Range;
  brush: Brush | undefined;
  onSelect: (startMs: number, endMs: number, lowMs?: number, highMs?: number) => void;
  onClear: (() => void) | undefined;
}

export function Picture(props: Props) {
  const { signal, brush, onClear } = props;
  return (
    <Panel
      title={signal === 'traces' ? 'Traces by duration' : 'Records by severity'}
      note={brush ? 'the selected part is in colour' : 'drag to select'}
      actions={
        onClear && (
          <Button kind="quiet" icon="close" onClick={onClear}>
            Select nothing
          </Button>
        )
      }
    >
      <div class="explain-picture">{signal === 'traces' ? <Dots {...props} /> : <Spikes {...props} />}</div>
    </Panel>
  );
}

function Dots({ base, range, brush, onSelect }: Props) {
  const state = useLoad(`scatter ${print(base)} ${range.params.start} ${range.params.end}`, (abort) =>
    get('/sonde/traces/scatter', { ...range.params, ...toTraceParams(base) }, abort),
  );
  return (
    <Loaded state={state} skeleton={<Skeleton height={HEIGHT} />}>
      {({ points, services, names }) => (
        <Scatter
          points={points.t.map((t, index) => ({
            x: t * 1000,
            y: points.duration_ms[index]!,
            colour: dotColour(
              points.errors[index]! > 0,
              !brush || (t * 1000 >= brush.startMs && t * 1000 < brush.endMs),
            ),
            label: `${services[points.service[index]!]} ${names[points.name[index]!]}, ${duration(points.duration_ms[index]!)}`,
          }))}
          startMs={range.startMs}
          endMs={range.endMs}
          yFormat={duration}
          log
          height={HEIGHT}
          onBrush={onSelect}
          label="traces"
        />
      )}
    </Loaded>
  );
}

function dotColour(failed: boolean, selected: boolean): string {
  if (!selected) return 'var(--line-2)';
  return failed ? 'var(--bad)' : 'var(--accent)';
}

function Spikes({ base, range, onSelect }: Props) {
  const state = useLoad(`histogram ${print(base)} ${range.params.start} ${range.params.end}`, (abort) =>
    get('/sonde/logs/histogram', { ...range.params, ...toLogParams(base), buckets: 90 }, abort),
  );
  return (
    <Loaded state={state} skeleton={<Skeleton height={HEIGHT} />}>
      {(data) => (
        <Bars
          buckets={data.buckets.map((one) => ({ t: Date.parse(one.time) / 1000, counts: one.counts }))}
          stepS={data.step_s}
          order={SEVERITIES}
          colour={severityColour}
          startMs={range.startMs}
          endMs={range.endMs}
          height={HEIGHT}
          onBrush={(startMs, endMs) => onSelect(startMs, endMs)}
          label="records"
        />
      )}
    </Loaded>
  );
}

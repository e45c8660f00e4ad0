/* Rate, failures and latency over time, pointing at the same moment; a brush narrows the time, marks are new versions. */
import { useMemo } from 'preact/hooks';
import { type Line, type Mark, TimeChart } from '../../charts/TimeChart';
import { Panel } from '../../parts/Page';
import { zoomTo } from '../../state/range';
import type { ServiceAnswer, TroubleAnswer } from './ServicePage';

const HEIGHT = 168;

export function Charts({ answer, trouble }: { answer: ServiceAnswer; trouble: TroubleAnswer | undefined }) {
  const lines = useMemo(() => linesOf(answer), [answer]);
  const marks = useMemo(() => newVersions(answer, trouble), [answer, trouble]);
  const shared = {
    startMs: answer.start * 1000,
    endMs: answer.end * 1000,
    height: HEIGHT,
    sync: 'service',
    onBrush: zoomTo,
    marks,
  };
  return (
    <div class="service-charts">
      <Panel title="Rate" note="per second">
        <TimeChart {...shared} kind="area" unit="1/s" series={lines.rate} label="Rate over time" />
      </Panel>
      <Panel title="Errors" note="share of spans that failed">
        <TimeChart {...shared} kind="area" unit="%" series={lines.failures} label="Share of errors over time" />
      </Panel>
      <Panel title="Latency" note={partly(answer)}>
        <TimeChart
          {...shared}
          unit="ms"
          series={lines.latency}
          legend
          label="Median, 95th and 99th percentile over time"
        />
      </Panel>
    </div>
  );
}

/** That not all spans were read, where that is so. */
export function partly(answer: ServiceAnswer): string | undefined {
  return answer.durations_share < 1
    ? `from ${String(Number((answer.durations_share * 100).toPrecision(2)))}% of the time, evenly spread`
    : undefined;
}

function linesOf({ times, course }: ServiceAnswer): Record<'rate' | 'failures' | 'latency', Line[]> {
  const points = (values: readonly (number | null)[]) => times.map((t, i) => [t, values[i] ?? null] as const);
  const share = course.rate_per_s.map((rate, i) =>
    rate ? (100 * (course.errors_per_s[i] ?? 0)) / rate : rate === 0 ? 0 : null,
  );
  return {
    rate: [{ label: 'rate', points: points(course.rate_per_s), colour: 'var(--accent)' }],
    failures: [{ label: 'errors', points: points(share), colour: 'var(--bad)' }],
    latency: [
      { label: 'p50', points: points(course.p50_ms), colour: 'var(--hue-0)' },
      { label: 'p95', points: points(course.p95_ms), colour: 'var(--hue-1)' },
      { label: 'p99', points: points(course.p99_ms), colour: 'var(--hue-2)', dashed: true },
    ],
  };
}

/** Versions that were not there when the range began. */
function newVersions(answer: ServiceAnswer, trouble: TroubleAnswer | undefined): Mark[] {
  const begun = (answer.times.find((_, i) => answer.course.rate_per_s[i] != null) ?? answer.start) + answer.step_s;
  return (trouble?.versions ?? [])
    .filter((one) => one.name && Date.parse(one.first_seen) / 1000 > begun)
    .slice(0, 12)
    .map((one) => ({ atMs: Date.parse(one.first_seen), label: one.name.slice(0, 24) }));
}

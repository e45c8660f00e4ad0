/* Before the first data: the lines that bring some, with this server's own address in them. And where a range has none. */
import { useEffect } from 'preact/hooks';
import { Button } from '../../parts/Button';
import { Moment } from '../../parts/Figures';
import { Code, Empty } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { zoomTo } from '../../state/range';
import { firstLines } from './lines';
import type { Ingest } from './types';

const EVERY_MS = 2000;
const AROUND_MS = 3_600_000;

/** Looks again by itself, so that the page changes when the first spans are there. */
export function FirstRun({ reload }: { reload: () => void }) {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const lines = firstLines(location.hostname);
  return (
    <div class="overview-first">
      <p role="status" class="dim">
        This page shows your services as soon as their first spans arrive; it looks every two seconds.
      </p>
      <Panel title="From a Python application">
        <p>In the environment that the application runs in:</p>
        <Code text="pip install sonde" />
        <p>One line in it, before its other imports do their work:</p>
        <Code text={lines.python} />
        <p>Or no line at all, with the variables of OpenTelemetry:</p>
        <Code text={lines.environment} />
      </Panel>
      <Panel title="From anything that speaks OpenTelemetry">
        <p>OTLP over gRPC or HTTP, from any SDK and any collector:</p>
        <Code text={lines.otlp} />
      </Panel>
      <Panel title="Or look around first">
        <p>A shop of seven services that breaks in four ways, on a server and addresses of its own:</p>
        <Code text="sonde demo" />
        <p>In a clone of the sources it is the same:</p>
        <Code text="make demo" />
      </Panel>
    </div>
  );
}

/** A range without spans, in a store that has some. */
export function NothingNow({ ingest }: { ingest: Ingest }) {
  const newest = ingest.stored
    .map((one) => Date.parse(one.newest))
    .filter((at) => at > 0)
    .reduce((one, other) => Math.max(one, other), 0);
  return (
    <Empty title="No spans in this range">
      {newest > 0 && (
        <>
          <p>
            The newest record is of <Moment ms={newest} />.
          </p>
          <Button onClick={() => zoomTo(newest - AROUND_MS, newest + 1000)}>Show the hour before it</Button>
        </>
      )}
    </Empty>
  );
}

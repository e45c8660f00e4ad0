/* No records: because none were ever sent, or because the question is too narrow; each with the way out. */
import { get } from '../../api/client';
import { moment } from '../../format';
import { Button } from '../../parts/Button';
import { Empty, Skeleton } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import { zoomTo } from '../../state/range';
import { setParams } from '../../state/url';
import type { Asked } from './asked';
import { msOf } from './record';

const HOW_TO = `import logging
import sonde

sonde.configure(service_name="shop")  # log records of the root logger and all others go to 127.0.0.1:4317
logging.getLogger("shop").warning("order %s was declined", 17, extra={"customer": "ada"})`;

const AROUND_MS = 15 * 60_000;

export function Nothing({ asked }: { asked: Asked }) {
  const latest = useLoad('latest', (signal) => get('/sonde/logs', { limit: 1, cut: 200 }, signal));
  if (!latest.data) return <Skeleton height={160} />;
  const newest = latest.data.logs[0];
  if (!newest)
    return (
      <Empty title="No log records yet" lines={HOW_TO}>
        <p>
          Here are the records that applications write with Python’s <code>logging</code> (structlog and loguru as
          well), with the trace and span they belong to. Three lines send them; any OTLP client or Collector does too,
          to port 4317 (gRPC) or 4318 (HTTP).
        </p>
      </Empty>
    );
  const isAsked = Object.keys(asked.conditions).length > 0;
  return (
    <Empty title={isAsked ? 'No record meets all conditions in this range' : 'No records in this range'}>
      <p>The latest record of all is of {moment(msOf(newest.time_ns))}.</p>
      <p class="logs-nothing">
        <Button onClick={() => zoomTo(msOf(newest.time_ns) - AROUND_MS, msOf(newest.time_ns) + 1)}>
          Show the time before it
        </Button>
        {isAsked && (
          <Button onClick={() => setParams({ q: null, pattern: null, without: null, event: null })}>
            Drop all conditions
          </Button>
        )}
      </p>
      {asked.words.length > 1 && <p>Every word must be there; “-word” leaves records with a word out.</p>}
    </Empty>
  );
}

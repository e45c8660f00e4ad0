/* Choosing what to compare: paste an id or an address, or take a trace of the same operation. */
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import { count } from '../../format';
import { Button } from '../../parts/Button';
import { Duration, Moment, ServiceName } from '../../parts/Figures';
import { Link } from '../../parts/Link';
import { Empty, Loaded, Skeleton } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { hrefWith, setParams } from '../../state/url';
import { traceIdIn } from './differences';

const AROUND_MS = 3_600_000;
const MOST = 6;

export function Choose({ a, b }: { a: string; b: string }) {
  const known = a || b;
  const missing = a ? 'b' : 'a';
  return (
    <div class="compare-choose">
      {!known && (
        <Empty title="Two traces, side by side">
          Paste the ids of two traces, or open a trace and choose “Compare”. What both did is matched by service,
          operation and kind; where one did more or took longer is shown, with the attributes that differ.
        </Empty>
      )}
      <Paste which={known ? missing : 'a'} />
      {known && <Similar known={known} missing={missing} />}
    </div>
  );
}

function Paste({ which }: { which: 'a' | 'b' }) {
  const [text, setText] = useState('');
  const id = traceIdIn(text);
  return (
    <form
      class="compare-paste"
      onSubmit={(event) => {
        event.preventDefault();
        if (!id) return;
        setText('');
        setParams({ [which]: id });
      }}
    >
      <label class="labelled">
        <span>Trace {which}</span>
        <input
          class="input mono"
          value={text}
          placeholder="5b8efff798038103d269b633813fc60c"
          spellcheck={false}
          autoComplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <Button type="submit" kind="primary" disabled={!id}>
        Use it
      </Button>
      {text && !id && (
        <span class="note">A trace id has up to 32 hexadecimal digits; the address of a trace will do too.</span>
      )}
    </form>
  );
}

function Similar({ known, missing }: { known: string; missing: 'a' | 'b' }) {
  const state = useLoad(known, async (signal) => {
    const { a: trace } = await get('/sonde/compare', { a: known, b: known }, signal);
    const at = Date.parse(trace.start.slice(0, 23) + 'Z');
    const asked = {
      service: trace.root_service,
      operation: trace.root_name,
      start: new Date(at - AROUND_MS).toISOString(),
      end: new Date(at + AROUND_MS).toISOString(),
      limit: 50,
    };
    // A request that failed at once is fast, but no model: of the fast ones those count that did not fail.
    const [fast, slow] = await Promise.all([
      get('/sonde/traces', { ...asked, sort: 'shortest', status: 'unset' }, signal),
      get('/sonde/traces', { ...asked, sort: 'longest' }, signal),
    ]);
    const others = ({ traces }: typeof fast): typeof traces => traces.filter((one) => one.trace_id !== trace.trace_id);
    const sound = others(fast).filter((one) => one.errors === 0);
    return { trace, fast: (sound.length ? sound : others(fast)).slice(0, MOST), slow: others(slow).slice(0, MOST) };
  });
  return (
    <Loaded state={state} skeleton={<Skeleton height={260} />}>
      {({ trace, fast, slow }) => (
        <>
          <p class="compare-known">
            Compare <ServiceName name={trace.root_service} /> <bdi>{trace.root_name}</bdi> (
            <Duration ms={trace.duration_ms} />) with one of the same operation, within an hour of it:
          </p>
          <div class="compare-similar">
            <Candidates title="Fast ones" traces={fast} missing={missing} known={known} />
            <Candidates title="Slow ones" traces={slow} missing={missing} known={known} />
          </div>
        </>
      )}
    </Loaded>
  );
}

interface Candidate {
  trace_id: string;
  start_ns: string;
  duration_ms: number;
  spans: number;
  errors: number;
}

function Candidates(props: { title: string; traces: Candidate[]; missing: 'a' | 'b'; known: string }) {
  const { title, traces, missing, known } = props;
  return (
    <Panel title={title}>
      {traces.length === 0 ? (
        <p class="note">There is no other trace of this operation within an hour.</p>
      ) : (
        <ul class="compare-candidates">
          {traces.map((one) => (
            <li key={one.trace_id}>
              <Link
                href={hrefWith(
                  '/compare',
                  missing === 'b' ? { a: known, b: one.trace_id } : { a: one.trace_id, b: known },
                )}
              >
                <Duration ms={one.duration_ms} />
                <span>{count(one.spans)} spans</span>
                <span class={one.errors ? 'compare-failed' : 'dim'}>{count(one.errors)} failed</span>
                <Moment ns={one.start_ns} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

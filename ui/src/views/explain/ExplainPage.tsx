/* Select some records, by a query or by brushing, and see what sets them apart from the rest. */
import './explain.css';
import { send } from '../../api/client';
import type { components } from '../../api/schema';
import { useKeys } from '../../keys/keys';
import { Button, Segmented } from '../../parts/Button';
import { Empty, Loaded, Skeleton } from '../../parts/Loaded';
import { Page, Panel } from '../../parts/Page';
import { QueryBar } from '../../parts/querybar/QueryBar';
import { parse, problems, term, withTerm } from '../../parts/querybar/grammar';
import { useLoad } from '../../state/load';
import { useRange } from '../../state/range';
import { setParams, useParam } from '../../state/url';
import { duration } from '../../format';
import { Answer } from './Answer';
import { Picture } from './Picture';
import { type Unit, brushOf, question, split, usualUnit } from './split';

export type Explanation = components['schemas']['ExplainAnswer'];
export type SignalName = 'traces' | 'logs';

export function ExplainPage() {
  const [given] = useParam('signal', 'traces');
  const signal: SignalName = given === 'logs' ? 'logs' : 'traces';
  const [q, setQ] = useParam('q');
  const [brushed] = useParam('sel');
  const [unitGiven] = useParam('unit');
  const range = useRange();
  const terms = parse(q);
  const parts = split(terms);
  const unit = (signal === 'traces' && unitGiven ? unitGiven : usualUnit(signal, parts)) as Unit;
  const brush = brushOf(brushed);
  const asked = problems(terms, signal).length ? undefined : question(signal, parts, unit, range, brush);
  const state = useLoad(asked ? JSON.stringify(asked) : '', async (abort) => {
    return (await send('POST', '/sonde/explain', asked, abort)) as Explanation;
  });

  const clear = () => setParams({ sel: null, q: null });
  useKeys('Explain', [{ keys: 'Backspace', does: 'Select nothing', run: clear, palette: true }]);
  const select = (startMs: number, endMs: number, lowMs?: number, highMs?: number) => {
    let query = q;
    if (lowMs !== undefined && highMs !== undefined) {
      const kept = terms.filter((one) => one.field !== 'trace.duration').map((one) => one.raw);
      query = [
        ...kept,
        term('trace.duration', '>=', written(lowMs)),
        term('trace.duration', '<=', written(highMs)),
      ].join(' ');
    }
    setParams({ sel: `${Math.floor(startMs)},${Math.ceil(endMs)}`, q: query || null });
  };

  return (
    <Page
      title="Explain"
      actions={
        <>
          <Segmented
            label="Signal"
            value={signal}
            onChange={(value) => setParams({ signal: value === 'traces' ? null : value, q: null, sel: null })}
            options={[
              { value: 'traces', label: 'Traces' },
              { value: 'logs', label: 'Logs' },
            ]}
          />
          {signal === 'traces' && (
            <Segmented
              label="What is compared"
              value={unit}
              onChange={(value) => setParams({ unit: value })}
              options={[
                { value: 'records', label: 'Spans' },
                { value: 'traces', label: 'Whole traces' },
              ]}
            />
          )}
        </>
      }
    >
      <QueryBar
        signal={signal}
        value={q}
        onChange={(value) => setQ(value || null)}
        range={range}
        label="What is selected"
        placeholder={signal === 'traces' ? 'service:checkout status:error' : 'severity:error'}
      />
      <Picture
        signal={signal}
        base={parts.base}
        range={range}
        brush={brush}
        onSelect={select}
        onClear={brush ? clear : undefined}
      />
      {asked ? (
        <Loaded
          state={state}
          skeleton={<Skeleton height={420} />}
          isEmpty={(data) => data.selected + data.rest === 0}
          empty={<Nothing />}
        >
          {(data) => <Answer answer={data} signal={signal} unit={unit} q={q} brush={brush} />}
        </Loaded>
      ) : (
        <Choose signal={signal} q={q} onPick={(added) => setQ(withTerm(q, added))} />
      )}
    </Page>
  );
}

/** A length that the query bar reads, no finer than it can be chosen with a pointer. */
function written(ms: number): string {
  return ms >= 1 ? `${Number(ms.toPrecision(3))}ms` : `${Math.max(0, Math.round(ms * 1000))}us`;
}

function Nothing() {
  return (
    <Panel>
      <Empty title="Nothing was recorded here.">Choose a longer time range, or another service.</Empty>
    </Panel>
  );
}

const OFFERS = {
  traces: [
    { label: 'What failed', term: 'status:error' },
    { label: `Traces over ${duration(500)}`, term: 'trace.duration>500ms' },
    { label: `Spans over ${duration(100)}`, term: 'duration>100ms' },
  ],
  logs: [
    { label: 'Errors', term: 'severity:error' },
    { label: 'Warnings and worse', term: 'severity:warn' },
  ],
};

function Choose({ signal, onPick }: { signal: SignalName; q: string; onPick: (term: string) => void }) {
  return (
    <Panel>
      <Empty title="Select what you wonder about.">
        <p>
          Drag over the {signal === 'traces' ? 'slow traces' : 'spike'} above, or say it in the bar. What is selected is
          compared with everything else in the range, attribute by attribute, and what differs most comes first.
        </p>
        <div class="explain-offers">
          {OFFERS[signal].map((one) => (
            <Button key={one.term} onClick={() => onPick(one.term)}>
              {one.label}
            </Button>
          ))}
        </div>
      </Empty>
    </Panel>
  );
}

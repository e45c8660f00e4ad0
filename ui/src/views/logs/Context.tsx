/* What the same sender wrote before and after a record; more of either on demand. */
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import { severityColour } from '../../charts/colours';
import { Button } from '../../parts/Button';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import { Found } from './Body';
import { type LogRecord, severityOf, timeText } from './record';
import { bodyText, folded } from './text';

const STEP = 10;
const MOST = 1000;

export function Context({ record, words, zone }: { record: LogRecord; words: readonly string[]; zone: string }) {
  const [count, setCount] = useState({ before: 5, after: 5 });
  const state = useLoad(JSON.stringify([record.id, count]), (signal) =>
    get('/sonde/logs/context', { id: record.id, ...count }, signal),
  );
  const more = (side: 'before' | 'after') => setCount({ ...count, [side]: Math.min(MOST, count[side] + STEP) });
  return (
    <section class="logs-context" aria-label="Lines around it">
      <Loaded state={state} skeleton={<Skeleton height={220} />}>
        {({ before, line, after }) => (
          <>
            <More side="before" shown={before.length} asked={count.before} onMore={() => more('before')} />
            <ol>
              {[...before, line, ...after].map((one, at) => (
                <li key={`${one.id}-${at}`} class={at === before.length ? 'is-here' : ''}>
                  <span class="logs-mark" style={{ background: severityColour(severityOf(one)) }} aria-hidden="true" />
                  <time dateTime={one.time}>{timeText(one, zone)}</time>
                  <span>
                    <Found text={folded(bodyText(one.body), 3, 1000).text} words={words} />
                  </span>
                </li>
              ))}
            </ol>
            <More side="after" shown={after.length} asked={count.after} onMore={() => more('after')} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function More({ side, shown, asked, onMore }: { side: string; shown: number; asked: number; onMore: () => void }) {
  if (shown < asked) return <p class="note">Nothing {side} that.</p>;
  return (
    <Button kind="quiet" icon={side === 'before' ? 'up' : 'down'} onClick={onMore} disabled={asked >= MOST}>
      {STEP} more {side}
    </Button>
  );
}

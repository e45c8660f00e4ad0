/* The records themselves: paged in both directions, or followed as they arrive. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useKeys } from '../../keys/keys';
import { Button } from '../../parts/Button';
import { ErrorNote, Skeleton } from '../../parts/Loaded';
import type { Range } from '../../state/range';
import { useParam } from '../../state/url';
import type { Asked } from './asked';
import { useColumns } from './columns';
import { LogList } from './LogList';
import { LogRow } from './LogRow';
import { Nothing } from './Nothing';
import type { Order } from './pages';
import { TailBar } from './TailBar';
import { usePages } from './usePages';
import { useTail } from './useTail';
import { withTail } from './withTail';

interface Props {
  asked: Asked;
  range: Range;
  zone: string;
}

export function Records({ asked, range, zone }: Props) {
  const [orderText] = useParam('order', 'newest');
  const [wrapText, setWrap] = useParam('wrap');
  const [liveText, setLive] = useParam('live');
  const [opened, setOpened] = useParam('record');
  const [columns] = useColumns();
  const [cursor, setCursor] = useState('');
  const order: Order = orderText === 'oldest' ? 'oldest' : 'newest';
  const [live, wrap] = [liveText === '1', wrapText === '1'];

  // While one follows, the range ends where following began: what comes later comes from the stream.
  const shown = useMemo(() => range.params, live ? [range.from, live] : [range.params.start, range.params.end]);
  const at = live ? '' : opened;
  const paged = usePages({
    conditions: asked.conditions,
    range: shown,
    order: live ? 'newest' : order,
    at,
    isBad: asked.isBad,
  });
  const follow = useTail(asked.conditions, live && !asked.isBad);
  const rows = useMemo(
    () => (live ? withTail(paged.pages.rows, follow.tail.lines, order) : paged.pages.rows),
    [live, paged.pages.rows, follow.tail.lines, order],
  );
  const isUpsideDown = live && order === 'oldest';
  const index = rows.findIndex((row) => row.id === cursor);

  const toggle = (id: string) => {
    setCursor(id);
    setOpened(opened === id ? null : id, { replace: true });
  };
  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, index < 0 ? (by > 0 ? 0 : rows.length - 1) : index + by))];
    if (next) setCursor(next.id);
  };
  const { isHeld } = follow.tail;
  useKeys('Logs', [
    { keys: 'j', does: 'Next record', run: () => move(1) },
    { keys: 'k', does: 'Previous record', run: () => move(-1) },
    { keys: 'Enter', does: 'Open or close the record', run: () => toggle(cursor), when: () => index >= 0 },
    {
      keys: 'Escape',
      does: 'Close the record',
      run: () => setOpened(null, { replace: true }),
      when: () => opened !== '',
    },
    { keys: 'w', does: 'Wrap long lines', run: () => setWrap(wrap ? null : '1', { replace: true }), palette: true },
    { keys: 'shift+l', does: 'Follow new records', run: () => setLive(live ? null : '1'), palette: true },
    { keys: 'p', does: 'Pause or go on following', run: isHeld ? follow.release : follow.hold, when: () => live },
  ]);
  useEffect(() => {
    if (opened) setCursor((was) => was || opened);
  }, [opened]);

  if (paged.error && rows.length === 0) return <ErrorNote error={paged.error} retry={paged.reload} />;
  if (paged.loading === 'first' && rows.length === 0) return <Skeleton height={420} />;
  if (rows.length === 0 && !live) return asked.isBad ? null : <Nothing asked={asked} />;
  return (
    <div class={`logs-records ${paged.loading === 'first' ? 'is-stale' : ''}`} aria-busy={paged.loading !== ''}>
      {live && <TailBar follow={follow} onStop={() => setLive(null)} />}
      {paged.error && <ErrorNote error={paged.error} retry={paged.reload} />}
      <LogList
        key={`${order}${live}`}
        rows={rows}
        cursor={index}
        shape={`${wrap}${columns.join()}`}
        edge={live ? (order === 'newest' ? 'top' : 'bottom') : ''}
        onNear={(end) => {
          if (live && (end === 'bottom') === isUpsideDown) return; // the end at which new lines come
          if (paged.error) return;
          paged.more(isUpsideDown ? 'down' : end === 'top' ? 'up' : 'down');
        }}
        onAway={(isAway) => (isAway ? follow.hold() : follow.release())}
        foot={<Foot text={foot(live && rows.length === 0, paged.loading, paged.pages.next.down === null)} />}
        render={(row) => (
          <LogRow
            record={row}
            columns={columns}
            words={asked.words}
            wrap={wrap}
            zone={zone}
            q={asked.q}
            isOpen={row.id === opened}
            isCursor={row.id === cursor}
            onToggle={() => toggle(row.id)}
          />
        )}
      />
    </div>
  );
}

function foot(isWaiting: boolean, loading: string, isEnd: boolean): string {
  if (isWaiting) return 'Waiting for records that meet the conditions …';
  if (loading === 'down') return 'Loading …';
  return isEnd ? 'No more records in this range.' : '';
}

function Foot({ text }: { text: string }) {
  return text ? <p class="note logs-foot">{text}</p> : null;
}

/** Turns following on and off. */
export function LiveButton() {
  const [live, setLive] = useParam('live');
  const on = live === '1';
  return (
    <Button
      icon={on ? 'pause' : 'play'}
      pressed={on}
      onClick={() => setLive(on ? null : '1')}
      title="Follow new records (shift+L)"
    >
      Live
    </Button>
  );
}

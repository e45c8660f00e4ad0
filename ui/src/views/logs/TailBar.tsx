/* How the following goes: how fast lines come, what waits, what was let go. */
import { useEffect, useReducer } from 'preact/hooks';
import { count } from '../../format';
import { Button } from '../../parts/Button';
import { MOST_LINES, ratePerS } from './tail';
import type { Following } from './useTail';

export function TailBar({ follow, onStop }: { follow: Following; onStop: () => void }) {
  const { tail, connection, trouble, hold, release } = follow;
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => again(undefined), 1000);
    return () => clearInterval(timer);
  }, []);
  const waiting = tail.held.length;
  return (
    <div class="logs-tail" role="status">
      <span class={`logs-tail-light is-${tail.isHeld ? 'held' : connection}`} aria-hidden="true" />
      <span>{said(connection, tail.isHeld)}</span>
      {connection === 'lost' && <span class="warn">{trouble.slice(0, 200)}</span>}
      <span class="dim">{ratePerS(tail, Date.now()).toFixed(1)} lines/s</span>
      {tail.skipped > 0 && (
        <span class="warn" title={`Only the newest ${count(MOST_LINES)} lines are kept here; all are stored.`}>
          {count(tail.skipped)} older lines skipped
        </span>
      )}
      <span class="logs-tail-end">
        {waiting > 0 && (
          <Button kind="primary" onClick={release}>
            {count(waiting)} new lines
          </Button>
        )}
        <Button icon={tail.isHeld ? 'play' : 'pause'} onClick={tail.isHeld ? release : hold}>
          {tail.isHeld ? 'Go on' : 'Pause'}
        </Button>
        <Button kind="quiet" icon="close" label="Stop following" onClick={onStop} />
      </span>
    </div>
  );
}

function said(connection: string, isHeld: boolean): string {
  if (connection === 'lost') return 'Connection lost; trying again';
  if (isHeld) return 'Paused';
  return connection === 'live' ? 'Following' : 'Connecting';
}

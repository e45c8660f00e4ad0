/* Moves `now` on: by hand, or every so often (in the address as `refresh`, seconds). */
import { useEffect } from 'preact/hooks';
import { useKeys } from '../keys/keys';
import { Button, Select } from '../parts/Button';
import { tick, useRange } from '../state/range';
import { useParam } from '../state/url';

const EVERY = [
  { value: '', label: 'Off' },
  { value: '5', label: '5 s' },
  { value: '15', label: '15 s' },
  { value: '60', label: '1 min' },
  { value: '300', label: '5 min' },
] as const;

export function Refresh() {
  const [every, setEvery] = useParam('refresh');
  const { live } = useRange();
  useEffect(() => {
    const seconds = Number(every);
    if (!(seconds >= 1) || !live) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) tick();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [every, live]);
  useKeys('Time', [{ keys: 'r', does: 'Refresh', run: tick, palette: true }]);
  return (
    <>
      <Button kind="quiet" icon="refresh" label="Refresh (r)" onClick={tick} />
      <span class="shell-wide">
        <Select
          label="Refresh by itself"
          value={every as ''}
          options={EVERY as unknown as { value: ''; label: string }[]}
          onChange={(value) => setEvery(value || null, { replace: true })}
        />
      </span>
    </>
  );
}

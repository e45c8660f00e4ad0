/* Which time is shown: quick choices, two free fields, and the zone that times are read in. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { moment } from '../format';
import { useKeys } from '../keys/keys';
import { Button } from '../parts/Button';
import { setLook, useLook } from '../state/look';
import { momentMs } from '../state/moment';
import { DEFAULT_FROM, setRange, useRange } from '../state/range';

const QUICK = ['5m', '15m', '30m', '1h', '3h', '6h', '12h', '1d', '2d', '7d', '30d'];
const SAID: Record<string, string> = { m: 'minutes', h: 'hours', d: 'days' };

/** `Last 15 minutes`, or both sides where the range is not one of the quick ones. */
function said(from: string, to: string, startMs: number, endMs: number, zone: string): string {
  const quick = /^-(\d+)([mhd])$/.exec(from);
  if (quick && to === 'now')
    return `Last ${quick[1] === '1' ? SAID[quick[2]!]!.slice(0, -1) : `${quick[1]} ${SAID[quick[2]!]}`}`;
  return `${moment(startMs, zone)} – ${moment(endMs, zone)}`.replace(/\.\d+/g, '');
}

export function RangePicker() {
  const range = useRange();
  const { shownZone, zone } = useLook();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const spanMs = range.endMs - range.startMs;
  const shift = (by: number) =>
    setRange(String(Math.round(range.startMs + by * spanMs)), String(Math.round(range.endMs + by * spanMs)));

  useKeys('Time', [
    { keys: 't', does: 'Choose the time range', run: () => setOpen(true), palette: true },
    { keys: '<', does: 'Earlier', run: () => shift(-0.5), palette: true },
    { keys: '>', does: 'Later', run: () => shift(0.5), palette: true },
    {
      keys: '=',
      does: 'Zoom out',
      run: () => setRange(String(Math.round(range.startMs - spanMs / 2)), String(Math.round(range.endMs + spanMs / 2))),
      palette: true,
    },
    { keys: 'Escape', does: 'Close the time range', run: () => setOpen(false), when: () => open },
  ]);
  useEffect(() => {
    if (!open) return undefined;
    root.current?.querySelector<HTMLElement>('input')?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);

  const choose = (from: string, to: string) => {
    setRange(from, to);
    setOpen(false);
  };
  return (
    <div class="range" ref={root}>
      <Button
        icon="clock"
        class="range-open"
        expanded={open}
        title={`Time range, ${shownZone} (t)`}
        onClick={() => setOpen(!open)}
      >
        <span class="clip">{said(range.from, range.to, range.startMs, range.endMs, shownZone)}</span>
      </Button>
      {open && (
        <div class="range-box" role="dialog" aria-label="Time range">
          <div class="range-quick">
            {QUICK.map((length) => (
              <button
                type="button"
                key={length}
                aria-pressed={range.from === `-${length}` && range.to === 'now'}
                onClick={() => choose(`-${length}`, 'now')}
              >
                {said(`-${length}`, 'now', 0, 0, '')}
              </button>
            ))}
          </div>
          <RangeForm
            from={range.from}
            to={range.to}
            startMs={range.startMs}
            endMs={range.endMs}
            zone={zone}
            onChoose={choose}
          />
        </div>
      )}
    </div>
  );
}

interface FormProps {
  from: string;
  to: string;
  startMs: number;
  endMs: number;
  zone: string;
  onChoose: (from: string, to: string) => void;
}

function RangeForm({ from, to, startMs, endMs, zone, onChoose }: FormProps) {
  const [begin, setBegin] = useState(shown(from, startMs));
  const [end, setEnd] = useState(shown(to, endMs));
  const { shownZone } = useLook();
  const now = Date.now();
  const [first, last] = [momentMs(begin, now), momentMs(end, now)];
  const wrong =
    first === undefined
      ? `“${begin}” is no moment`
      : last === undefined
        ? `“${end}” is no moment`
        : first >= last
          ? 'The end is not after the start'
          : '';
  return (
    <form
      class="range-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onChoose(begin.trim() || DEFAULT_FROM, end.trim() || 'now');
      }}
    >
      <label>
        From
        <input
          class="input mono"
          value={begin}
          aria-invalid={first === undefined}
          onInput={(event) => setBegin(event.currentTarget.value)}
        />
      </label>
      <label>
        To
        <input
          class="input mono"
          value={end}
          aria-invalid={last === undefined}
          onInput={(event) => setEnd(event.currentTarget.value)}
        />
      </label>
      <p class={wrong ? 'bad' : 'note'} role={wrong ? 'alert' : undefined}>
        {wrong
          ? `${wrong}; write -15m, now, 2026-03-01T12:00 or an epoch number.`
          : `${moment(first!, shownZone)} – ${moment(last!, shownZone)}`}
      </p>
      <label>
        Time zone
        <ZoneSelect zone={zone} />
      </label>
      <Button type="submit" kind="primary" disabled={wrong !== ''}>
        Show
      </Button>
    </form>
  );
}

/** Epoch numbers are for programs; a person edits dates. */
function shown(text: string, ms: number): string {
  return /^\d+$/.test(text) ? new Date(ms).toISOString() : text;
}

function ZoneSelect({ zone }: { zone: string }) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')], []);
  return (
    <select class="select" value={zone} onChange={(event) => setLook({ zone: event.currentTarget.value })}>
      <option value="">This browser’s ({own})</option>
      {zones.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

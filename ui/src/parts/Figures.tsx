/* Small facts, written the same way everywhere: moments, lengths of time, services, states. */
import { serviceColour } from '../charts/colours';
import { duration, moment } from '../format';
import { useLook } from '../state/look';

/** A length of time; the unit is quieter than the number. */
export function Duration({ ms }: { ms: number | null | undefined }) {
  if (ms == null || !Number.isFinite(ms)) return <span class="dim">–</span>;
  const [, number, unit] = /^(-?[\d.,  ]+)(.*)$/u.exec(duration(ms)) ?? [];
  return (
    <span class="figure">
      {number ?? duration(ms)}
      <span class="unit">{unit}</span>
    </span>
  );
}

/** A moment in the chosen time zone, from nanoseconds since the epoch as text. */
export function Moment({ ns, ms }: { ns?: string; ms?: number }) {
  const { shownZone } = useLook();
  const at = ms ?? Number(BigInt(ns ?? '0') / 1000n) / 1000;
  return <time dateTime={new Date(at).toISOString()}>{moment(at, shownZone)}</time>;
}

/** How long ago; the moment itself as a tip. */
export function Ago({ ms, now = Date.now() }: { ms: number; now?: number }) {
  const { shownZone } = useLook();
  return (
    <time dateTime={new Date(ms).toISOString()} title={moment(ms, shownZone)}>
      {ago(now - ms)}
    </time>
  );
}

/** `4 s ago`; `in 2 min` for clocks ahead. */
export function ago(passedMs: number): string {
  const seconds = Math.round(Math.abs(passedMs) / 1000);
  const [size, unit] = [[86_400, 'd'] as const, [3600, 'h'] as const, [60, 'min'] as const].find(
    ([least]) => seconds >= least,
  ) ?? [1, 's'];
  const said = `${Math.floor(seconds / size)} ${unit}`;
  return passedMs < -999 ? `in ${said}` : `${said} ago`;
}

/** A service in its colour. */
export function ServiceName({ name }: { name: string }) {
  return (
    <span class="service">
      <span class="dot" style={{ background: serviceColour(name) }} aria-hidden="true" />
      <bdi>{name || '(no name)'}</bdi>
    </span>
  );
}

/** A span's status: red only where something failed. */
export function Status({ status }: { status: string }) {
  return <span class={`status status-${status.toLowerCase()}`}>{status}</span>;
}

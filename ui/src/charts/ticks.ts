/* Where an axis has its marks: round values of what is measured, round moments of the clock on the wall. */
import { beginning, instants, MONTHS, offsetMs, zone } from '../format';

export interface TimeTick {
  /** Epoch milliseconds. */
  at: number;
  label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7].map((n) => n * DAY),
];
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
const MOST = 200;

/** Round moments from start to end that leave `perTick` pixels for each label; hours and days are those of the time zone. */
export function timeTicks(
  startMs: number,
  endMs: number,
  widthPx: number,
  tz: string = zone(),
  perTick = 90,
): TimeTick[] {
  if (!(endMs > startMs) || !Number.isFinite(endMs - startMs) || Math.abs(startMs) > 8e15 || Math.abs(endMs) > 8e15)
    return [];
  const wanted = Math.min(MOST, Math.max(1, Math.floor(widthPx / perTick)));
  const least = (endMs - startMs) / wanted;
  const step = STEPS.find((size) => size >= least);
  const ticks = step === undefined ? monthTicks(startMs, endMs, least, tz) : clockTicks(startMs, endMs, step, tz);
  return ticks.filter((tick) => tick.at >= startMs && tick.at <= endMs);
}

/** Marks that a clock passes every `step`: by its own face, so that half-hour zones and changes of the clock stay round. */
function clockTicks(startMs: number, endMs: number, step: number, tz: string): TimeTick[] {
  return step <= 15 * MINUTE ? fineTicks(startMs, endMs, step, tz) : wallTicks(startMs, endMs, step, tz);
}

/** Steps that divide every change of a clock: counted in UTC, shifted as the zone is at the start. */
function fineTicks(startMs: number, endMs: number, step: number, tz: string): TimeTick[] {
  const phase = offsetMs(startMs, tz) % step;
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil((startMs + phase) / step) * step - phase; at <= endMs; at += step) {
    ticks.push({ at, label: clockLabel(at + offsetMs(at, tz), step) });
  }
  return ticks;
}

function wallTicks(startMs: number, endMs: number, step: number, tz: string): TimeTick[] {
  const walls = [startMs + offsetMs(startMs, tz), endMs + offsetMs(endMs, tz)];
  const [from, to] = [Math.min(...walls) - HOUR, Math.max(...walls) + HOUR];
  const phase = step === 7 * DAY ? 4 * DAY : 0; // the epoch was a Thursday; weeks begin on Monday
  const ticks: TimeTick[] = [];
  for (let wall = Math.ceil((from - phase) / step) * step + phase; wall <= to; wall += step) {
    const found = step >= DAY ? [beginning(wall, tz)] : instants(wall, tz);
    for (const at of found) ticks.push({ at, label: clockLabel(wall, step) });
  }
  return ticks.sort((a, b) => a.at - b.at);
}

function clockLabel(wall: number, step: number): string {
  const date = new Date(wall);
  if (wall % DAY === 0) return `${MONTHS[date.getUTCMonth()]!} ${String(date.getUTCDate())}`;
  const time = date.toISOString().slice(11, 23);
  if (step < SECOND) return time;
  return step < MINUTE ? time.slice(0, 8) : time.slice(0, 5);
}

function monthTicks(startMs: number, endMs: number, least: number, tz: string): TimeTick[] {
  const step = MONTH_STEPS.find((months) => months * 30.4 * DAY >= least) ?? 1200;
  const first = new Date(startMs);
  const from = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / step) * step;
  const ticks: TimeTick[] = [];
  for (let month = from; ticks.length < MOST * 2; month += step) {
    const wall = new Date(0).setUTCFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1);
    if (wall > endMs + 2 * DAY) break;
    ticks.push({
      at: beginning(wall, tz),
      label: month % 12 ? MONTHS[((month % 12) + 12) % 12]! : String(Math.floor(month / 12)),
    });
  }
  return ticks;
}

/** About `count` round values (steps of 1, 2 or 5) between min and max; of an empty range its one value; of nonsense none. */
export function valueTicks(min: number, max: number, count: number): number[] {
  return stepped(min, max, roundStep((max - min) / Math.max(1, count)));
}

/** As `valueTicks` for bytes: steps of powers of two, so that labels are whole KiB, MiB. */
export function byteTicks(min: number, max: number, count: number): number[] {
  const least = (max - min) / Math.max(1, count);
  return stepped(min, max, least > 0 ? Math.max(1, 2 ** Math.ceil(Math.log2(least))) : 0);
}

const CLOCK_STEPS = [1, 2, 5, 10, 15, 30]
  .flatMap((n) => [n * SECOND, n * MINUTE])
  .concat(
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    DAY,
  );

/** As `valueTicks` for durations in milliseconds: above a second the steps are those of clocks. */
export function durationTicks(minMs: number, maxMs: number, count: number): number[] {
  const least = (maxMs - minMs) / Math.max(1, count);
  if (!(least > SECOND / 2) || least > DAY) {
    return least > DAY ? stepped(minMs, maxMs, roundStep(least / DAY) * DAY) : valueTicks(minMs, maxMs, count);
  }
  const step = [...CLOCK_STEPS].sort((a, b) => a - b).find((size) => size >= least) ?? DAY;
  return stepped(minMs, maxMs, step);
}

/** Marks of a logarithmic axis: powers of ten, with 2 and 5 between them where fewer than `count` decades leave room. */
export function logTicks(min: number, max: number, count = 6): number[] {
  if (!(max > 0) || !Number.isFinite(max) || Number.isNaN(min)) return [];
  const [low, high] = logRange(min, max);
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const decades = last - first;
  const skip = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const within = decades * 3 <= count ? [1, 2, 5] : decades * 2 <= count ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = first; power <= last; power += skip) {
    for (const part of within) ticks.push(Number(`${String(part)}e${String(power)}`));
  }
  return ticks.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

/** A range that a logarithm can take: positive, not empty; values of zero or less are drawn at its lower edge. */
export function logRange(min: number, max: number): [number, number] {
  if (!(max > 0) || !Number.isFinite(max)) return [0.1, 1];
  const low = min > 0 && min <= max ? min : max / 1000;
  return low === max ? [low / 2, max * 2] : [low, max];
}

/** A range of values with room and round ends; includes zero where it is not far; of nothing 0 to 1. */
export function niceRange(min: number, max: number, count = 5): [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) return [0, 1];
  let [low, high] = [min, max];
  if (low === high) [low, high] = low === 0 ? [0, 1] : low > 0 ? [0, low * 1.25] : [low * 1.25, 0];
  if (low > 0 && low < (high - low) * 2) low = 0;
  if (high < 0 && -high < (high - low) * 2) high = 0;
  const step = roundStep((high - low) / Math.max(1, count));
  if (step === 0) return [low, high];
  return [tidy(Math.floor(low / step + 1e-9) * step, step), tidy(Math.ceil(high / step - 1e-9) * step, step)];
}

/** The smallest 1, 2 or 5 times a power of ten that is not below `least`; 0 where there is none. */
export function roundStep(least: number): number {
  if (!(least > 1e-300) || !Number.isFinite(least)) return 0;
  const power = Math.floor(Math.log10(least));
  for (const part of [1, 2, 5]) {
    const step = Number(`${String(part)}e${String(power)}`);
    if (step >= least * (1 - 1e-9)) return step;
  }
  return Number(`1e${String(power + 1)}`);
}

function stepped(min: number, max: number, step: number): number[] {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) return [];
  if (min === max || step <= 0) return [min];
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  if (last - first > MOST || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return [min, max];
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step, step));
}

/** Without the dust of floating point: 0.3 for 0.30000000000000004. */
function tidy(value: number, step: number): number {
  const places = step < 1 ? Math.min(100, Math.ceil(-Math.log10(step)) + 1) : 0;
  return step < 1 ? Number(value.toFixed(places)) + 0 : value + 0;
}

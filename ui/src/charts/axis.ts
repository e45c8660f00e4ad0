/* The value axis of a unit: round ends, ticks in steps that suit what is measured, and their labels. */
import { axisValue, dimension, scaleOf } from '../format';
import { byteTicks, durationTicks, logRange, logTicks, niceRange, valueTicks } from './ticks';

/** Ticks between two values of a unit: durations step as clocks do, bytes in powers of two. */
export function unitTicks(min: number, max: number, count: number, unit = '', log = false): number[] {
  if (log) return logTicks(min, max, count);
  const kind = dimension(unit.endsWith('/s') ? unit.slice(0, -2) : unit);
  const scale = scaleOf(unit);
  if (kind === 'bytes') return byteTicks(min * scale, max * scale, count).map((value) => value / scale);
  if (kind === 'duration' && !unit.endsWith('/s'))
    return durationTicks(min * scale, max * scale, count).map((value) => value / scale);
  return valueTicks(min, max, count);
}

/** The range that shows values from min to max, ending on ticks. */
export function unitRange(min: number, max: number, count: number, unit = '', log = false): [number, number] {
  if (log) return logRange(min, max);
  const [low, high] = niceRange(min, max, count);
  const ticks = unitTicks(low, high, count, unit);
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 0;
  if (step <= 0) return [low, high];
  const needed: [number, number] =
    min < max ? [Math.min(min, Math.max(0, low)), Math.max(max, Math.min(0, high))] : [low, high];
  return [Math.floor(needed[0] / step + 1e-9) * step, Math.ceil(needed[1] / step - 1e-9) * step];
}

/** A tick's label: as the caller wants it, else by the unit. */
export function tickLabel(value: number, unit = '', format?: (value: number) => string): string {
  return format ? format(value) : axisValue(value, unit);
}

/** Pixels that a column of labels needs: by their length, for the font of axes (about 6 px a character). */
export function labelWidth(labels: readonly string[]): number {
  return Math.ceil(Math.max(3, ...labels.map((label) => label.length)) * 6.2) + 12;
}

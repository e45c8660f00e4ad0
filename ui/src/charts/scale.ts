/* The scale of values of a plot that we draw ourselves: linear from zero, or logarithmic. */
import { logRange, logTicks, niceRange, valueTicks } from './ticks';

export interface ValueScale {
  ticks: number[];
  /** 0 at the bottom, 1 at the top; what is below the scale lies on its bottom. NaN for what is no number. */
  share: (value: number) => number;
  /** The value at a share. */
  value: (share: number) => number;
}

/** A scale that holds all values. */
export function valueScale(values: readonly number[], log: boolean, count = 4): ValueScale {
  let [low, least, high] = [Infinity, Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > 0 && value < least) least = value;
    if (value > high) high = value;
  }
  return log ? logarithmic(least, high, count) : linear(Math.min(0, low), high, count);
}

function linear(min: number, max: number, count: number): ValueScale {
  const [low, high] = niceRange(min, max, count);
  return {
    ticks: valueTicks(low, high, count),
    share: (value) => (value - low) / (high - low),
    value: (share) => low + share * (high - low),
  };
}

function logarithmic(min: number, max: number, count: number): ValueScale {
  const [low, high] = logRange(min * 0.8, max * 1.25);
  const [from, to] = [Math.log(low), Math.log(high)];
  return {
    ticks: logTicks(low, high, count),
    share: (value) => (value > low ? (Math.log(value) - from) / (to - from) : Number.isNaN(value) ? NaN : 0),
    value: (share) => Math.exp(from + share * (to - from)),
  };
}

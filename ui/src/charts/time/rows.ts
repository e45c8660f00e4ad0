/* What the tip says of a moment: each line's value there, the greatest first. */
import type { Aligned } from '../align';
import { seriesColour } from '../colours';
import type { TipRow } from '../Tip';
import type { Line } from './options';

/** The rows of the `idx`-th time; a line that has no value just there gives the one of its nearest point, two steps away at most. */
export function rowsAt(
  data: Aligned,
  series: readonly Line[],
  idx: number,
  format: (value: number) => string,
): TipRow[] {
  const found: { row: TipRow; value: number }[] = [];
  series.forEach((line, i) => {
    const value = near(data[i + 1] as (number | null | undefined)[], idx);
    if (value === null) return;
    found.push({ value, row: { label: line.label, value: format(value), colour: line.colour ?? seriesColour(i) } });
  });
  return found.sort((a, b) => b.value - a.value).map(({ row }) => row);
}

function near(values: (number | null | undefined)[], idx: number): number | null {
  for (const at of [idx, idx - 1, idx + 1, idx - 2, idx + 2]) {
    const value = values[at];
    if (value !== undefined) return value;
  }
  return null;
}

/* The shapes of sparklines as SVG paths. The scale starts at zero unless values are below it, so that flat means steady. */

type Values = readonly (number | null)[];

/** A line, broken where values are missing; a value that stands alone is a dot. */
export function sparkLine(values: Values, width: number, height: number): string {
  const y = scale(values, height, 1);
  const step = values.length > 1 ? (width - 2) / (values.length - 1) : 0;
  let path = '';
  let open = false;
  values.forEach((value, i) => {
    const known = value !== null && Number.isFinite(value);
    if (known) {
      const x = values.length > 1 ? 1 + i * step : width / 2;
      path += `${open ? 'L' : 'M'}${short(x)} ${short(y(value))}`;
      const next = values[i + 1];
      if (!open && (next == null || !Number.isFinite(next))) path += 'h0';
    }
    open = known;
  });
  return path;
}

/** Bars; every value above zero has at least a pixel. */
export function sparkBars(values: Values, width: number, height: number): string {
  const y = scale(values, height, 0);
  const step = width / Math.max(1, values.length);
  const wide = Math.max(0.5, step - (step > 3 ? 1 : 0));
  let path = '';
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value) || value === 0) return;
    const zero = y(0);
    const tall = value > 0 ? Math.max(1, zero - y(value)) : Math.min(-1, zero - y(value));
    path += `M${short(i * step)} ${short(zero)}v${short(-tall)}h${short(wide)}v${short(tall)}z`;
  });
  return path;
}

function scale(values: Values, height: number, margin: number): (value: number) => number {
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low === high) high = low + 1;
  return (value) => height - margin - ((value - low) / (high - low)) * (height - 2 * margin);
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

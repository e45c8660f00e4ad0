/* Numbers short enough to compare at a glance: three digits that count, and never `1e-7`. */

/** What stands where there is no value. */
export const NOTHING = '–';

const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

/** Three digits that count, without trailing zeros: 0.0123, 1.25, 12.5, 125; large ones whole, with commas. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 99.95) return sign(Math.round(value).toLocaleString('en-US'));
  const places = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return sign(trimmed(value.toFixed(places)));
}

/** How many: whole up to 9,999, then 12.3k, 4.56M; fractions with three digits. */
export function count(n: number | null | undefined): string {
  if (n == null || !Number.isFinite(n)) return NOTHING;
  if (Math.abs(n) < 9999.5) return Math.abs(n) < 1e-9 && n !== 0 ? tiny(n) : sign(digits(n));
  return scaled(n, 1000, LARGE, '');
}

/** A share of 1 as a percentage: `0.05%`, `12.3%`, `100%`; nearly all is never shown as all, nearly none never as none. */
export function percent(share: number | null | undefined): string {
  if (share == null || !Number.isFinite(share)) return NOTHING;
  const value = share * 100;
  if (value > 0 && value < 0.005) return '<0.01%';
  if (value < 100 - 1e-9 && value >= 99.995) return '>99.99%';
  const places = Math.abs(value) < 1 ? 2 : Math.abs(value) < 99 ? 1 : 2;
  return `${sign(trimmed(value.toFixed(places)))}%`;
}

/** How often a second; slow ones by the minute or the hour. */
export function rate(perS: number | null | undefined): string {
  if (perS == null || !Number.isFinite(perS)) return NOTHING;
  const size = Math.abs(perS);
  if (size === 0 || size >= 0.1) return `${count(perS)}/s`;
  return size * 60 >= 0.1 ? `${count(perS * 60)}/min` : `${count(perS * 3600)}/h`;
}

/** Bytes with prefixes of 1,024: `512 B`, `1.5 KiB`, `12.3 GiB`. */
export function bytes(n: number | null | undefined): string {
  if (n == null || !Number.isFinite(n)) return NOTHING;
  return scaled(n, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'], ' ');
}

/** A number with a prefix: the greatest of which there is one. */
export function scaled(n: number, base: number, names: readonly string[], gap: string): string {
  let [value, at] = [n, 0];
  while (Math.abs(value) >= base * 0.9995 && at < names.length - 1) [value, at] = [value / base, at + 1];
  return Math.abs(value) > 99_999 ? tiny(n) + gap + names[0]! : sign(digits(value)) + gap + names[at]!;
}

function tiny(n: number): string {
  return sign(n.toExponential(1));
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function sign(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}

/* The chosen columns, in the address: names with commas between them; a comma or percent sign in a name is escaped. */
import { useParam } from '../../state/url';

export const MOST_COLUMNS = 6;

export function parseColumns(text: string): string[] {
  return text.split(',').filter(Boolean).map(unescaped).slice(0, MOST_COLUMNS);
}

export function printColumns(columns: readonly string[]): string {
  return columns.map((one) => one.replace(/[%,]/g, (sign) => (sign === '%' ? '%25' : '%2C'))).join(',');
}

const unescaped = (text: string) => text.replace(/%(25|2C)/g, (_, code: string) => (code === '25' ? '%' : ','));

/** The columns with one more, or without it. */
export function toggled(columns: readonly string[], name: string): string[] {
  return columns.includes(name) ? columns.filter((one) => one !== name) : [...columns, name].slice(-MOST_COLUMNS);
}

export function useColumns(): [string[], (columns: readonly string[]) => void] {
  const [text, set] = useParam('cols');
  return [parseColumns(text), (columns) => set(columns.length ? printColumns(columns) : null)];
}

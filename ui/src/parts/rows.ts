/* Sorting rows by a column. */

export type Key = string | number | null | undefined;

/** Rows in order; missing values last in both directions, text by the reader's rules, equal rows as they came. */
export function sorted<T>(rows: readonly T[], key: (row: T) => Key, descending: boolean): T[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    const [noA, noB] = [missing(a), missing(b)];
    if (noA || noB) return Number(noA) - Number(noB);
    if (typeof a === 'string' || typeof b === 'string')
      return sign * String(a).localeCompare(String(b), undefined, { numeric: true });
    return sign * (a! - b!);
  });
}

function missing(value: Key): boolean {
  return value == null || (typeof value === 'number' && Number.isNaN(value));
}

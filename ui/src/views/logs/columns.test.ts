/* Columns are named by whoever sends telemetry. */
import { expect, it } from 'vitest';
import { MOST_COLUMNS, parseColumns, printColumns, toggled } from './columns';

it.each([[[]], [['a', 'resource.host.name']], [['a,b', 'c%2Cd', '%']]])('%j comes back', (columns) =>
  expect(parseColumns(printColumns(columns))).toEqual(columns),
);

it('toggles, and keeps the newest few', () => {
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  const many = Array.from({ length: MOST_COLUMNS }, (_, n) => `c${n}`);
  expect(toggled(many, 'new')).toEqual([...many.slice(1), 'new']);
});

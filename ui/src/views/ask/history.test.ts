/* A question that someone starred must not be pushed out by a hundred others. */
import { expect, it } from 'vitest';
import { type Asked, parsed, withAsked, withStar } from './history';

it('puts the newest on top, once', () => {
  let list: Asked[] = [];
  for (const sql of ['a', 'b', 'a', '  ']) list = withAsked(list, sql, 1);
  expect(list.map((one) => one.sql)).toEqual(['a', 'b']);
});

it('keeps stars and forgets the rest', () => {
  let list = withStar(withAsked([], 'kept', 0), 'kept', true);
  for (let n = 0; n < 200; n++) list = withAsked(list, `q${n}`, n);
  expect(list).toHaveLength(101);
  expect(list.at(-1)).toEqual({ sql: 'kept', atMs: 0, star: true });
  expect(withAsked(list, 'kept', 9)[0]).toEqual({ sql: 'kept', atMs: 9, star: true });
});

it('does not keep books', () => expect(withAsked([], 'x'.repeat(20_001), 1)).toEqual([]));

it.each([null, '', '{', '{}', '3', '[1, null, {"sql": 1}]'])('reads %j as nothing', (text) =>
  expect(parsed(text)).toEqual([]),
);

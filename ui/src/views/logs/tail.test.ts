/* A tail runs for hours at any rate: it must stay small, and must not pretend that it showed everything. */
import { expect, it } from 'vitest';
import type { LogRecord } from './record';
import { arrived, held, LineReader, QUIET, ratePerS, released, waitMs } from './tail';

const lines = (...ids: number[]) => ids.map((id) => ({ id: String(id) }) as LogRecord);
const ids = (rows: readonly LogRecord[]) => rows.map((row) => Number(row.id));

it('keeps the newest lines and counts the others', () => {
  const tail = arrived(arrived(QUIET, lines(1, 2, 3), 0, 4), lines(3, 4, 5), 1, 4);
  expect(ids(tail.lines)).toEqual([2, 3, 4, 5]);
  expect(tail.skipped).toBe(1);
});

it('holds what arrives, and gives it all when it is released', () => {
  let tail = held(arrived(QUIET, lines(1), 0));
  tail = arrived(tail, lines(1, 2, 3), 1);
  expect([ids(tail.lines), ids(tail.held)]).toEqual([[1], [2, 3]]);
  tail = released(tail);
  expect([ids(tail.lines), ids(tail.held), tail.isHeld]).toEqual([[1, 2, 3], [], false]);
});

it('is bounded while held too', () => {
  const tail = arrived(held(arrived(QUIET, lines(1, 2), 0, 2)), lines(3, 4, 5), 1, 2);
  expect([ids(tail.held), tail.skipped]).toEqual([[4, 5], 1]);
  expect([ids(released(tail, 2).lines), released(tail, 2).skipped]).toEqual([[4, 5], 3]);
});

it('says how fast lines come', () => {
  const tail = arrived(arrived(QUIET, lines(1, 2, 3, 4, 5), 0), lines(6, 7, 8, 9, 10), 4000);
  expect(ratePerS(tail, 4500)).toBe(2);
  expect(ratePerS(tail, 5500)).toBe(1);
  expect(ratePerS(tail, 99_000)).toBe(0);
});

it('reads lines wherever the stream was cut', () => {
  const bytes = new TextEncoder().encode('{"id":"é"}\n{}\nnot json\n\n{"id":"b"}\n{"id":');
  const reader = new LineReader();
  const found = [...bytes].flatMap((byte) => reader.read(new Uint8Array([byte])));
  expect(found).toEqual([{ id: 'é' }, {}, { id: 'b' }]);
});

it('waits longer each time, and never long', () => {
  expect([0, 1, 2, 3, 9, 999].map(waitMs)).toEqual([500, 1000, 2000, 4000, 10_000, 10_000]);
});

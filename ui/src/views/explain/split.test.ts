/* What is compared with what decides the answer. */
import { expect, it } from 'vitest';
import { parse } from '../../parts/querybar/grammar';
import { resolved } from '../../state/range';
import { brushOf, question, split, usualUnit } from './split';

const range = resolved('-1h', 'now', Date.parse('2026-03-01T12:00:00Z'));

it('looks where service and operation say, and selects by the rest', () => {
  const parts = split(parse('service:payment status:error app.provider=north timeout ~kind:server'));
  expect(parts.base.map((term) => term.raw)).toEqual(['service:payment']);
  expect(parts.selection.map((term) => term.raw)).toEqual(['status:error', 'app.provider=north', 'timeout']);
});

it('compares whole traces unless one service is asked for', () => {
  expect(usualUnit('traces', split(parse('trace.duration>1s')))).toBe('traces');
  expect(usualUnit('traces', split(parse('service:a status:error')))).toBe('records');
  expect(usualUnit('logs', split(parse('severity:error')))).toBe('records');
});

it('asks nothing until something is selected', () => {
  expect(question('traces', split(parse('service:a')), 'records', range, undefined)).toBeUndefined();
  const asked = question('traces', split(parse('service:a')), 'records', range, { startMs: 1e12, endMs: 1e12 + 1000 });
  expect(asked?.base).toMatchObject({ start: '2026-03-01T11:00:00.000Z', service: 'a' });
  expect(asked?.selection).toMatchObject({ start: '2001-09-09T01:46:40.000Z', end: '2001-09-09T01:46:41.000Z' });
});

it('reads a brush from the address, or none', () => {
  expect(brushOf('10,20')).toEqual({ startMs: 10, endMs: 20 });
  for (const text of ['', '20,10', 'a,b', '10']) expect(brushOf(text)).toBeUndefined();
});

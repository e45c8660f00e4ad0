/* A click must ask exactly for what was clicked, whatever is in it. */
import { expect, it } from 'vitest';
import { parse, toLogParams } from '../../parts/querybar/grammar';
import { askedOf, canNarrow, narrowed } from './asked';

it('reads an address', () => {
  const query = new URLSearchParams({
    q: 'service:shop severity:warn "card declined" -health ~timeout order>5',
    pattern: 'Order <*> paid',
    without: 'a <*>\nb & c',
    event: 'x',
  });
  const asked = askedOf(query);
  expect(asked.conditions).toEqual({
    service: 'shop',
    severity: 'warn',
    text: '"card declined" -health',
    where: ['order>5'],
    pattern: 'Order <*> paid',
    not_pattern: ['a <*>', 'b & c'],
    event: 'x',
  });
  expect(asked.words).toEqual(['card declined']);
  expect(asked.isBad).toBe(false);
  expect(askedOf(new URLSearchParams('q=duration>5ms')).isBad).toBe(true);
  expect(askedOf(new URLSearchParams('')).conditions).toEqual({});
});

it.each([
  [{ name: 'http.route', level: 'record', value: '/a b' }, false, ['http.route=/a b']],
  [{ name: 'host', level: 'resource', value: '' }, true, ['resource.host!=']],
  [{ name: 'a "b"\u0000', level: 'record', value: '"x" \\ =~ \u202e' }, false, undefined],
  [{ name: 'service', level: 'field', value: 'b' }, true, ['resource.service.name!=b']],
] as const)('%j is one condition', (facet, isOut, where) => {
  const q = narrowed('severity:warn', facet, isOut)!;
  expect(parse(q).filter((one) => one.problem)).toEqual([]);
  expect(toLogParams(parse(q)).severity).toBe('warn');
  if (where) expect(toLogParams(parse(q)).where).toEqual(where);
  else expect(parse(q).at(-1)).toMatchObject({ field: facet.name, value: facet.value });
});

it('changes the service and the severity instead of asking for two', () => {
  const service = { name: 'service', level: 'field', value: 'b' } as const;
  expect(toLogParams(parse(narrowed('service:a order=5', service, false)!))).toEqual({
    service: 'b',
    where: ['order=5'],
  });
  const severity = { name: 'severity', level: 'field', value: 'ERROR' } as const;
  expect(toLogParams(parse(narrowed('severity:info', severity, false)!))).toEqual({ severity: 'error' });
  expect(canNarrow(severity, true)).toBe(false);
  expect(canNarrow({ ...severity, value: 'UNSPECIFIED' }, false)).toBe(false);
  expect(canNarrow({ name: 'event', level: 'field', value: 'x' }, false)).toBe(true);
});

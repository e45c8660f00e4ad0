/* Brushing must lead to exactly what was brushed, whatever the service is called. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, problems, toTraceParams } from '../../parts/querybar/grammar';
import { brushedQuery, instanceTerm, length, versionTerm } from './links';

beforeAll(() => {
  Object.assign(globalThis, { location: { search: '' } });
});

describe('what was brushed', () => {
  it.each(['checkout', 'a "quoted" name', 'x:y=z', 'status:error', '-x'])('finds spans of %j', (service) => {
    const terms = parse(brushedQuery(service, { startMs: 0, endMs: 1, lowMs: 0.5, highMs: 1500.4 }));
    expect(problems(terms, 'traces')).toEqual([]);
    expect(toTraceParams(terms)).toMatchObject({ service });
    expect(terms.map((one) => one.value)).toEqual([service, '500us', '1.5s']);
  });

  it.each([
    [0, '0ns'],
    [0.00025, '250ns'],
    [0.25, '250us'],
    [250.123, '250ms'],
    [5e7, '50000s'],
    [Number.NaN, '0ns'],
  ])('%s ms is %s', (ms, text) => expect(length(ms)).toBe(text));
});

it('names an instance by the attribute that named it', () => {
  expect(instanceTerm({ name: 'a', host: 'h', pod: 'p' })).toBe('resource.service.instance.id=a');
  expect(instanceTerm({ name: 'p', host: 'h', pod: 'p' })).toBe('resource.k8s.pod.name=p');
  expect(instanceTerm({ name: 'h', host: 'h', pod: '' })).toBe('resource.host.name=h');
  expect(versionTerm('1.2')).toBe('resource.service.version=1.2');
  expect(versionTerm('')).toContain('service.version');
});

import { describe, expect, it } from 'vitest';
import { criticalTimes, quantile, selfTimes } from './figures';
import { spanGroups } from './groups';
import { outlineOf } from './sample';

const TRACE = outlineOf(
  [
    { name: 'root', start: 0, end: 100 },
    { name: 'query', parent: 0, service: 'db', kind: 'Client', start: 10, end: 50 },
    { name: 'query', parent: 0, service: 'db', kind: 'Client', start: 30, end: 60, failed: true },
    { name: 'late', parent: 0, start: 90, end: 130 },
    { name: 'deep', parent: 3, start: 90, end: 95 },
  ],
  [
    [0, 0, 30],
    [2, 30, 60],
    [0, 60, 100],
  ],
);

describe('figures', () => {
  it('takes from a span what its children cover, once, and only within it', () => {
    expect([...selfTimes(TRACE)].map((ns) => ns / 1e6)).toEqual([40, 40, 30, 35, 5]);
  });

  it('sums the critical path by span', () => {
    expect([...criticalTimes(TRACE)].map((ns) => ns / 1e6)).toEqual([70, 0, 30, 0, 0]);
  });

  it('takes quantiles by nearest rank', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.95)).toBe(4);
    expect(quantile([7], 0)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('groups', () => {
  it('are operations, the most self time first', () => {
    const groups = spanGroups(TRACE, 'operation');
    expect(groups.map((one) => [one.service, one.name, one.kind, one.spans.length])).toEqual([
      ['db', 'query', 'Client', 2],
      ['a', 'root', 'Internal', 1],
      ['a', 'late', 'Internal', 1],
      ['a', 'deep', 'Internal', 1],
    ]);
    expect(groups[0]).toMatchObject({
      total: 70,
      self: 70,
      avg: 35,
      p50: 30,
      p95: 40,
      max: 40,
      errors: 1,
      critical: 30,
    });
    expect(groups.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1);
  });

  it('are services and kinds as well', () => {
    expect(spanGroups(TRACE, 'service').map((one) => [one.service, one.name, one.kind, one.self])).toEqual([
      ['a', '', '', 80],
      ['db', '', '', 70],
    ]);
    expect(spanGroups(TRACE, 'kind').map((one) => one.kind)).toEqual(['Internal', 'Client']);
  });

  it('have no share in a trace of moments', () => {
    expect(spanGroups(outlineOf([{ name: 'x', start: 1, end: 1 }]), 'service')[0]).toMatchObject({ share: 0, max: 0 });
  });
});

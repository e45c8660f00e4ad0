import { describe, expect, it } from 'vitest';
import {
  causes,
  isDifferent,
  kindOf,
  nameOf,
  nextDifference,
  shownNodes,
  traceIdIn,
  type Comparison,
  type Side,
} from './differences';

function side(count: number[], critical: number[], more: Partial<Side> = {}): Side {
  const zero = count.map(() => 0);
  return {
    count,
    critical_ms: critical,
    self_ms: critical,
    total_ms: critical,
    errors: zero,
    start_ms: zero,
    service: zero,
    name: count.map((_, i) => i),
    span_id: count.map(() => 'f'),
    ...more,
  };
}

const trace = {
  trace_id: '',
  root_service: '',
  root_name: '',
  start: '',
  start_ns: '',
  spans: 0,
  errors: 0,
  services: 1,
};
const FOUND: Comparison = {
  a: { ...trace, duration_ms: 100 },
  b: { ...trace, duration_ms: 200 },
  services: ['shop', 'store'],
  names: ['root', 'same', 'more', 'gone', 'item 7', 'item 12', 'new name'],
  nodes: {
    parent: [-1, 0, 0, 2, 0],
    depth: [0, 1, 1, 2, 1],
    kind: [2, 1, 1, 1, 1],
    a: side([1, 1, 1, 1, 3], [50, 10, 10, 5, 5], { name: [0, 1, 2, 3, 4] }),
    b: side([1, 1, 1, 0, 3], [50, 11, 110, 0, 5], { name: [0, 1, 2, 0, 5], errors: [0, 0, 0, 0, 1] }),
  },
  attributes: [],
  truncated: false,
  attributes_truncated: false,
};

describe('differences', () => {
  it('are told apart from noise', () => {
    expect([0, 1, 2, 3, 4].map((node) => kindOf(FOUND, node, 'critical'))).toEqual([
      'same',
      'same',
      'more',
      'only-a',
      'same',
    ]);
  });
  it('are also failures and numbers', () => {
    expect([0, 1, 2, 3, 4].map((node) => isDifferent(FOUND, node, 'self'))).toEqual([false, false, true, true, true]);
  });
  it('stand with what is above them', () => {
    expect(shownNodes(FOUND, 'critical', true)).toEqual([0, 2, 3, 4]);
    expect(shownNodes(FOUND, 'critical', false)).toEqual([0, 1, 2, 3, 4]);
  });
  it('of the critical path explain the difference in duration', () => {
    expect(causes(FOUND)).toEqual([{ node: 2, ms: 100 }]);
    expect(causes({ ...FOUND, b: FOUND.a })).toEqual([]);
  });
  it('can be walked', () => {
    const all = [0, 1, 2, 3, 4];
    expect(nextDifference(FOUND, all, 'critical', 0, 1)).toBe(2);
    expect(nextDifference(FOUND, all, 'critical', 2, -1)).toBe(2);
    expect(nextDifference(FOUND, all, 'critical', 4, 1)).toBe(4);
  });
});

describe('names', () => {
  it('that differ by a number are the same', () => {
    expect(nameOf(FOUND, 4)).toEqual({ service: 'shop', name: 'item 7', renamed: '' });
  });
  it('that changed are both told', () => {
    const { nodes } = FOUND;
    const renamed = {
      ...FOUND,
      nodes: { ...nodes, b: { ...nodes.b, name: [0, 6, 2, 0, 5], service: [0, 0, 1, 0, 0] } },
    };
    expect(nameOf(renamed, 1).renamed).toBe('new name');
    expect(nameOf(renamed, 2).renamed).toBe('store more');
  });
});

describe('a pasted text', () => {
  it('may be an id or an address', () => {
    expect(traceIdIn(' 5B8EFFF798038103D269B633813FC60C ')).toBe('5b8efff798038103d269b633813fc60c');
    expect(traceIdIn('http://127.0.0.1:4321/trace/abc123?span=1')).toBe('abc123');
    expect(traceIdIn('http://x/api/traces/ab')).toBe('ab');
    expect(traceIdIn('not an id')).toBe('');
    expect(traceIdIn('')).toBe('');
  });
});

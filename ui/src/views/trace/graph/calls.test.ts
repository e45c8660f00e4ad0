import { describe, expect, it } from 'vitest';
import { outlineOf } from '../spans/sample';
import { curve, serviceGraph } from './calls';

const TRACE = outlineOf([
  { name: 'root', service: 'web', start: 0, end: 100 },
  { name: 'inner', parent: 0, service: 'web', start: 0, end: 50 },
  { name: 'get', parent: 1, service: 'db', start: 10, end: 30, failed: true },
  { name: 'get', parent: 1, service: 'db', start: 30, end: 45 },
  { name: 'back', parent: 2, service: 'web', start: 12, end: 14 },
]);

describe('the service graph', () => {
  const graph = serviceGraph(TRACE);
  it('has services with their part of the time', () => {
    expect(graph.nodes.map((one) => [one.id, one.spans, one.errors, one.self])).toEqual([
      ['web', 3, 0, 67],
      ['db', 2, 1, 33],
    ]);
    expect(graph.nodes[1]!.share).toBeCloseTo(0.33);
  });
  it('has calls between services, also back, and none within one', () => {
    expect(graph.edges).toEqual([
      { from: 0, to: 1, weight: 2, calls: 2, errors: 1, time: 35, span: 2 },
      { from: 1, to: 0, weight: 1, calls: 1, errors: 0, time: 2, span: 4 },
    ]);
  });
});

describe('curves', () => {
  it('leave and arrive level, short of what they join, in both directions', () => {
    expect(
      curve(
        [
          { x: 0, y: 0 },
          { x: 100, y: 50 },
        ],
        10,
      ),
    ).toBe('M10 0C50 0 50 50 90 50');
    expect(
      curve(
        [
          { x: 100, y: 50 },
          { x: 0, y: 0 },
        ],
        10,
      ),
    ).toBe('M90 50C50 50 50 0 10 0');
    expect(curve([{ x: 1, y: 1 }], 10)).toBe('');
  });
});

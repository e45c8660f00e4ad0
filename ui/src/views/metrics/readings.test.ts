/* A unit that is wrong makes a figure wrong. */
import { expect, it } from 'vitest';
import { readings, showsMeasurements, unitOf, usual } from './readings';

it('readings are those of the kind, and the one in use', () => {
  expect(readings('gauge').map((one) => one.value)).not.toContain('rate');
  expect(readings('histogram')[0]).toEqual({ value: 'p50', label: 'p50' });
  expect(readings('gauge', 'p42').at(-1)).toEqual({ value: 'p42', label: 'p42' });
  expect(readings('nosuch')).toEqual([]);
  expect(readings('constructor', 'avg')).toHaveLength(1);
});
it('the usual one is what the server takes', () => {
  expect(usual({ kind: 'sum', monotonic: true })).toBe('rate');
  expect(usual({ kind: 'sum' })).toBe('sum');
  expect(usual({ kind: 'gauge' })).toBe('avg');
  expect(usual({ kind: 'exponential_histogram' })).toBe('p95');
});
it('units follow the reading', () => {
  expect(unitOf('s', 'histogram', 'p95')).toBe('s');
  expect(unitOf('s', 'histogram', 'rate')).toBe('1/s');
  expect(unitOf('s', 'histogram', 'increase')).toBe('1');
  expect(unitOf('By', 'sum', 'rate')).toBe('By/s');
  expect(unitOf('{request}', 'sum', 'rate')).toBe('{request}/s');
  expect(unitOf('1', 'sum', 'rate')).toBe('1/s');
  expect(unitOf('By', 'gauge', 'count')).toBe('1');
});
it('exemplars stand where measurements do', () => {
  expect(showsMeasurements('histogram', 'p99')).toBe(true);
  expect(showsMeasurements('histogram', 'rate')).toBe(false);
  expect(showsMeasurements('summary', 'avg')).toBe(false);
});

/* Who looks for a metric must find it by any word that they know of it. */
import { expect, it } from 'vitest';
import { grouped, prefixOf, searched } from './catalogue';

const metric = (name: string, services: string[], description = '') => ({
  name,
  kind: 'gauge',
  unit: 's',
  description,
  services,
  series: 1,
});
const all = [
  metric('http.server.request.duration', ['cart', 'shop'], 'Duration of HTTP server requests.'),
  metric('http.client.request.duration', ['shop']),
  metric('process_memory', []),
];

it('finds by every word, anywhere, in any case', () => {
  expect(searched(all, '')).toHaveLength(3);
  expect(searched(all, 'DURATION cart').map((one) => one.name)).toEqual(['http.server.request.duration']);
  expect(searched(all, 'requests.').map((one) => one.name)).toEqual(['http.server.request.duration']);
  expect(searched(all, 'nosuch')).toEqual([]);
});
it('groups by prefix and by service', () => {
  expect(
    grouped(all, 'prefix').map((row) => ('metric' in row ? row.metric.name : `${row.group} ${String(row.count)}`)),
  ).toEqual(['http 2', 'http.server.request.duration', 'http.client.request.duration', 'process 1', 'process_memory']);
  expect(grouped(all, 'service').filter((row) => !('metric' in row))).toEqual([
    { group: '', count: 1 },
    { group: 'cart', count: 1 },
    { group: 'shop', count: 2 },
  ]);
});
it('a name without parts is its own prefix', () => {
  expect(prefixOf('up')).toBe('up');
  expect(prefixOf('.odd')).toBe('.odd');
});

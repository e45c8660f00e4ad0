/* Every row must lead to just what it tells of, whatever its names are. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from '../../parts/querybar/grammar';
import { readQuery } from '../metrics/query';
import {
  allHref,
  around,
  exampleHref,
  explainHref,
  literal,
  metricHref,
  serviceHref,
  untilS,
  versionHref,
} from './links';
import type { Deployment, ErrorGroup, Growing } from './types';

const group: ErrorGroup = {
  source: 'exception',
  service: 'checkout',
  type: 'KeyError',
  template: 'no <*> for order <*> today',
  message: "no 'tier' for order 7 today",
  operation: 'POST /api/orders',
  count: 6,
  first_t: 1,
  last_t: 2,
  counts: [6],
  trace_id: 'ab12',
  span_id: 'cd34',
};
const deployment: Deployment = {
  service: 'checkout',
  from_version: '2.4.1',
  to_version: '2.5.0',
  t: 100,
  before: { spans: 10, errors: 0, error_ratio: 0 },
  after: { spans: 10, errors: 5, error_ratio: 0.5 },
  is_rollback: false,
  is_worse: true,
};
const q = (href: string) => new URL(href, 'http://x').searchParams.get('q') ?? '';

beforeEach(() => vi.stubGlobal('location', { search: '?from=-15m', href: 'http://x/?from=-15m' }));

describe('links', () => {
  it('keep the time range, but of a burst', () => {
    expect(serviceHref('a/b c')).toBe('/service/a%2Fb%20c?from=-15m');
    const burst = { kind: 'burst', message: '', t: 1000 };
    expect(serviceHref('a', burst, 60)).toBe('/service/a?from=820000&to=1240000');
    expect(around(1000, 1)).toEqual({ from: '970000', to: '1031000' });
  });

  it('of an error lead to its newest trace, and to all of them', () => {
    expect(exampleHref(group)).toBe('/trace/ab12?from=-15m&span=cd34');
    expect(q(allHref(group))).toBe(
      'service:checkout operation:"POST /api/orders" status:error event.exception.type=KeyError',
    );
    expect(q(allHref({ ...group, source: 'status', type: '' }))).not.toContain('exception');
  });

  it('of a log line without a trace lead to the lines', () => {
    const log = { ...group, source: 'log', trace_id: '' };
    expect(exampleHref(log)).toMatch(/^\/logs\?/);
    expect(q(exampleHref(log))).toBe('service:checkout severity:error "for order"');
  });

  it('name the longest part that does not vary', () => {
    expect(literal('<*> <*>')).toBe('');
    expect(literal('{"a":<*>}')).toBe('');
    expect(literal('timeout after <*> ms')).toBe('"timeout after"');
  });

  it('of a deployment ask what sets its failures apart, and for its traces', () => {
    expect(q(explainHref(deployment, 160))).toBe('service:checkout status:error');
    expect(q(versionHref(deployment))).toBe('service:checkout resource.service.version=2.5.0 status:error');
    expect(q(versionHref({ ...deployment, after: { spans: 1, errors: 0, error_ratio: 0 } }))).not.toContain('status');
  });

  it('of a deployment look at its time and as long before it', () => {
    const params = new URL(explainHref(deployment, 160), 'http://x').searchParams;
    expect([params.get('from'), params.get('to')]).toEqual(['40000', '160000']);
    const others = [deployment, { ...deployment, t: 130 }, { ...deployment, t: 110, service: 'cart' }];
    expect(untilS(deployment, others, 200)).toBe(130);
    expect(untilS(others[1]!, others, 200)).toBe(200);
  });

  it('of what grows lead to its metric', () => {
    const growing = { metric: 'process.memory.usage', service: 'a b' } as Growing;
    const query = readQuery('A', new URL(metricHref(growing), 'http://x').searchParams.get('A') ?? '');
    expect([query.name, query.where]).toEqual(['process.memory.usage', 'service:"a b"']);
  });

  it.each(['x y', '"', '\\', 'a:b', '-x', "'; DROP", '\u202e\u0007', 'status:error'])(
    'hold for the name %o',
    (name) => {
      const terms = parse(q(allHref({ ...group, service: name, operation: name, type: name })));
      expect(terms.map((term) => term.value)).toEqual([name, name, 'error', name]);
    },
  );
});

/* A value with a comma, a quote or a regular expression in it must filter for itself and not change the question. */
import { describe, expect, it } from 'vitest';
import { conditions, filled, packed, parameters, plain, unpacked, worded } from './variables';

const chosen = { env: ['prod'], route: ['/a', '/b.c'], none: [], odd: [' "x'] };

describe('several values in one text', () => {
  it.each([[[]], [['a']], [['a', 'b']], [['a,b', 'c\\', '']], [['\\,', ',']]])('%j', (values: string[]) =>
    expect(unpacked(packed(values))).toEqual(values),
  );
});

describe('conditions', () => {
  it.each([
    ['deployment.environment=$env', 'deployment.environment=prod'],
    ['deployment.environment=${env}', 'deployment.environment=prod'],
    ['http.route=$route', 'http.route=~^(/a|/b\\.c)$'],
    ['http.route!=$route', 'http.route!~^(/a|/b\\.c)$'],
    ['http.route=~$route', 'http.route=~^(/a|/b\\.c)$'],
    ['http.route=~^/api$route', 'http.route=~^/api(/a|/b\\.c)'],
    ['k=pre-$env', 'k=pre-prod'],
    ['k=$odd', 'k=" \\"x"'],
    ['k=$unknown', 'k=$unknown'],
    ['k>=5', 'k>=5'],
    ['key', 'key'],
    ['!key', '!key'],
  ])('%s', (written, expected) => expect(filled(written, chosen)).toBe(expected));
  it.each(['k=$none', 'k!=$none', 'k=~a$none'])('%s asks for nothing', (written) =>
    expect(filled(written, chosen)).toBeUndefined(),
  );
});

it('asks for one service by name, for several by pattern, for all not at all', () => {
  expect(conditions('$env', ['k=$none', 'a=b'], chosen)).toEqual({ service: 'prod', where: ['a=b'] });
  expect(conditions('$route', [], chosen)).toEqual({ where: ['resource.service.name=~^(/a|/b\\.c)$'] });
  expect(conditions('$none', [], chosen)).toEqual({ where: [] });
  expect(conditions('checkout', [], chosen)).toEqual({ service: 'checkout', where: [] });
});

it('gives statements values and leaves their text alone', () => {
  const statement = 'SELECT {env:String}, {route:Array(String)}, {none:Array(String)}, {start:DateTime64(9)}, $env';
  expect(parameters(statement, chosen)).toEqual({ env: 'prod', route: ['/a', '/b.c'], none: [] });
  expect(parameters('SELECT {none:String}', chosen)).toEqual({ none: '' });
});

it('puts values into words', () => {
  expect(worded('$env: ${route} of $none, $5 and $unknown', chosen)).toBe('prod: /a, /b.c of all, $5 and $unknown');
  expect(plain('GET $route', chosen)).toBe('GET /a');
  expect(plain('$none', chosen)).toBe('');
});

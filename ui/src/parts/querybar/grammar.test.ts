/* The grammar is shared by every view and every link: what is printed must read back as the same query, whatever was typed. */
import { describe, expect, it } from 'vitest';
import {
  parse,
  print,
  problems,
  term,
  attributeTerm,
  toLogParams,
  toMetricParams,
  toTraceParams,
  withTerm,
} from './grammar';
import type { Term } from './grammar';

const bare = (terms: Term[]) =>
  terms.map(({ kind, field, op, value, off, literal, problem }) => ({
    kind,
    field,
    op,
    value,
    off,
    literal,
    bad: !!problem,
  }));
const short = (text: string) =>
  parse(text).map((one) => `${one.off ? '~' : ''}${one.kind[0]} ${one.field} ${one.op} ${one.value}`);

describe('parse', () => {
  it.each([
    ['service:checkout', ['f service = checkout']],
    ['service=checkout', ['f service = checkout']],
    ['service!=checkout', ['f service != checkout']],
    ['-service:checkout', ['f service != checkout']],
    ['service=~"^(a|b)$"', ['f service =~ ^(a|b)$']],
    ['operation:"GET /cart" kind:SERVER', ['f operation = GET /cart', 'f kind = SERVER']],
    ['name:query', ['f operation = query']],
    ['duration>250ms duration<=5s', ['f duration > 250ms', 'f duration <= 5s']],
    ['duration:>250ms', ['f duration > 250ms']],
    ['trace.duration>2s', ['f trace.duration > 2s']],
    ['level:warn trace:4bf9 span_id:00f0', ['f severity = warn', 'f trace = 4bf9', 'f span = 00f0']],
    ['http.route=/cart http.status_code>=500', ['a http.route = /cart', 'a http.status_code >= 500']],
    ['k!=v k=~^a\\d k!~b', ['a k != v', 'a k =~ ^a\\d', 'a k !~ b']],
    ['-http.route=/cart', ['a http.route != /cart']],
    ['user.tier:gold', ['a user.tier = gold']],
    ['has:user.id -has:user.id has:"a key"', ['a user.id has ', 'a user.id lacks ', 'a a key has ']],
    ['"a key"="a \\"value\\""', ['a a key = a "value"']],
    ['empty=', ['a empty = ']],
    ['timeout "card declined" -health -"GET /"', ['t  = timeout', 't  = card declined', 't  != health', 't  != GET /']],
    [
      'http://shop/cart?id=1 12:30:00 Error: => - ~ a:',
      ['t  = http://shop/cart?id=1', 't  = 12:30:00', 't  = Error:', 't  = =>', 't  = -', 't  = ~', 't  = a:'],
    ],
    ['~status:error ~-health', ['~f status = error', '~t  != health']],
    ['   ', []],
    ['""', []],
    ['"a\\d"', ['t  = a\\d']],
  ])('%s', (text, expected) => expect(short(text)).toEqual(expected));

  it('says where a term stands', () => {
    const [first, second] = parse('  a  "b c"');
    expect([first!.start, first!.end, second!.start, second!.end, second!.raw]).toEqual([2, 3, 5, 10, '"b c"']);
  });

  it('keeps a quoted key apart from a level', () => {
    expect(toTraceParams(parse('"resource.x"=1 resource.x=1')).where).toEqual(['"resource.x"=1', 'resource.x=1']);
    expect(print(parse('"resource.x"=1 resource.x=1'))).toBe('"resource.x"=1 resource.x=1');
  });
});

describe('problems', () => {
  it.each([
    ['duration>fast', 'duration>fast is not a length of time; write duration>250ms'],
    ['duration:5s', 'duration is asked with > or >= or < or <=; write duration>250ms'],
    ['status:bad', 'status:bad is not a status; write status:error'],
    ['-status:error', 'status is asked with :; write status:error'],
    ['service:', 'service needs a value; write service:checkout'],
    ['has:', 'has: needs a key; write has:user.id'],
    ['operation:"GET', 'a quotation has no end; write a " after it'],
    ['severity:warn', 'traces have no severity; it is a condition on logs'],
    ['-size>5', '-size>… cannot be turned round; write the opposite sign'],
    ['status:ok status:error', 'status is asked for as ok and as error at once; remove one'],
    ['service:a service:b.c', 'service is asked for as a and as b.c at once; write service=~^(a|b\\.c)$ for either'],
  ])('%s', (text, message) => expect(problems(parse(text), 'traces').map((one) => one.message)).toEqual([message]));

  it('finds none in what is right', () => {
    const text =
      'service:a service!=b operation:x kind:Server status:ERROR duration>1s duration<2s k=1 has:k word ~duration>x';
    expect(problems(parse(text), 'traces')).toEqual([]);
    expect(problems(parse('service:a severity:Warning trace:AB12 span:1 text k=1'), 'logs')).toEqual([]);
  });
});

describe('parameters', () => {
  it('of traces', () => {
    const text =
      'service:shop service!=b operation:"GET /" kind:server status:error duration>=10ms duration>250ms duration<5s trace.duration>1s a=1 -has:b "x y"=" z" timeout "card \\"x" -health ~kind:client';
    expect(toTraceParams(parse(text))).toEqual({
      service: 'shop',
      operation: 'GET /',
      kind: 'server',
      status: 'error',
      min_duration: '250000001ns',
      max_duration: '4999999999ns',
      min_trace_duration: '1000000001ns',
      where: ['resource.service.name!=b', 'a=1', '!b', '"x y"=" z"'],
      text: 'timeout "card \\"x" -health',
    });
  });

  it('of logs and metrics', () => {
    expect(toLogParams(parse('service:a level:warn trace:ab span:cd k=v oops duration>1s'))).toEqual({
      service: 'a',
      severity: 'warn',
      trace_id: 'ab',
      span_id: 'cd',
      where: ['k=v'],
      text: 'oops',
    });
    expect(toMetricParams(parse('service:a k=v oops'))).toEqual({ service: 'a', where: ['k=v'] });
    expect(toTraceParams([])).toEqual({});
  });
});

describe('print', () => {
  it('builds links', () => {
    expect(term('service', '=', 'check out')).toBe('service:"check out"');
    expect(term('http.route', '=', '/cart')).toBe('http.route=/cart');
    expect(term('', '=', 'status:error')).toBe('"status:error"');
    expect(term('', '!=', 'health')).toBe('-health');
    expect(term('user.id', 'lacks')).toBe('-has:user.id');
    expect(attributeTerm('status', '=', 'x')).toBe('"status"=x');
    expect(attributeTerm('k', '=', '~x')).toBe('k="~x"');
    expect(attributeTerm('host', '=', 'a', 'resource')).toBe('resource.host=a');
    expect(withTerm('a b', 'c=d')).toBe('a b c=d');
    expect(withTerm('a c=d', 'c=d')).toBe('a c=d');
  });

  it('keeps terms apart from one that is wrong', () => {
    expect(print(parse('duration>fast x'))).toBe('duration>fast x');
    const [open] = parse('"never closed');
    expect(parse(print([open!, ...parse('x')]))).toHaveLength(2);
  });

  /** A small generator with a seed, so that a failure comes back. */
  function* texts(seed: number) {
    const pieces = [
      'service',
      'a',
      'has',
      'http.route',
      'resource.',
      ':',
      '=',
      '!=',
      '>',
      '<=',
      '=~',
      '!~',
      '!',
      '~',
      '-',
      '"',
      '\\',
      ' ',
      '\n',
      '\t',
      '/',
      '//',
      '5',
      'duration',
      '250ms',
      'status',
      'error',
      'ü',
      '😀',
      '\ud800',
      '\u0000',
      '\u202e',
      'x y',
      '\\u00',
      '1',
    ];
    let state = seed;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 3_000; round += 1) {
      yield Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)]!).join('');
    }
  }

  it('reads back as the same terms, whatever was typed', () => {
    for (const text of texts(7)) {
      const terms = parse(text).filter((one) => !one.problem);
      const once = print(terms);
      expect(bare(parse(once)), JSON.stringify(text)).toEqual(bare(terms));
      expect(print(parse(once))).toBe(once);
    }
  });

  it('covers the text without a gap or an overlap', () => {
    for (const text of texts(11)) {
      let at = 0;
      for (const one of parse(text)) {
        expect(one.start).toBeGreaterThanOrEqual(at);
        expect(one.end).toBeGreaterThan(one.start);
        at = one.end;
      }
    }
  });

  it('quotes any key and value', () => {
    for (const text of texts(13)) {
      const clean = text.replace(/\p{Surrogate}/gu, '\ufffd');
      for (const written of [
        term('service', '=', clean),
        attributeTerm(clean, '=', clean),
        attributeTerm('k', '=~', clean),
        term('', '=', clean),
      ]) {
        const [back, ...more] = parse(written);
        expect(more, written).toEqual([]);
        if (!written.startsWith('""')) expect(back!.value, written).toBe(clean);
      }
    }
  });
});

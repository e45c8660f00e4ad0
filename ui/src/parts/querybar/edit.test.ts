/* Chips and text are two looks of one query: going from one to the other must lose nothing. */
import { describe, expect, it } from 'vitest';
import { atRest, changed, givenUp, isComplete, settled, switched, takenBack, turned, whole, without } from './edit';
import { answered, offered, question, traceId, typing } from './suggest';

const rest = atRest('service:shop "card declined" duration>1s');

describe('editing', () => {
  it('takes a chip back to text and puts it where it was', () => {
    const edit = takenBack(rest, 1);
    expect(edit).toEqual({
      terms: ['service:shop', 'duration>1s'],
      at: 1,
      draft: '"card declined"',
      taken: '"card declined"',
    });
    expect(whole({ ...edit, draft: 'timeout' })).toBe('service:shop timeout duration>1s');
    expect(whole(givenUp({ ...edit, draft: 'x' }))).toBe('service:shop "card declined" duration>1s');
    expect(settled({ ...edit, draft: 'a b' }).terms).toEqual(['service:shop', 'a', 'b', 'duration>1s']);
  });

  it('keeps what was being typed when another chip is taken', () => {
    const edit = takenBack({ ...takenBack(rest, 0), draft: 'a b' }, 1);
    expect(whole(edit)).toBe('a b "card declined" duration>1s');
    expect(edit.draft).toBe('duration>1s');
  });

  it('removes, turns round and switches off', () => {
    expect(whole(without(rest, 0))).toBe('"card declined" duration>1s');
    expect(whole(changed(rest, 0, turned))).toBe('service!=shop "card declined" duration>1s');
    expect(whole(changed(rest, 1, turned))).toBe('service:shop -"card declined" duration>1s');
    expect(whole(changed(rest, 2, switched))).toBe('service:shop "card declined" ~duration>1s');
    expect(whole(changed(changed(rest, 2, switched), 2, switched))).toBe(whole(rest));
  });

  it('lets a typed term be wrong without hurting its neighbours', () => {
    expect(whole({ terms: ['a', 'b'], at: 1, draft: 'x="open' })).toBe('a x=open b');
  });

  it('knows when a space ends a term', () => {
    expect(['service:shop', 'a', '"a b"', 'k=1 j=2'].map(isComplete)).toEqual([true, true, true, true]);
    expect(['', '"a', 'service:', 'duration>5', 'operation:"GET'].map(isComplete)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('suggestions', () => {
  it.each([
    ['', ['', '', '', '', '']],
    ['ser', ['', '', '', '', 'ser']],
    ['a -http.ro', ['a ', '-', '', '', 'http.ro']],
    ['service:ch', ['', '', 'service', ':', 'ch']],
    ['operation:"GET /c', ['', '', 'operation', ':', 'GET /c']],
    ['~"a key"!="v', ['', '~', 'a key', '!=', 'v']],
    ['duration>', ['', '', 'duration', '>', '']],
  ])('%j', (draft, expected) => expect(Object.values(typing(draft))).toEqual(expected));

  it('asks the server only for what it knows', () => {
    expect(question(typing('pay'))).toEqual({ key: '', text: 'pay' });
    expect(question(typing('service:c'))).toEqual({ key: 'service', text: 'c' });
    expect(question(typing('http.route=/c'))).toEqual({ key: 'http.route', text: '/c' });
    expect(question(typing('has:us'))).toEqual({ key: '', text: 'us' });
    expect(['status:e', 'duration>1', 'k=~a', 'k>5'].map((text) => question(typing(text)))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('offers fields of the signal and their values', () => {
    expect(offered(typing('s'), 'traces').map((one) => one.insert)).toEqual(['service:', 'status:']);
    expect(offered(typing('s'), 'logs').map((one) => one.insert)).toEqual(['service:', 'severity:', 'span:']);
    expect(offered(typing('x status:e'), 'traces').map((one) => [one.insert, one.whole])).toEqual([
      ['x status:error', true],
    ]);
    expect(offered(typing('duration>5'), 'traces').map((one) => one.insert)).toEqual(['duration>500ms', 'duration>5s']);
  });

  it('writes what the server found as terms', () => {
    const inserts = (draft: string, kind: string, text: string) =>
      answered(typing(draft), [{ kind, text, count: 1 }]).map((one) => [one.insert, one.whole]);
    expect(inserts('ro', 'key', 'http.route')).toEqual([['http.route=', false]]);
    expect(inserts('od', 'key', 'odd key')).toEqual([['"odd key"=', false]]);
    expect(inserts('-che', 'service', 'check out')).toEqual([['-service:"check out"', true]]);
    expect(inserts('service!=c', 'service', 'cart')).toEqual([['service!=cart', true]]);
    expect(inserts('a op:x http.route!=/c', 'value', '/cart')).toEqual([['a op:x http.route!=/cart', true]]);
    expect(inserts('-has:us', 'key', 'user.id')).toEqual([['-has:user.id', true]]);
    expect(inserts('has:us', 'service', 'us')).toEqual([]);
  });

  it('knows a trace id', () => {
    const id = '4BF92F3577B34DA6A3CE929D0E0E4736';
    expect([id, ` ${id}\n`, `trace:${id}`, `trace_id="${id}"`].map(traceId)).toEqual(Array(4).fill(id.toLowerCase()));
    expect(['4bf9', `${id}0`, `x${id}`].map(traceId)).toEqual([undefined, undefined, undefined]);
  });
});

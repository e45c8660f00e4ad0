/* The colours lie over what is typed: they must be the same text. Completion must know where it stands. */
import { describe, expect, it } from 'vitest';
import { complete, taken } from './complete';
import { pieces } from './lexer';

const schema = {
  tables: [
    {
      name: 'otel_traces',
      comment: 'spans',
      columns: [col('Timestamp'), col('SpanName'), col('Duration'), col('Events.Name')],
    },
    { name: 'otel_logs', comment: 'records', columns: [col('Timestamp'), col('Body')] },
  ],
  functions: ['count', 'countIf', 'toStartOfInterval'],
};
function col(name: string) {
  return { name, type: 'String', comment: '' };
}

/** Labels at the caret, which is where the bar stands. */
function offers(text: string, asked = false): string[] {
  const caret = text.indexOf('|');
  return complete(text.replace('|', ''), caret, schema, asked).offers.map((one) => one.label);
}

describe('pieces', () => {
  it.each([
    '',
    "SELECT count() FROM otel_traces -- a\nWHERE x = 'it''s' AND \"q\" > 1.5e3 /* open",
    "'open",
    '`open',
    '{start:DateTime64(9)} {open',
    'ÄÖ 日本 \u0000\u202e',
    '\\;$%',
  ])('%j are the text', (text) => {
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });
  it('are named', () => {
    const kinds = Object.fromEntries(
      pieces("SELECT count(x), 1, 'a', {s:String} FROM t -- c").map((one) => [one.text, one.kind]),
    );
    expect(kinds).toMatchObject({
      SELECT: 'keyword',
      count: 'function',
      x: 'word',
      '1': 'number',
      "'a'": 'string',
      '{s:String}': 'parameter',
      '-- c': 'comment',
    });
  });
  it('take a long statement quickly', () => expect(pieces('SELECT a, '.repeat(10_000))).toHaveLength(50_000));
});

describe('completion', () => {
  it('offers tables after FROM and JOIN', () => {
    expect(offers('SELECT * FROM |', true)).toEqual(['otel_traces', 'otel_logs']);
    expect(offers('SELECT * FROM otel_l|')).toEqual(['otel_logs']);
    expect(offers('SELECT * FROM otel_traces, o|')).toEqual(['otel_traces', 'otel_logs']);
    expect(offers('SELECT * FROM otel_traces JOIN otel_lo|')).toEqual(['otel_logs']);
  });
  it('offers columns of the tables that are named, also after the caret', () => {
    expect(offers('SELECT Bo| FROM otel_logs')[0]).toBe('Body');
    expect(offers('SELECT Bo| FROM otel_traces')).not.toContain('Body');
    expect(offers('SELECT Sp|')[0]).toBe('SpanName');
  });
  it('follows aliases', () => {
    expect(offers('SELECT l.| FROM otel_logs AS l')).toEqual(['Timestamp', 'Body']);
    expect(offers('SELECT l.B| FROM otel_logs l')).toEqual(['Body']);
    expect(offers('SELECT x.| FROM otel_logs AS l')).toEqual([]);
  });
  it('offers functions and keywords', () => {
    expect(offers('SELECT cou| FROM otel_logs')).toEqual(['count', 'countIf']);
    expect(offers('SELECT 1 FROM otel_logs WH|')).toContain('WHERE');
  });
  it('keeps quiet where nothing can stand', () => {
    expect(offers("SELECT 'cou|'")).toEqual([]);
    expect(offers('SELECT 1 -- cou|')).toEqual([]);
    expect(offers('SELECT 12|')).toEqual([]);
    expect(offers('SELECT |')).toEqual([]);
  });
  it('offers the range', () => expect(offers('WHERE Timestamp >= {|')).toContain('{start:DateTime64(9)}'));
});

it('takes an offer', () => {
  const text = 'SELECT cou(x) FROM otel_traces';
  const found = complete(text, 10, schema);
  expect(taken(text, found, found.offers[0]!)).toEqual({ text: 'SELECT count(x) FROM otel_traces', caret: 12 });
  const events = complete('SELECT Events FROM otel_traces', 13, schema);
  expect(taken('SELECT Events FROM otel_traces', events, events.offers[0]!).text).toBe(
    'SELECT `Events.Name` FROM otel_traces',
  );
});

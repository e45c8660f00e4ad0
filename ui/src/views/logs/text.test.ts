/* What an application prints is not to be trusted: it must be shown, and must not act. */
import { expect, it } from 'vitest';
import { bodyText, folded, pieces, visible, withoutAnsi } from './text';

it.each([
  ['\x1b[31;1mERROR\x1b[0m x', 'ERROR x'],
  ['\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b', 'ab'],
  ['\x1b[2J\x1b[1;1Hgone', 'gone'],
  ['plain [31m', 'plain [31m'],
])('takes colours out of %j', (text, expected) => expect(withoutAnsi(text)).toBe(expected));

it('shows what hides', () => {
  expect(visible('a\0b\x07\x7f\x85\u202ecba\u2066\ufeff\tx\r\ny\rz')).toBe(
    'a␀b␇␡\\u0085\\u202ecba\\u2066\\ufeff\tx\ny␍z',
  );
  expect(visible('שלום مرحبا 👩‍👩‍👧 é')).toBe('שלום مرحبا 👩‍👩‍👧 é');
});

it('makes text of any body', () => {
  expect(bodyText('x')).toBe('x');
  expect(bodyText({ a: [1, null] })).toBe('{"a":[1,null]}');
  expect(bodyText(null)).toBe('');
  expect(bodyText(0)).toBe('0');
});

it('folds stack traces', () => {
  expect(folded('\n  \nTraceback:\n  File\n  Error\n\n')).toEqual({ text: 'Traceback:', lines: 2, cut: false });
  expect(folded('a\nb\nc', 2)).toEqual({ text: 'a\nb', lines: 1, cut: false });
  expect(folded('x'.repeat(1_000_000), 1, 10)).toEqual({ text: 'x'.repeat(10), lines: 0, cut: true });
  expect(folded('')).toEqual({ text: '', lines: 0, cut: false });
  expect(folded('\n'.repeat(1_000_000)).lines).toBe(0);
});

it('finds words in any case, and joins what overlaps', () => {
  const found = (text: string, ...wanted: string[]) =>
    pieces(text, wanted).map((one) => (one.found ? `[${one.text}]` : one.text));
  expect(found('Connection refused', 'REFUSED')).toEqual(['Connection ', '[refused]']);
  expect(found('aaa', 'aa')).toEqual(['[aaa]']);
  expect(found('abcabc', 'abc', 'bca')).toEqual(['[abcabc]']);
  expect(found('x', '')).toEqual(['x']);
  expect(found('İstanbul x', 'x')).toEqual(['İstanbul ', '[x]']);
  expect(found('', 'a')).toEqual([]);
});

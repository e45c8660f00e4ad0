/* Telemetry is written by strangers: it must be seen for what it is. */
import { expect, it } from 'vitest';
import { filtered, textOf, visible } from './text';

it('shows control characters and direction marks, and keeps lines', () => {
  expect(visible('a\u0000b\u001bc\u007fd\u202ee\u0085\n\tf')).toBe('a␀b␛c␡d⟨U+202E⟩e⟨U+0085⟩\n\tf');
});

it('writes what is no text as JSON', () => {
  expect([textOf('x'), textOf(5), textOf(null), textOf(true), textOf([1])]).toEqual([
    'x',
    '5',
    'null',
    'true',
    '[\n  1\n]',
  ]);
});

it('finds keys and values in any case, in the order of keys', () => {
  const attributes = { b: 'Timeout', a: 1, timeout_s: 5 };
  expect(filtered(attributes, ' TIME ').map(([key]) => key)).toEqual(['b', 'timeout_s']);
  expect(filtered(attributes, '').map(([key]) => key)).toEqual(['a', 'b', 'timeout_s']);
});

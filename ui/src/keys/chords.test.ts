/* A key that does something else than the sheet says is worse than none. */
import { expect, it } from 'vitest';
import { named, step } from './chords';

const press = (key: string, more: Partial<Parameters<typeof named>[0]> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

it.each([
  [press('j'), 'j'],
  [press('J', { shiftKey: true }), 'shift+j'],
  [press('?', { shiftKey: true }), '?'],
  [press('k', { ctrlKey: true }), 'mod+k'],
  [press('k', { metaKey: true }), 'mod+k'],
  [press('ArrowDown', { shiftKey: true }), 'shift+ArrowDown'],
  [press(' '), 'Space'],
])('%j is %s', (given, expected) => expect(named(given)).toBe(expected));

it('runs sequences, and forgets what leads nowhere', () => {
  const bindings = ['j', 'g t', 'g l'];
  expect(step('', press('j'), bindings)).toEqual({ index: 0, pending: '' });
  expect(step('', press('g'), bindings)).toEqual({ index: -1, pending: 'g' });
  expect(step('g', press('l'), bindings)).toEqual({ index: 2, pending: '' });
  expect(step('g', press('x'), bindings)).toEqual({ index: -1, pending: '' });
});

it('a sequence wins over its last key alone', () => {
  expect(step('g', press('j'), ['j', 'g j']).index).toBe(1);
});

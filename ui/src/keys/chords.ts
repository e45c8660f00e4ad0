/* Which binding a key press means; pure, so that sequences and modifiers can be tested without a browser. */

/** What of a key press counts. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** A press in the words of bindings: `j`, `shift+ArrowDown`, `mod+k`, `?`. */
export function named(press: Press): string {
  const printable = press.key.length === 1;
  const parts = [];
  if (press.ctrlKey || press.metaKey) parts.push('mod');
  if (press.altKey) parts.push('alt');
  // Of a character that shift makes another one of (`?`, `]`) only the character counts.
  const letter = printable && press.key.toLowerCase() !== press.key.toUpperCase();
  if (press.shiftKey && (!printable || letter)) parts.push('shift');
  parts.push(press.key === ' ' ? 'Space' : letter ? press.key.toLowerCase() : press.key);
  return parts.join('+');
}

/**
 * The binding that a press completes.
 *
 * @param pending the first press of a sequence that has begun; empty for none.
 * @returns the index of the binding or -1, and what is pending now.
 */
export function step(pending: string, press: Press, bindings: readonly string[]): { index: number; pending: string } {
  const name = named(press);
  if (pending) {
    const index = bindings.indexOf(`${pending} ${name}`);
    if (index >= 0) return { index, pending: '' };
  }
  const index = bindings.indexOf(name);
  if (index >= 0) return { index, pending: '' };
  const begins = bindings.some((keys) => keys.startsWith(`${name} `));
  return { index: -1, pending: begins ? name : '' };
}

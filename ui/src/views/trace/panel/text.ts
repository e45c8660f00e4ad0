/* Values as text that can be looked at: control characters are seen, and what is long is short until somebody asks. */
import type { Value } from '../../../api/outline';

export const SHORT = 2000;

/** A value as text: text as it is, the rest as JSON. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, typeof value === 'object' && value !== null ? 2 : undefined);
}

/** Control characters, and those that change the direction of text, as signs; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (sign) => {
      const code = sign.charCodeAt(0);
      return code < 0x20
        ? String.fromCharCode(0x2400 + code)
        : code === 0x7f
          ? '␡'
          : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
    },
  );
}

/** Keys and values that hold a text, in any case; all for no text. Keys in their order. */
export function filtered(attributes: Record<string, Value>, text: string): [string, Value][] {
  const wanted = text.trim().toLowerCase();
  const all = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (!wanted) return all;
  return all.filter(
    ([key, value]) => key.toLowerCase().includes(wanted) || textOf(value).toLowerCase().includes(wanted),
  );
}

/* Bodies as text that is safe and useful to read: colour codes gone, control characters visible, long traces folded. */

// CSI sequences (colours, cursor moves), OSC sequences (titles, links), and lone escapes: ECMA-48, sections 5.4 and 8.3.89.
const ANSI = /\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;
// Everything that changes what a reader sees without being seen: C0 and C1, marks and overrides of direction, joiners' kin.
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text with its colour codes taken out. */
export function withoutAnsi(text: string): string {
  return text.includes('\x1b') ? text.replace(ANSI, '') : text;
}

/** A text with a visible sign for every hidden character but tab and line feed. */
export function visible(text: string): string {
  return withoutAnsi(text)
    .replace(/\r\n/g, '\n')
    .replace(HIDDEN, (one) => {
      const code = one.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? '\u2421' : `\\u${code.toString(16).padStart(4, '0')}`;
    });
}

/** A body of any kind as text: text as it is, anything else as JSON. */
export function bodyText(body: unknown): string {
  if (typeof body === 'string') return body;
  return body == null ? '' : JSON.stringify(body);
}

/** The beginning of a body, for a line of a list. */
export interface Folded {
  text: string;
  /** Lines that are not shown. */
  lines: number;
  /** Whether the last line goes on. */
  cut: boolean;
}

/** The first line (or lines) of a body; empty lines before them do not count. */
export function folded(body: string, mostLines = 1, mostCharacters = 600): Folded {
  const whole = withoutAnsi(body)
    .replace(/^\s*\n/, '')
    .trimEnd();
  const lines = whole.split('\n', 2000);
  const shown = lines.slice(0, mostLines).join('\n');
  return {
    text: visible(shown.slice(0, mostCharacters)),
    lines: Math.max(0, lines.length - mostLines),
    cut: shown.length > mostCharacters,
  };
}

/** A piece of a text, and whether it is one of those that were looked for. */
export interface Piece {
  text: string;
  found: boolean;
}

/** A text, cut where something that was looked for (in any case) begins and ends; matches that overlap are one. */
export function pieces(text: string, wanted: readonly string[]): Piece[] {
  const spans = wanted.flatMap((one) => occurrences(text, one)).sort((a, b) => a[0] - b[0]);
  const result: Piece[] = [];
  let at = 0;
  for (const [start, end] of joined(spans)) {
    if (start > at) result.push({ text: text.slice(at, start), found: false });
    result.push({ text: text.slice(start, end), found: true });
    at = end;
  }
  if (at < text.length) result.push({ text: text.slice(at), found: false });
  return result;
}

const MOST_MATCHES = 500;

function occurrences(text: string, wanted: string): [number, number][] {
  const found: [number, number][] = [];
  const [where, what] = [text.toLowerCase(), wanted.toLowerCase()];
  // Where lower case changes lengths (İ), places would be wrong: then only what is written alike is found.
  const [here, sought] = where.length === text.length ? [where, what] : [text, wanted];
  if (sought === '') return found;
  for (let at = here.indexOf(sought); at >= 0 && found.length < MOST_MATCHES; at = here.indexOf(sought, at + 1)) {
    found.push([at, at + sought.length]);
  }
  return found;
}

function joined(spans: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [start, end] of spans) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

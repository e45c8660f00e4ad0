/* What arrives while one follows: a bounded buffer that can be held, and says what it let go. Pure. */
import type { LogRecord } from './record';

/** Lines that are kept in sight, and while held. */
export const MOST_LINES = 2000;
const RATE_MS = 5000;

export interface Tail {
  /** In the order of arrival. */
  lines: readonly LogRecord[];
  /** Arrived since the tail was held. */
  held: readonly LogRecord[];
  isHeld: boolean;
  /** Lines that were let go because there were more than are kept. */
  skipped: number;
  /** When, and how many, of the last seconds. */
  arrivals: readonly { atMs: number; count: number }[];
}

export const QUIET: Tail = { lines: [], held: [], isHeld: false, skipped: 0, arrivals: [] };

/** The tail with lines that arrived. Those that are there already are not added again. */
export function arrived(tail: Tail, lines: readonly LogRecord[], atMs: number, most = MOST_LINES): Tail {
  const known = new Set([...tail.lines, ...tail.held].map((line) => line.id));
  const fresh = lines.filter((line) => !known.has(line.id));
  if (fresh.length === 0) return tail;
  const arrivals = [...tail.arrivals.filter((one) => atMs - one.atMs < RATE_MS), { atMs, count: fresh.length }];
  const side = tail.isHeld ? 'held' : 'lines';
  const all = [...tail[side], ...fresh];
  const over = Math.max(0, all.length - most);
  return { ...tail, [side]: over ? all.slice(over) : all, skipped: tail.skipped + over, arrivals };
}

/** Stop moving: what arrives waits. */
export function held(tail: Tail): Tail {
  return tail.isHeld ? tail : { ...tail, isHeld: true };
}

/** Move again, with everything that waited. */
export function released(tail: Tail, most = MOST_LINES): Tail {
  if (!tail.isHeld) return tail;
  const all = [...tail.lines, ...tail.held];
  const over = Math.max(0, all.length - most);
  return { ...tail, lines: over ? all.slice(over) : all, held: [], isHeld: false, skipped: tail.skipped + over };
}

/** Lines a second over the last five. */
export function ratePerS(tail: Tail, nowMs: number): number {
  const recent = tail.arrivals.filter((one) => nowMs - one.atMs < RATE_MS);
  return recent.reduce((sum, one) => sum + one.count, 0) / (RATE_MS / 1000);
}

/** Cuts a stream of bytes into lines of JSON. What is no JSON is left out. */
export class LineReader {
  private rest = '';
  private readonly decoder = new TextDecoder();

  /** The values of all lines that are complete now. */
  read(bytes: Uint8Array): unknown[] {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => parsed(line));
  }
}

function parsed(line: string): unknown[] {
  try {
    return line.trim() ? [JSON.parse(line) as unknown] : [];
  } catch {
    return [];
  }
}

/** How long to wait before the n-th try to connect again, in milliseconds. */
export function waitMs(attempt: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
}

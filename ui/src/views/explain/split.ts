/*
 * A query as two: where to look, and what is selected there. Service, operation and kind say where; every other term
 * (status, durations, severity, attributes, text) and the chosen time say what. What is left is the rest it is compared with.
 */
import { type Signal, type Term, toLogParams, toTraceParams } from '../../parts/querybar/grammar';
import type { Range } from '../../state/range';

const WHERE = new Set(['service', 'operation', 'kind']);

export interface Split {
  base: Term[];
  selection: Term[];
}

export function split(terms: readonly Term[]): Split {
  const used = terms.filter((term) => !term.off && !term.problem);
  const isBase = (term: Term) => term.kind === 'field' && WHERE.has(term.field);
  return { base: used.filter(isBase), selection: used.filter((term) => !isBase(term)) };
}

/** Records, or whole traces by all their spans. */
export type Unit = 'records' | 'traces';

/** Whole traces, unless one service's spans are asked for: what slow traces share is mostly not on the span that was slow. */
export function usualUnit(signal: Signal, { base }: Split): Unit {
  return signal === 'traces' && !base.some((term) => term.field === 'service') ? 'traces' : 'records';
}

/** A part of the range, in milliseconds since the epoch. */
export interface Brush {
  startMs: number;
  endMs: number;
}

/** `START,END` of the address; undefined where it is none. */
export function brushOf(text: string): Brush | undefined {
  const [startMs, endMs] = text.split(',').map(Number);
  return startMs !== undefined && endMs !== undefined && endMs > startMs ? { startMs, endMs } : undefined;
}

/** The question for the server; undefined while nothing is selected. */
export function question(signal: 'traces' | 'logs', parts: Split, unit: Unit, range: Range, brush: Brush | undefined) {
  if (parts.selection.length === 0 && !brush) return undefined;
  const params = signal === 'logs' ? toLogParams : toTraceParams;
  const within = brush && {
    start: new Date(brush.startMs).toISOString(),
    end: new Date(brush.endMs).toISOString(),
  };
  return {
    signal,
    unit,
    base: { ...range.params, ...params(parts.base) },
    selection: { ...range.params, ...within, ...params(parts.selection) },
  };
}

/* Which nodes of a merged tree differ, by how much, and which are shown. */
import type { Answer } from '../../api/client';

export type Comparison = Answer<'/sonde/compare'>;
export type Side = Comparison['nodes']['a'];
export type Measure = 'critical' | 'self' | 'total';

/** What is compared, by node, in milliseconds. */
export function valuesOf(side: Side, measure: Measure): number[] {
  return measure === 'critical' ? side.critical_ms : measure === 'self' ? side.self_ms : side.total_ms;
}

export type Kind = 'same' | 'only-a' | 'only-b' | 'more' | 'less';

/** Differences smaller than this share of the longer trace are noise. */
const NOISE = 0.01;

/** What is with a node: whether only one trace has it, or b spends more or less time there. */
export function kindOf(found: Comparison, node: number, measure: Measure): Kind {
  const { a, b } = found.nodes;
  if (!b.count[node]) return 'only-a';
  if (!a.count[node]) return 'only-b';
  const change = valuesOf(b, measure)[node]! - valuesOf(a, measure)[node]!;
  if (Math.abs(change) < NOISE * Math.max(found.a.duration_ms, found.b.duration_ms)) return 'same';
  return change > 0 ? 'more' : 'less';
}

/** Whether a node is worth showing among differences only: time, numbers, failures or names. */
export function isDifferent(found: Comparison, node: number, measure: Measure): boolean {
  const { a, b } = found.nodes;
  return (
    kindOf(found, node, measure) !== 'same' ||
    a.count[node] !== b.count[node] ||
    a.errors[node] !== b.errors[node] ||
    a.service[node] !== b.service[node]
  );
}

/** The nodes that are shown, in the tree's order: all, or those that differ and what stands above them. */
export function shownNodes(found: Comparison, measure: Measure, only: boolean): number[] {
  const { parent } = found.nodes;
  const all = parent.map((_, node) => node);
  if (!only) return all;
  const kept = new Uint8Array(parent.length);
  for (let node = parent.length - 1; node >= 0; node--) {
    if (!kept[node] && !isDifferent(found, node, measure)) continue;
    kept[node] = 1;
    if (parent[node]! >= 0) kept[parent[node]!] = 1;
  }
  return all.filter((node) => kept[node]);
}

/** The place of the next node that differs, after (or before, `by` -1) a place among the shown ones; the same one where there is none. */
export function nextDifference(
  found: Comparison,
  shown: readonly number[],
  measure: Measure,
  place: number,
  by: 1 | -1,
): number {
  for (let at = place + by; at >= 0 && at < shown.length; at += by)
    if (isDifferent(found, shown[at]!, measure)) return at;
  return place;
}

const MOST_CAUSES = 3;
const CAUSE_SHARE = 0.1;

/** The places whose critical time explains a tenth or more of the difference in duration, the most first, at most three; else the largest one. */
export function causes(found: Comparison): { node: number; ms: number }[] {
  const change = found.b.duration_ms - found.a.duration_ms;
  const { a, b } = found.nodes;
  if (Math.abs(change) <= NOISE * Math.max(found.a.duration_ms, found.b.duration_ms)) return [];
  const places = a.critical_ms
    .map((ms, node) => ({ node, ms: b.critical_ms[node]! - ms }))
    .filter(({ ms }) => ms / change > 0)
    .sort((one, other) => Math.abs(other.ms) - Math.abs(one.ms));
  const telling = places.filter(({ ms }) => ms / change >= CAUSE_SHARE).slice(0, MOST_CAUSES);
  return telling.length ? telling : places.slice(0, 1);
}

/** The name of a node's service and operation; where b's differ, both. */
export function nameOf(found: Comparison, node: number): { service: string; name: string; renamed: string } {
  const { a, b } = found.nodes;
  const [in_, other] = a.count[node] ? [a, b] : [b, a];
  const read = (side: Side): [string, string] => [
    found.services[side.service[node]!] ?? '',
    found.names[side.name[node]!] ?? '',
  ];
  const [service, name] = read(in_);
  const [also, called] = read(other);
  const both = a.count[node]! > 0 && b.count[node]! > 0;
  const renamed = !both ? '' : also !== service ? `${also} ${called}` : plain(called) === plain(name) ? '' : called;
  return { service, name, renamed };
}

/** A name without what varies from call to call. */
function plain(name: string): string {
  return name.replace(/[0-9a-f]{8,}|\d+/gi, '?');
}

/** A trace id in what a person pasted: an id, or an address of a trace. Empty where there is none. */
export function traceIdIn(text: string): string {
  const trimmed = text.trim().toLowerCase();
  const inAddress = /\/traces?\/([0-9a-f]{1,32})(?:[/?#]|$)/.exec(trimmed);
  if (inAddress) return inAddress[1]!;
  return /^[0-9a-f]{1,32}$/.test(trimmed) ? trimmed : '';
}

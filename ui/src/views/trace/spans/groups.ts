/* The spans of a trace summed up by what they have in common. */
import { ERROR, KINDS, type Outline } from '../../../api/outline';
import { criticalTimes, quantile, selfTimes } from './figures';

export type GroupBy = 'operation' | 'service' | 'kind';

/** Spans with the same operation, service or kind. Times in milliseconds. */
export interface SpanGroup {
  key: string;
  service: string;
  name: string;
  kind: string;
  spans: number[];
  total: number;
  self: number;
  avg: number;
  p50: number;
  p95: number;
  max: number;
  errors: number;
  /** Of all self time in the trace. */
  share: number;
  critical: number;
}

/** Groups, the most self time first. */
export function spanGroups(outline: Outline, by: GroupBy): SpanGroup[] {
  const { spans } = outline;
  const own = selfTimes(outline);
  const critical = criticalTimes(outline);
  const whole = own.reduce((sum, ns) => sum + ns, 0);
  const members = new Map<string, number[]>();
  for (let i = 0; i < spans.id.length; i++) {
    const key =
      by === 'kind'
        ? String(spans.kind[i])
        : by === 'service'
          ? String(spans.service[i])
          : `${String(spans.service[i])} ${String(spans.name[i])} ${String(spans.kind[i])}`;
    const known = members.get(key);
    if (known) known.push(i);
    else members.set(key, [i]);
  }
  return [...members]
    .map(([key, indexes]) => summed(outline, key, by, indexes, own, critical, whole))
    .sort((a, b) => b.self - a.self);
}

function summed(
  outline: Outline,
  key: string,
  by: GroupBy,
  indexes: number[],
  own: Float64Array,
  critical: Float64Array,
  whole: number,
): SpanGroup {
  const { spans, services, names } = outline;
  const lengths = Float64Array.from(indexes, (i) => spans.duration[i]! / 1e6).sort();
  const sum = (of: (i: number) => number): number => indexes.reduce((all, i) => all + of(i), 0);
  const first = indexes[0]!;
  const self = sum((i) => own[i]!);
  const total = sum((i) => spans.duration[i]!) / 1e6;
  return {
    key,
    service: by === 'kind' ? '' : (services[spans.service[first]!]?.name ?? ''),
    name: by === 'operation' ? (names[spans.name[first]!] ?? '') : '',
    kind: by === 'service' ? '' : (KINDS[spans.kind[first]!] ?? ''),
    spans: indexes,
    total,
    self: self / 1e6,
    avg: total / indexes.length,
    p50: quantile(lengths, 0.5),
    p95: quantile(lengths, 0.95),
    max: lengths.at(-1)!,
    errors: sum((i) => (spans.status[i] === ERROR ? 1 : 0)),
    share: whole > 0 ? self / whole : 0,
    critical: sum((i) => critical[i]!) / 1e6,
  };
}

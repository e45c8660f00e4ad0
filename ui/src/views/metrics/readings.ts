/* How a metric of some kind can be read, what the reading is called, and in which unit its values then are. */

interface Kind {
  kind: string;
  monotonic?: boolean;
}

export interface Reading {
  value: string;
  label: string;
}

const LEVELS = ['avg', 'sum', 'min', 'max', 'last', 'count', 'p50', 'p95', 'p99'];
const HISTOGRAM = [
  'p50',
  'p75',
  'p90',
  'p95',
  'p99',
  'avg',
  'min',
  'max',
  'rate',
  'increase',
  'count',
  'sum',
  'heatmap',
];
const BY_KIND = new Map<string, readonly string[]>(
  Object.entries({
    gauge: LEVELS,
    sum: ['rate', 'increase', ...LEVELS],
    histogram: HISTOGRAM,
    exponential_histogram: HISTOGRAM,
    summary: ['avg', 'rate', 'increase', 'count', 'sum', 'p50', 'p90', 'p95', 'p99'],
  }),
);
const SAID = new Map(
  Object.entries({
    avg: 'average',
    min: 'least',
    max: 'greatest',
    last: 'latest',
    count: 'count',
    rate: 'rate per second',
    increase: 'increase',
    sum: 'sum',
    heatmap: 'heatmap',
  }),
);

/** The readings that a kind has; one that is asked for and unknown is offered as well, so that it stays in sight. */
export function readings(kind: string, present = ''): Reading[] {
  const known = BY_KIND.get(kind) ?? [];
  const all = present && !known.includes(present) ? [...known, present] : known;
  return all.map((value) => ({ value, label: SAID.get(value) ?? value }));
}

/** The reading of a kind that answers most questions. */
export function usual({ kind, monotonic }: Kind): string {
  if (kind === 'histogram' || kind === 'exponential_histogram') return 'p95';
  return kind === 'sum' ? (monotonic ? 'rate' : 'sum') : 'avg';
}

/** The unit of a reading's values, in UCUM as the metric's own. */
export function unitOf(unit: string, kind: string, aggregation: string): string {
  const isDistribution = kind === 'histogram' || kind === 'exponential_histogram' || kind === 'summary';
  if (aggregation === 'count' || (isDistribution && aggregation === 'increase')) return '1';
  if (aggregation !== 'rate') return unit;
  return isDistribution || unit === '' || unit === '1' ? '1/s' : `${unit}/s`;
}

/** Whether values of a reading are of the size of single measurements, so that exemplars stand among them. */
export function showsMeasurements(kind: string, aggregation: string): boolean {
  if (kind === 'summary') return false;
  return /^p\d|^(avg|min|max|last|heatmap)$/.test(aggregation);
}

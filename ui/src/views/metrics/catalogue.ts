/* The list of metrics: searched by words, grouped by the beginning of their names or by who sends them. */

export interface CatalogueMetric {
  name: string;
  kind: string;
  unit: string;
  description: string;
  services: string[];
  series: number;
}

export type Grouping = 'prefix' | 'service';
export type Row<M> = { group: string; count: number } | { metric: M; group: string };

/** What kind of metric it is, and in which unit: what tells metrics of one name apart. */
export function kindAndUnit({ kind, unit }: Pick<CatalogueMetric, 'kind' | 'unit'>): string {
  const name = kind === 'exponential_histogram' ? 'exp. histogram' : kind;
  return unit && unit !== '1' ? `${name} · ${unit}` : name;
}

/** Metrics that have every word in their name, description, unit, kind or services. */
export function searched<M extends CatalogueMetric>(metrics: readonly M[], text: string): M[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return metrics.filter((one) => {
    const whole = `${one.name} ${one.description} ${one.unit} ${one.kind} ${one.services.join(' ')}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** Headings and metrics in the order of the list. A metric of several services stands under each of them. */
export function grouped<M extends CatalogueMetric>(metrics: readonly M[], by: Grouping): Row<M>[] {
  const groups = new Map<string, M[]>();
  for (const metric of metrics) {
    const names = by === 'service' ? metric.services : [prefixOf(metric.name)];
    for (const name of names.length ? names : ['']) {
      const members = groups.get(name);
      if (members) members.push(metric);
      else groups.set(name, [metric]);
    }
  }
  const rows: Row<M>[] = [];
  for (const [group, members] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    rows.push({ group, count: members.length });
    for (const metric of members) rows.push({ metric, group });
  }
  return rows;
}

/** The first part of a name: up to its first dot, colon, slash or underscore. */
export function prefixOf(name: string): string {
  return /^[^._:/]+/.exec(name)?.[0] ?? name;
}

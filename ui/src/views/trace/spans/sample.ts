/* Outlines for tests, from a few words a span. */
import { KINDS, type Outline } from '../../../api/outline';

export interface Given {
  name: string;
  parent?: number;
  service?: string;
  kind?: (typeof KINDS)[number];
  start: number;
  end: number;
  failed?: boolean;
}

/** An outline of spans in preorder; times in milliseconds. */
export function outlineOf(given: Given[], critical: [number, number, number][] = []): Outline {
  const services = [...new Set(given.map((one) => one.service ?? 'a'))];
  const names = [...new Set(given.map((one) => one.name))];
  const parent = given.map((one) => one.parent ?? -1);
  const depth: number[] = [];
  const children = given.map(() => 0);
  parent.forEach((above, i) => {
    depth[i] = above < 0 ? 0 : depth[above]! + 1;
    for (let up = above; up >= 0; up = parent[up]!) children[up]! += 1;
  });
  const end = Math.max(0, ...given.map((one) => one.end));
  return {
    trace_id: 'a'.repeat(32),
    start: '2026-01-01T00:00:00.000000000Z',
    start_ns: '1767225600000000000',
    duration_ns: end * 1e6,
    depth: Math.max(0, ...depth) + 1,
    errors: given.filter((one) => one.failed).length,
    total: given.length,
    truncated: false,
    services: services.map((name) => ({
      name,
      spans: given.filter((one) => (one.service ?? 'a') === name).length,
      errors: 0,
    })),
    names,
    spans: {
      id: given.map((_, i) => i.toString(16).padStart(16, '0')),
      parent,
      depth,
      service: given.map((one) => services.indexOf(one.service ?? 'a')),
      name: given.map((one) => names.indexOf(one.name)),
      kind: given.map((one) => KINDS.indexOf(one.kind ?? 'Internal')),
      status: given.map((one) => (one.failed ? 2 : 0)),
      start: given.map((one) => one.start * 1e6),
      duration: given.map((one) => (one.end - one.start) * 1e6),
      flags: given.map(() => 0),
      children,
    },
    critical: critical.map(([i, from, to]) => [i, from * 1e6, to * 1e6]),
    findings: [],
    logs: [],
    logs_truncated: false,
  };
}

/* A small trace for tests. */
import type { Outline } from '../../api/outline';

/**
 * A trace from rows of `[depth, service, start, duration]`, in preorder.
 */
export function outlineOf(rows: [number, number, number, number][], more: Partial<Outline> = {}): Outline {
  const path: number[] = [];
  const parent = rows.map(([depth], index) => {
    path.length = depth;
    path.push(index);
    return depth > 0 ? path[depth - 1]! : -1;
  });
  const children = rows.map(() => 0);
  for (let index = rows.length - 1; index >= 0; index--) {
    if (parent[index]! >= 0) children[parent[index]!]! += children[index]! + 1;
  }
  const zeros = rows.map(() => 0);
  const services = [...new Set(rows.map((row) => row[1]))].sort();
  return {
    trace_id: '0'.repeat(31) + '1',
    start: '2026-03-01T12:00:00.000000000Z',
    start_ns: '1772366400000000000',
    duration_ns: Math.max(...rows.map((row) => row[2] + row[3])),
    depth: Math.max(...rows.map((row) => row[0])) + 1,
    errors: 0,
    total: rows.length,
    truncated: false,
    services: services.map((name) => ({ name: `s${name}`, spans: 0, errors: 0 })),
    names: ['work'],
    spans: {
      id: rows.map((_, index) => index.toString(16).padStart(16, '0')),
      parent,
      depth: rows.map((row) => row[0]),
      service: rows.map((row) => row[1]),
      name: zeros,
      kind: zeros,
      status: zeros,
      start: rows.map((row) => row[2]),
      duration: rows.map((row) => row[3]),
      flags: zeros,
      children,
    },
    critical: [],
    findings: [],
    logs: [],
    logs_truncated: false,
    ...more,
  };
}

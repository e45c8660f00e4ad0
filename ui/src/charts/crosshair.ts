/* The moment under the pointer, shared by the charts of a group: each shows its own values of that moment. */
type Listener = (tMs: number | null, source: object) => void;

const groups = new Map<string, Set<Listener>>();

/** Tell the other charts of a group which moment is pointed at; null when none is. */
export function point(group: string | undefined, tMs: number | null, source: object): void {
  if (group === undefined) return;
  for (const listener of groups.get(group) ?? []) listener(tMs, source);
}

/** Hear what others of a group point at, until the answer is called. */
export function follow(group: string | undefined, source: object, hear: (tMs: number | null) => void): () => void {
  if (group === undefined) return () => undefined;
  const listener: Listener = (tMs, from) => {
    if (from !== source) hear(tMs);
  };
  const members = groups.get(group) ?? new Set();
  groups.set(group, members.add(listener));
  return () => {
    members.delete(listener);
    if (members.size === 0) groups.delete(group);
  };
}

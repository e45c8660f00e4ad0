/* What the pointer or the focus is on, and how the rest of the map steps back. Classes are set on what is drawn already: drawing
   hundreds of services anew for every movement of the pointer would be felt. */
import type { MapEdge } from './model';
import { around } from './walk';

export type Under = { node: number } | { edge: number } | null;

/** What an event happened on. */
export function underOf(target: EventTarget | null): Under {
  const found = (target as Element | null)?.closest?.<SVGElement>('[data-node], [data-edge]');
  const { node, edge } = found?.dataset ?? {};
  return node !== undefined ? { node: Number(node) } : edge !== undefined ? { edge: Number(edge) } : null;
}

/** Whether both are the same. */
export function same(one: Under, other: Under): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Bring forward what is pointed at and what it deals with. */
export function bringForward(root: Element, edges: readonly MapEdge[], under: Under): void {
  const at = under && 'node' in under ? under.node : -1;
  const on = under && 'edge' in under ? under.edge : -1;
  const edge = edges[on];
  const lit = at >= 0 ? around(edges, at, 1) : edge ? new Set([edge.from, edge.to]) : null;
  for (const element of root.querySelectorAll<SVGElement>('[data-node]')) {
    const index = Number(element.dataset['node']);
    element.classList.toggle('is-dim', lit !== null && !lit.has(index));
    element.classList.toggle('is-under', index === at);
  }
  for (const element of root.querySelectorAll<SVGElement>('[data-edge]')) {
    const index = Number(element.dataset['edge']);
    const own = edges[index]!;
    const touched = index === on || own.from === at || own.to === at;
    element.classList.toggle('is-lit', touched);
    element.classList.toggle('is-dim', at >= 0 && !touched);
  }
}

/* The order of nodes within layers, with few crossings: sweeps that put each node at the middle of its neighbours in the
   layer before, of which the best is kept. Source: Sugiyama, Tagawa and Toda, “Methods for visual understanding of hierarchical
   system structures”, 1981 (barycenters); Barth, Jünger and Mutzel, “Simple and efficient bilayer cross counting”, 2002. */
import type { Edge } from './graph';

const SWEEPS = 16;
const HASTY_SWEEPS = 4;
const HASTY_FROM = 1500;

/** Neighbours of each node in the layer before and in the layer after. */
export interface Neighbours {
  before: number[][];
  after: number[][];
}

/** Neighbours of `count` nodes by edges that each lead one layer further. */
export function neighboursOf(count: number, edges: readonly Edge[]): Neighbours {
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) {
    before[to]!.push(from);
    after[from]!.push(to);
  }
  return { before, after };
}

/** Layers with their nodes in an order of few crossings. */
export function ordered(given: readonly (readonly number[])[], near: Neighbours): number[][] {
  let now = given.map((layer) => [...layer]);
  let best = now;
  let least = crossings(now, near);
  const most = near.before.length < HASTY_FROM ? SWEEPS : HASTY_SWEEPS;
  for (let sweep = 0; sweep < most && least > 0; sweep++) {
    now = swept(now, near, sweep % 2 === 0);
    const crossed = crossings(now, near);
    if (crossed < least) [best, least] = [now, crossed];
  }
  return best;
}

function swept(layers: readonly number[][], near: Neighbours, down: boolean): number[][] {
  const next = layers.map((layer) => [...layer]);
  const place = new Float64Array(near.before.length);
  const middle = new Float64Array(near.before.length);
  for (const layer of next) layer.forEach((node, index) => (place[node] = index));
  const sides = down ? near.before : near.after;
  const numbers = next.map((_, index) => index);
  for (const number of down ? numbers : numbers.reverse()) {
    const layer = next[number]!;
    for (const node of layer) {
      let sum = 0;
      for (const one of sides[node]!) sum += place[one]!;
      middle[node] = sides[node]!.length ? sum / sides[node]!.length : place[node]!;
    }
    layer.sort((a, b) => middle[a]! - middle[b]! || place[a]! - place[b]!);
    layer.forEach((node, index) => (place[node] = index));
  }
  return next;
}

/** How many pairs of edges cross. */
export function crossings(layers: readonly (readonly number[])[], near: Neighbours): number {
  let total = 0;
  const place = new Float64Array(near.before.length);
  for (let number = 0; number + 1 < layers.length; number++) {
    layers[number + 1]!.forEach((node, index) => (place[node] = index));
    const ends: number[] = [];
    for (const node of layers[number]!) ends.push(...near.after[node]!.map((one) => place[one]!).sort((a, b) => a - b));
    total += inversions(ends, layers[number + 1]!.length);
  }
  return total;
}

/** How many pairs stand the wrong way round; a tree of sums (Fenwick), so that it takes n log n. */
function inversions(values: readonly number[], size: number): number {
  const sums = new Float64Array(size + 1);
  let found = 0;
  values.forEach((value, seen) => {
    let notGreater = 0;
    for (let i = value + 1; i > 0; i -= i & -i) notGreater += sums[i]!;
    found += seen - notGreater;
    for (let i = value + 1; i <= size; i += i & -i) sums[i]!++;
  });
  return found;
}

/* Where nodes of ordered layers stand: each as near as possible to the middle of its neighbours, with room between. */
import type { Neighbours } from './order';

const ROUNDS = 8;

/**
 * The place of each node across the layers' direction.
 *
 * @param layers nodes in order.
 * @param room how much room a node needs around its middle, half of it on each side.
 */
export function placed(
  layers: readonly (readonly number[])[],
  near: Neighbours,
  room: (node: number) => number,
): number[] {
  const at: number[] = [];
  for (const layer of layers) {
    let next = 0;
    for (const node of layer) {
      at[node] = next + room(node) / 2;
      next += room(node);
    }
    for (const node of layer) at[node]! -= next / 2;
  }
  for (let round = 0; round < ROUNDS; round++) {
    const numbers = layers.map((_, index) => index);
    const down = round % 2 === 0;
    for (const number of down ? numbers : numbers.reverse()) {
      const layer = layers[number]!;
      const wanted = layer.map((node) => {
        const sides = down ? near.before[node]! : near.after[node]!;
        const around = sides.length ? sides : down ? near.after[node]! : near.before[node]!;
        return around.length ? around.reduce((sum, one) => sum + at[one]!, 0) / around.length : at[node]!;
      });
      spread(wanted, layer.map(room)).forEach((y, index) => (at[layer[index]!] = y));
    }
  }
  return at;
}

/**
 * The places nearest to the wanted ones (in squares) that keep order and room: pool adjacent violators (Ayer and others, 1955)
 * on what is left of the wanted places when the room is taken out.
 */
export function spread(wanted: readonly number[], room: readonly number[]): number[] {
  const offset: number[] = [];
  let sum = 0;
  room.forEach((one, index) => {
    sum += index === 0 ? 0 : (room[index - 1]! + one) / 2;
    offset.push(sum);
  });
  const pools: { total: number; size: number }[] = [];
  wanted.forEach((one, index) => {
    let pool = { total: one - offset[index]!, size: 1 };
    for (let last = pools.at(-1); last && last.total / last.size > pool.total / pool.size; last = pools.at(-1)) {
      pool = { total: pool.total + last.total, size: pool.size + last.size };
      pools.pop();
    }
    pools.push(pool);
  });
  return pools.flatMap(({ total, size }) => new Array<number>(size).fill(total / size)).map((y, i) => y + offset[i]!);
}

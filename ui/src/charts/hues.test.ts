/* Services that are seen together differ, and nothing that was once told changes. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HUES, forgetHues, hueOf, introduce, likelyHueOf, wishOf } from './hues';

const SHOP = ['cart', 'catalogue', 'checkout', 'frontend', 'payment', 'recommendation', 'shipping'];

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, to: string) => kept.set(key, to),
  } as never;
}

beforeEach(() => {
  forgetHues();
  vi.stubGlobal('localStorage', storage());
});

describe('hues of services', () => {
  it('differ while there are any left', () => {
    introduce(SHOP);
    expect(new Set(SHOP.map(hueOf)).size).toBe(SHOP.length);
    const many = Array.from({ length: HUES - SHOP.length }, (_, i) => `service-${String(i)}`);
    introduce(many);
    expect(new Set([...SHOP, ...many].map(hueOf)).size).toBe(HUES);
  });
  it('are used equally often when there are more services than hues', () => {
    const many = Array.from({ length: 3 * HUES }, (_, i) => `service-${String(i)}`);
    introduce(many);
    const uses = new Map<number, number>();
    for (const name of many) uses.set(hueOf(name), (uses.get(hueOf(name)) ?? 0) + 1);
    expect([...uses.values()]).toEqual(Array.from({ length: HUES }, () => 3));
  });
  it('do not depend on the order in which names of one answer are drawn', () => {
    introduce(SHOP);
    const before = SHOP.map(hueOf);
    forgetHues();
    vi.stubGlobal('localStorage', storage());
    introduce(SHOP.toReversed());
    expect(SHOP.map(hueOf)).toEqual(before);
  });
  it('are what the name wishes where nobody has that', () => {
    expect(hueOf('checkout')).toBe(wishOf('checkout'));
  });
  it('stay when others come, in other tabs, and in later sessions', () => {
    const payment = hueOf('payment');
    introduce(SHOP);
    const before = SHOP.map(hueOf);
    expect(hueOf('payment')).toBe(payment);
    forgetHues();
    expect(SHOP.map(hueOf)).toEqual(before);
  });
  it('of what is only typed are not kept', () => {
    const likely = likelyHueOf('checkou');
    introduce(SHOP);
    expect(likelyHueOf('checkou')).toBe(likely);
    expect(localStorage.getItem('sonde.hues')).not.toContain('"checkou"');
    expect(likelyHueOf('checkout')).toBe(hueOf('checkout'));
  });
  it.each(['nonsense', '{}', '[[1, 2], ["x", 99], ["y", "1"], 5, null, ["good", 3]]'])(
    'survive %s in the storage',
    (text) => {
      localStorage.setItem('sonde.hues', text);
      for (const name of ['x', 'y', 'good']) expect(hueOf(name)).toBeLessThan(HUES);
      if (text.includes('good')) expect(hueOf('good')).toBe(3);
    },
  );
  it('survive storage that is forbidden, and any number of names', () => {
    vi.stubGlobal('localStorage', undefined);
    for (let i = 0; i < 1000; i++) expect(hueOf(`s${String(i)}`)).toBeLessThan(HUES);
  });
});

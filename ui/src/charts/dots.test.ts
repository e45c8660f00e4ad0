/* Who points at a dot must get that dot, on both kinds of scale. */
import { expect, it } from 'vitest';
import { nearest, places } from './dots';
import { valueScale } from './scale';

const plot = { startMs: 0, endMs: 100, width: 100, height: 100 };

it('dots are where their values are', () => {
  const scale = valueScale([0, 10], false);
  const at = places([{ x: 50, y: 10 }, { x: 0, y: 0 }], plot, scale); // prettier-ignore
  expect([...at.x]).toEqual([50, 0]);
  expect([...at.y]).toEqual([0, 100]);
});
it('the nearest within reach is found; outside there is none', () => {
  const at = places([{ x: 10, y: 5 }, { x: 20, y: 5 }, { x: 150, y: 5 }, { x: 21, y: NaN }], plot, valueScale([0, 10], false)); // prettier-ignore
  expect(nearest(at, 18, 50, 24)).toBe(1);
  expect(nearest(at, 18, null, 24)).toBe(1);
  expect(nearest(at, 18, 99, 24)).toBeNull();
  expect(nearest(at, 100, 50, 24)).toBeNull();
});
it('logarithmic scales keep zero and less on the floor, and turn back', () => {
  const scale = valueScale([0, 1, 1000], true);
  expect(scale.share(0)).toBe(0);
  expect(scale.share(-4)).toBe(0);
  expect(scale.share(1000)).toBeLessThan(1);
  expect(scale.value(scale.share(37))).toBeCloseTo(37);
  expect(scale.share(NaN)).toBeNaN();
});
it('of nothing there still is a scale', () => {
  for (const log of [false, true]) {
    const scale = valueScale([], log);
    expect(scale.ticks.length).toBeGreaterThan(0);
    expect(scale.value(1)).toBeGreaterThan(scale.value(0));
  }
});

/* The legend is what people quote: names, figures and colours must hold still and be right. */
import { expect, it } from 'vitest';
import { serviceColour } from '../../charts/colours';
import { byUnit, figuresOf, linesOf, nameOf, tableOf } from './lines';

const values = (labels: Record<string, string>, ...points: [number, number][]) => ({ labels, points });
const drawn = (letter: string, unit: string, ...all: ReturnType<typeof values>[]) => ({
  letter,
  unit,
  title: `metric ${letter}`,
  values: all,
});

it('lines keep their colour when their order changes', () => {
  const [a, b] = [values({ route: '/a', m: 'x' }, [0, 1]), values({ route: '/b', m: 'x' }, [0, 2])];
  const colours = (lines: ReturnType<typeof linesOf>) =>
    Object.fromEntries(lines.map((line) => [line.label, line.colour]));
  expect(colours(linesOf([drawn('A', 's', a, b)]))).toEqual(colours(linesOf([drawn('A', 's', b, a)])));
});
it('lines of services have the colours of services', () => {
  expect(linesOf([drawn('A', 's', values({ service: 'cart' }))])[0]!.colour).toBe(serviceColour('cart'));
});
it('names say what sets a line apart', () => {
  expect(nameOf({ route: '/a' })).toBe('/a');
  expect(nameOf({ route: '/a', method: '' })).toBe('route=/a, method=(none)');
  expect(linesOf([drawn('A', 's', values({}))])[0]!.label).toBe('metric A');
  expect(linesOf([drawn('A', 's', values({})), drawn('B', 's', values({ x: '1' }))]).map((line) => line.label)).toEqual(
    ['A metric A', 'B 1'],
  );
});
it('figures are of all points', () => {
  expect(figuresOf([[0, 4], [1, 1], [2, 1]])).toEqual({ last: 1, min: 1, max: 4, avg: 2 }); // prettier-ignore
  expect(figuresOf([])).toEqual({ last: null, min: null, max: null, avg: null });
});
it('charts are one for each unit, or one for all', () => {
  const lines = linesOf([drawn('A', 's', values({})), drawn('B', 'By', values({})), drawn('C', 's', values({}))]);
  expect(byUnit(lines, false).map((chart) => [chart.unit, chart.lines.length])).toEqual([['s', 2], ['By', 1]]); // prettier-ignore
  expect(byUnit(lines, true).map((chart) => [chart.unit, chart.lines.length])).toEqual([['', 3]]);
  expect(byUnit(lines.slice(0, 1), true)[0]!.unit).toBe('s');
});
it('tables have every time once, the newest first', () => {
  const lines = linesOf([drawn('A', 's', values({ a: '1' }, [0, 1], [10, 2]), values({ a: '2' }, [10, 3]))]);
  expect(tableOf(lines)).toEqual([{ t: 10, values: [2, 3] }, { t: 0, values: [1, undefined] }]); // prettier-ignore
});

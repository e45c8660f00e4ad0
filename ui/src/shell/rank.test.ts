/* The first choice is the one that Enter takes. */
import { expect, it } from 'vitest';
import { ranked } from './rank';

const views = ['Traces', 'Services', 'Light theme', 'Metrics', 'payment', 'repayments'];
const found = (text: string) => ranked(text, views, (one) => one);

it('takes beginnings before middles before scattered letters', () => {
  expect(found('pay')).toEqual(['payment', 'repayments']);
  expect(found('theme')[0]).toBe('Light theme');
  expect(found('mts')).toEqual(['Metrics', 'repayments']);
  expect(found('zzz')).toEqual([]);
});

it('keeps the order where nothing is typed', () => expect(found(' ')).toEqual(views));

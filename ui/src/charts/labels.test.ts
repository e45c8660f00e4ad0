import { expect, it } from 'vitest';
import { sharedStart } from './labels';

it('leaves out what long labels share, up to a sign between words', () => {
  expect(sharedStart(['/srv/shop/src/cart.py', '/srv/shop/src/charge.py'])).toBe('/srv/shop/src/'.length);
  expect(sharedStart(['https://api.northbank.example', 'https://api.eastpay.example'])).toBe('https://api.'.length);
});

it('keeps labels that are short, alone, or not alike', () => {
  expect(sharedStart(['POST', 'POST /api'])).toBe(0);
  expect(sharedStart(['/srv/shop/src/cart.py'])).toBe(0);
  expect(sharedStart(['a long label', 'another one'])).toBe(0);
  expect(sharedStart([])).toBe(0);
});

/* A click must find the very records that the bar stood for. */
import { expect, it } from 'vitest';
import { narrowed } from './narrow';

it.each([
  ['span.app.payment.provider', { value: 'northbank' }, 'status:error app.payment.provider=northbank'],
  ['resource.service.version', { value: '2.5.0' }, 'status:error resource.service.version=2.5.0'],
  ['operation', { value: 'GET /cart' }, 'status:error operation:"GET /cart"'],
  ['exception', { value: 'KeyError' }, 'status:error event.exception.type=KeyError'],
  ['status message', { value: 'no route' }, 'status:error "no route"'],
  ['span.size', { value: '', least: 10, below: 100 }, 'status:error size>=10 size<100'],
  ['duration', { value: '', least: 250, below: null }, 'status:error duration>=250ms'],
])('%s %j', (key, value, expected) => expect(narrowed('status:error', key, value)).toBe(expected));

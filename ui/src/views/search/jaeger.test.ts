/* Links to Jaeger are in runbooks and chats; they must find the same traces. */
import { expect, it } from 'vitest';
import { fromJaeger } from './jaeger';

const found = (text: string) => fromJaeger(new URLSearchParams(text));

it('takes service, operation, tags, durations and the looked-back time', () => {
  const text =
    'service=checkout&operation=GET+/cart&tags={"error":"true","http.route":"/cart"}&minDuration=1.2s&lookback=2h&start=1&end=2';
  expect(found(text)).toEqual({
    q: 'service:checkout operation:"GET /cart" status:error http.route=/cart duration>=1.2s',
    from: '-2h',
    to: null,
  });
});

it('takes absolute times in microseconds, and leaves out what it cannot read', () => {
  expect(
    found('service=a&operation=all&tags={oops&lookback=custom&start=1772366400000000&end=1772370000000000'),
  ).toEqual({
    q: 'service:a',
    from: '1772366400000',
    to: '1772370000000',
  });
});

/* Two traces side by side: which is which, where the time of one went that the other did not take, and what else differs. */
import './compare.css';
import { get } from '../../api/client';
import { Button } from '../../parts/Button';
import { Loaded, Skeleton } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { setParams, useParam } from '../../state/url';
import { useKeys } from '../../keys/keys';
import { Choose } from './Choose';
import { CompareTree } from './CompareTree';
import { Heads } from './Heads';

export function ComparePage() {
  const [a] = useParam('a');
  const [b] = useParam('b');
  const swap = (): void => setParams({ a: b || null, b: a || null, node: null });
  useKeys('Compare', [{ keys: 'x', does: 'Swap the two traces', run: swap, when: () => !!a && !!b, palette: true }]);
  const state = useLoad(a && b ? `${a} ${b}` : '', (signal) => get('/sonde/compare', { a, b }, signal));
  if (!a || !b)
    return (
      <Page title="Compare traces">
        <Choose a={a} b={b} />
      </Page>
    );
  return (
    <Page
      title="Compare traces"
      class="compare"
      actions={
        <>
          <Button icon="compare" onClick={swap}>
            Swap
          </Button>
          <Button onClick={() => setParams({ b: null, node: null })}>Another b</Button>
        </>
      }
    >
      <Loaded state={state} skeleton={<Skeleton height={560} />}>
        {(found) => (
          <>
            <Heads found={found} />
            <CompareTree found={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

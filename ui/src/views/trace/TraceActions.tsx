/* What one does with a whole trace: share it, keep it, compare it. */
import { useState } from 'preact/hooks';
import { address } from '../../api/client';
import type { Outline } from '../../api/outline';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Dialog } from '../../parts/Dialog';
import { Icon } from '../../parts/Icon';
import { hrefWith, navigate } from '../../state/url';
import { presentAddress } from './address';

export function TraceActions({ outline, reload }: { outline: Outline; reload: () => void }) {
  const [comparing, setComparing] = useState(false);
  const id = outline.trace_id;
  return (
    <>
      <Button kind="quiet" icon="refresh" label="Load the trace again: spans may still arrive" onClick={reload} />
      <CopyButton text={presentAddress} label="Share: copy a link to what is shown">
        Share
      </CopyButton>
      <a class="button button-quiet" href={address('/sonde/traces/{trace_id}/otlp', { trace_id: id })} download>
        <Icon name="download" /> OTLP
      </a>
      <a
        class="button button-quiet"
        href={address('/sonde/traces/{trace_id}', { trace_id: id })}
        target="_blank"
        rel="noreferrer"
      >
        Raw
      </a>
      <Button icon="compare" onClick={() => setComparing(true)}>
        Compare with…
      </Button>
      {comparing && <CompareWith id={id} onClose={() => setComparing(false)} />}
    </>
  );
}

function CompareWith({ id, onClose }: { id: string; onClose: () => void }) {
  const [other, setOther] = useState('');
  const wanted = other.trim();
  return (
    <Dialog title="Compare with another trace" onClose={onClose}>
      <form
        class="trace-paste"
        onSubmit={(event) => {
          event.preventDefault();
          navigate(hrefWith('/compare', { a: id, b: wanted }));
        }}
      >
        <label class="labelled">
          <span>Its id</span>
          <input
            class="input mono"
            value={other}
            placeholder="5b8efff798038103d269b633813fc60c"
            spellcheck={false}
            onInput={(event) => setOther(event.currentTarget.value)}
          />
        </label>
        <Button type="submit" kind="primary">
          Compare
        </Button>
      </form>
      <p class="note">Without an id, the page for comparing suggests one: another trace of the same operation.</p>
    </Dialog>
  );
}

/* A trace that is not there: why that may be, and what to do. */
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../../api/client';
import { Button } from '../../parts/Button';
import { Empty } from '../../parts/Loaded';
import { Link } from '../../parts/Link';
import { Page } from '../../parts/Page';
import { hrefWith, navigate } from '../../state/url';

const TRIES = 10;
const EVERY_MS = 2000;

interface Props {
  id: string;
  error: ApiError;
  retry: () => void;
  waiting: boolean;
}

/** Looks again by itself for a while, because a trace that has just ended is stored a moment later. */
export function NoTrace({ id, error, retry, waiting }: Props) {
  const [tries, setTries] = useState(0);
  const missing = error.status === 404;
  useEffect(() => {
    if (!missing || tries >= TRIES) return undefined;
    const timer = setTimeout(() => {
      setTries((n) => n + 1);
      retry();
    }, EVERY_MS);
    return () => clearTimeout(timer);
  }, [missing, tries]);
  return (
    <Page title="No such trace">
      <Empty title={missing ? 'This trace is not here.' : 'This is not a trace id.'}>
        <p>
          {missing ? 'No span of ' : error.message}
          {missing && <code class="trace-id">{id.slice(0, 200)}</code>}
          {missing && ' is stored.'}
        </p>
        {missing && (
          <ul class="trace-reasons">
            <li>
              <b>It may be on its way.</b> Applications send spans in batches every few seconds, and a span only when it
              has ended. {tries < TRIES ? 'Looking again every two seconds.' : 'It did not come within the last while.'}
            </li>
            <li>
              <b>It may not have been sampled.</b> Its sender then never sent it, although the id stands in logs.
            </li>
            <li>
              <b>It may be older than what is kept.</b> Retention removes traces by their age.
            </li>
            <li>
              <b>The id may be cut.</b> It has 32 hexadecimal digits; leading zeros may be left out.
            </li>
          </ul>
        )}
        <Another />
        <p class="trace-again">
          <Button kind="primary" onClick={retry} disabled={waiting}>
            Look again
          </Button>{' '}
          <Link href={hrefWith('/traces')}>Search traces</Link>
        </p>
      </Empty>
    </Page>
  );
}

function Another() {
  const [text, setText] = useState('');
  const wanted = text.trim();
  return (
    <form
      class="trace-paste"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted) navigate(hrefWith(`/trace/${encodeURIComponent(wanted)}`));
      }}
    >
      <label class="labelled">
        <span>Another id</span>
        <input
          class="input mono"
          value={text}
          placeholder="5b8efff798038103d269b633813fc60c"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <Button type="submit" disabled={!wanted}>
        Open
      </Button>
    </form>
  );
}

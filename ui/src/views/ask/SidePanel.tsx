/* Beside the editor: examples, and what was asked before. */
import { useState } from 'preact/hooks';
import { Button, Tabs } from '../../parts/Button';
import { Ago } from '../../parts/Figures';
import { Icon } from '../../parts/Icon';
import { Panel } from '../../parts/Page';
import { EXAMPLES, type Example } from './examples';
import type { Asked } from './history';

interface Props {
  history: readonly Asked[];
  onPick: (sql: string, view?: Example['view']) => void;
  onStar: (sql: string, star: boolean) => void;
  onForget: () => void;
}

export function SidePanel({ history, onPick, onStar, onForget }: Props) {
  const [face, setFace] = useState<'examples' | 'history'>('examples');
  return (
    <Panel class="ask-side">
      <Tabs
        label="Statements"
        value={face}
        onChange={setFace}
        tabs={[
          { value: 'examples', label: 'Examples' },
          { value: 'history', label: `History ${history.length || ''}` },
        ]}
      />
      {face === 'examples' ? (
        <ul class="ask-list">
          {EXAMPLES.map((one) => (
            <li key={one.title}>
              <button type="button" onClick={() => onPick(one.sql, one.view)}>
                {one.title}
                <span class="ask-code">{one.sql.split('\n')[0]}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Before history={history} onPick={onPick} onStar={onStar} onForget={onForget} />
      )}
    </Panel>
  );
}

function Before({ history, onPick, onStar, onForget }: Props) {
  const ordered = [...history].sort((a, b) => Number(b.star) - Number(a.star) || b.atMs - a.atMs);
  if (ordered.length === 0) return <p class="ask-none dim">What you run is listed here, in this browser only.</p>;
  return (
    <>
      <ul class="ask-list">
        {ordered.map((one) => (
          <li key={one.sql} class="ask-asked">
            <button type="button" onClick={() => onPick(one.sql)} title={one.sql}>
              <span class="ask-code">{one.sql.replace(/\s+/g, ' ')}</span>
              <span class="dim">
                <Ago ms={one.atMs} />
              </span>
            </button>
            <button
              type="button"
              class={`ask-star ${one.star ? 'is-starred' : ''}`}
              aria-pressed={one.star}
              aria-label={one.star ? 'Take the star away' : 'Star'}
              onClick={() => onStar(one.sql, !one.star)}
            >
              <Icon name="star" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <Button kind="quiet" onClick={onForget} class="ask-forget">
        Forget those without a star
      </Button>
    </>
  );
}

/* SQL over everything that is stored: an editor, the answer as table and as chart, and what was asked before. */
import './ask.css';
import { useEffect, useState } from 'preact/hooks';
import { useKeys } from '../../keys/keys';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Empty, ErrorNote, Skeleton } from '../../parts/Loaded';
import { Page, Panel } from '../../parts/Page';
import { SqlEditor } from '../../parts/sql/SqlEditor';
import { errorPlace } from '../../parts/sql/run';
import { useRange } from '../../state/range';
import { setParams, useParam } from '../../state/url';
import { AddToDashboard } from './AddToDashboard';
import { AnswerPanel } from './AnswerPanel';
import type { Example } from './examples';
import { readHistory, withAsked, withStar, writeHistory } from './history';
import { SidePanel } from './SidePanel';
import { useAsk } from './useAsk';

const FOLLOWS_RANGE = /\{(start|end|step):/;

export function AskPage() {
  const range = useRange();
  const [sql] = useParam('sql');
  const [draft, setDraft] = useState(sql);
  const [round, setRound] = useState(0);
  const [history, setHistory] = useState(readHistory);
  const [adding, setAdding] = useState(false);
  const follows = FOLLOWS_RANGE.test(sql);
  const params = follows ? range.params : { start: '', end: '' };
  const asking = useAsk({ query: sql, start: params.start, end: params.end }, round);
  const { answer, error, running, stopped } = asking;

  useEffect(() => setDraft(sql), [sql]);
  const remember = (list: ReturnType<typeof readHistory>) => {
    setHistory(list);
    writeHistory(list);
  };
  const run = (text = draft, view?: Example['view']) => {
    if (text.trim() === '') return;
    remember(withAsked(history, text, Date.now()));
    setDraft(text);
    if (text === sql && !view) setRound(round + 1);
    else setParams({ sql: text, ...(view && { view: view === 'table' ? null : view, x: null, y: null, s: null }) });
  };
  useKeys('Ask', [
    { keys: 'mod+Enter', does: 'Run the statement', run: () => run(), inFields: true },
    { keys: 'Escape', does: 'Stop the running statement', run: asking.stop, when: () => running },
  ]);
  const mark = error && draft === asking.sql ? errorPlace(error, draft) : undefined;

  return (
    <Page title="Ask" class="ask" actions={<Help />}>
      <div class="ask-columns">
        <div class="ask-main">
          <Panel>
            <div class="ask-editor">
              <SqlEditor value={draft} onChange={setDraft} onRun={() => run()} label="SQL" mark={mark} />
              <div class="ask-bar">
                {running ? (
                  <Button icon="close" onClick={asking.stop} title="Stop (Escape)">
                    Stop
                  </Button>
                ) : (
                  <Button
                    kind="primary"
                    icon="play"
                    onClick={() => run()}
                    disabled={!draft.trim()}
                    title="Run (ctrl+Enter)"
                  >
                    Run
                  </Button>
                )}
                <span class="dim" role="status">
                  {running
                    ? 'Running …'
                    : stopped
                      ? 'Stopped.'
                      : draft !== sql && sql
                        ? 'Changed since it was run.'
                        : ''}
                </span>
                <span class="ask-right">
                  <CopyButton text={draft} label="Copy the statement" />
                  <Button icon="dashboards" onClick={() => setAdding(true)} disabled={!answer}>
                    Add to dashboard
                  </Button>
                </span>
              </div>
            </div>
          </Panel>
          {error && <ErrorNote error={error} />}
          {answer && <AnswerPanel answer={answer} sql={asking.sql} params={params} stale={running} />}
          {!answer && !error && (running ? <Skeleton height={320} /> : <Beginning />)}
        </div>
        <SidePanel
          history={history}
          onPick={run}
          onStar={(text, star) => remember(withStar(history, text, star))}
          onForget={() => remember(history.filter((one) => one.star))}
        />
      </div>
      {adding && answer && <AddToDashboard sql={asking.sql} answer={answer} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Help() {
  return (
    <span class="dim ask-help">
      <kbd>ctrl</kbd> <kbd>Enter</kbd> runs, <kbd>ctrl</kbd> <kbd>Space</kbd> completes
    </span>
  );
}

function Beginning() {
  return (
    <Panel>
      <Empty title="The answer stands here">
        <p>
          Every span, log record and metric point is a row of a table. Write a statement or take an example. Statements
          only read; <code>{'{start:DateTime64(9)}'}</code> and <code>{'{end:DateTime64(9)}'}</code> stand for the time
          range above.
        </p>
      </Empty>
    </Panel>
  );
}

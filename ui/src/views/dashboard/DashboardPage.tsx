/* One dashboard: panels over the shared range, looked at or arranged. */
import './dashboard.css';
import { useState } from 'preact/hooks';
import { useKeys } from '../../keys/keys';
import { Button } from '../../parts/Button';
import { Empty, Loaded, Skeleton } from '../../parts/Loaded';
import { Link } from '../../parts/Link';
import { Menu } from '../../parts/Menu';
import { Page } from '../../parts/Page';
import { useRange } from '../../state/range';
import type { PageProps } from '../../state/routes';
import { hrefWith, useParam } from '../../state/url';
import { type Board, type BoardPanel, exportBoard, redQuery, withPanel } from './board';
import { Grid } from './Grid';
import { inReadingOrder, settled } from './layout';
import { PanelBox } from './PanelBox';
import { PanelEditor } from './PanelEditor';
import { Refused } from './Refused';
import { type Editing, useBoard } from './useBoard';
import { useChosen, VariableBar } from './VariableBar';
import { VariablesEditor } from './VariablesEditor';

const NEW_PANEL = { title: 'New panel', w: 6, h: 7, kind: 'timeseries', unit: '', draw: 'line' } as const;

export function DashboardPage({ params }: PageProps) {
  const editing = useBoard(params['id'] ?? '');
  const { board, load } = editing;
  if (!board && load.error?.status === 404) return <NotThere id={params['id'] ?? ''} />;
  if (!board)
    return (
      <Page title="Dashboard" class="board">
        <Loaded state={load} skeleton={<Skeleton height={560} />}>
          {() => null}
        </Loaded>
      </Page>
    );
  return <Shown key={params['id']} editing={editing} board={board} />;
}

function NotThere({ id }: { id: string }) {
  return (
    <Page title="No such dashboard" class="board">
      <Empty title="This dashboard is not here.">
        <p>
          None is kept as <code>{id.slice(0, 200)}</code>: it was deleted or renamed, or the address is cut.
        </p>
        <p>
          <Link href={hrefWith('/dashboards', {})}>All dashboards</Link>
        </p>
      </Empty>
    </Page>
  );
}

function Shown({ editing, board }: { editing: Editing; board: Board }) {
  const range = useRange();
  const [mode, setMode] = useParam('mode');
  const [open, setOpen] = useState('');
  const chosen = useChosen(board.variables);
  const arranging = mode === 'edit';
  const asked = { ...range.params, startMs: range.startMs, endMs: range.endMs };
  const arrange = (panels: BoardPanel[]) => editing.change({ ...board, panels });
  const remove = (id: string) => arrange(settled(board.panels.filter((panel) => panel.id !== id)));
  const add = () => {
    const next = withPanel(board, { ...NEW_PANEL, query: redQuery('rate') });
    editing.change(next);
    setMode('edit');
    setOpen(next.panels.at(-1)!.id);
  };
  const duplicate = (panel: BoardPanel) =>
    editing.change(withPanel(board, { ...panel, title: `${panel.title} (copy)` }));
  const save = () => void editing.save();
  useKeys('Dashboard', [
    { keys: 'e', does: 'Edit or only look', run: () => setMode(arranging ? null : 'edit'), palette: true },
    { keys: 'n', does: 'Add a panel', run: add, palette: true },
    { keys: 'mod+s', does: 'Save', run: save, inFields: true, when: () => editing.changed || board.revision === '' },
    { keys: 'mod+z', does: 'Undo', run: () => editing.undo?.(), when: () => arranging && editing.undo !== undefined },
  ]);
  const panel = board.panels.find((one) => one.id === open);

  return (
    <Page
      title={board.title}
      class="board"
      heading={arranging ? <Title board={board} onChange={editing.change} /> : board.title}
      actions={
        <Actions
          editing={editing}
          board={board}
          arranging={arranging}
          add={add}
          setMode={setMode}
          openVariables={() => setOpen('variables')}
        />
      }
    >
      {board.description && !arranging && <p class="dim board-about">{board.description}</p>}
      <Refused editing={editing} />
      <VariableBar variables={board.variables} chosen={chosen} />
      {board.panels.length === 0 ? (
        <Empty title="No panels yet">
          <p>A panel shows a metric, rate, errors and duration of services, SQL, log records, traces or words.</p>
          <Button kind="primary" icon="plus" onClick={add}>
            Add a panel
          </Button>
        </Empty>
      ) : (
        <Grid
          panels={board.panels}
          editing={arranging}
          onArrange={arrange}
          onEdit={setOpen}
          onRemove={remove}
          render={(one, handle) => (
            <PanelBox
              panel={one}
              chosen={chosen}
              range={asked}
              handle={handle}
              actions={[
                {
                  label: 'Edit',
                  onPick: () => {
                    setMode('edit');
                    setOpen(one.id);
                  },
                },
                { label: 'Duplicate', onPick: () => duplicate(one) },
                { label: 'Remove', onPick: () => remove(one.id) },
              ]}
            />
          )}
        />
      )}
      {panel && (
        <PanelEditor
          key={panel.id}
          panel={panel}
          chosen={chosen}
          range={asked}
          onClose={() => setOpen('')}
          onDone={(next) => {
            arrange(inReadingOrder(board.panels.map((one) => (one.id === next.id ? next : one))));
            setOpen('');
          }}
        />
      )}
      {open === 'variables' && <VariablesEditor board={board} onChange={editing.change} onClose={() => setOpen('')} />}
    </Page>
  );
}

function Title({ board, onChange }: { board: Board; onChange: (board: Board) => void }) {
  return (
    <span class="board-title">
      <input
        class="input"
        aria-label="Title"
        value={board.title}
        maxLength={200}
        onChange={(event) => onChange({ ...board, title: event.currentTarget.value.trim() || 'Untitled' })}
      />
      <input
        class="input"
        aria-label="Description"
        placeholder="What it is for"
        value={board.description}
        maxLength={2000}
        onChange={(event) => onChange({ ...board, description: event.currentTarget.value })}
      />
    </span>
  );
}

interface ActionsProps {
  editing: Editing;
  board: Board;
  arranging: boolean;
  add: () => void;
  setMode: (mode: string | null) => void;
  openVariables: () => void;
}

function Actions({ editing, board, arranging, add, setMode, openVariables }: ActionsProps) {
  const isNew = board.revision === '';
  return (
    <>
      {editing.changed && (
        <span class="dim" role="status">
          Not saved
        </span>
      )}
      {arranging && (
        <>
          <Button icon="plus" onClick={add}>
            Panel
          </Button>
          <Button onClick={openVariables}>Variables</Button>
        </>
      )}
      {(editing.changed || isNew) && (
        <Button kind="primary" disabled={editing.saving} onClick={() => void editing.save()}>
          Save
        </Button>
      )}
      {editing.changed && <Button onClick={editing.discard}>Discard</Button>}
      <Button icon="edit" pressed={arranging} onClick={() => setMode(arranging ? null : 'edit')}>
        Edit
      </Button>
      <Menu
        label="More"
        actions={[
          { label: 'Export as JSON', onPick: () => exportBoard(board) },
          { label: 'Undo', onPick: () => editing.undo?.(), disabled: !editing.undo },
        ]}
      />
    </>
  );
}

/* The dashboards there are, those whose files are broken, and three to begin with. */
import './dashboards.css';
import { useRef, useState } from 'preact/hooks';
import { ApiError, get, send } from '../../api/client';
import type { components } from '../../api/schema';
import { useKeys } from '../../keys/keys';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { Link } from '../../parts/Link';
import { Empty, ErrorNote, Loaded, Skeleton } from '../../parts/Loaded';
import { Menu } from '../../parts/Menu';
import { Page, Panel } from '../../parts/Page';
import { useLoad } from '../../state/load';
import { hrefWith, navigate, useParam } from '../../state/url';
import { type Board, deleteBoard, exportBoard, readBoard } from '../dashboard/board';
import { STARTERS } from './starters';

type Listed = components['schemas']['ListedModel'];

export function DashboardsPage() {
  const [wanted, setWanted] = useParam('q');
  const state = useLoad('dashboards', (signal) => get('/sonde/dashboards', {}, signal));
  const [problem, setProblem] = useState<ApiError>();
  const [going, setGoing] = useState<Listed>();
  const field = useRef<HTMLInputElement>(null);
  const open = (id: string) => navigate(hrefWith(`/dashboard/${id}`));
  const attempt = async (work: () => Promise<void>) => {
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(ApiError.from(error));
    }
  };
  const keep = async (board: unknown) => ((await send('POST', '/sonde/dashboards', board)) as Board).id;
  const create = () => navigate(hrefWith('/dashboard/new', { mode: 'edit' }));
  useKeys('Dashboards', [
    { keys: '/', does: 'Search dashboards', run: () => field.current?.focus() },
    { keys: 'n', does: 'New dashboard', run: create, palette: true },
  ]);

  return (
    <Page
      title="Dashboards"
      class="dashboards"
      actions={
        <>
          <input
            ref={field}
            class="input"
            type="search"
            aria-label="Search dashboards"
            placeholder="Search"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value || null, { replace: true })}
          />
          <Import onRead={(text) => void attempt(async () => open(await keep(imported(text))))} />
          <Button kind="primary" icon="plus" onClick={create}>
            New
          </Button>
        </>
      }
    >
      {problem && <ErrorNote error={problem} />}
      <Loaded
        state={state}
        skeleton={<Skeleton height={200} />}
        isEmpty={(data) => data.dashboards.length === 0}
        empty={
          <Panel>
            <Empty title="No dashboards yet">
              <p>
                A dashboard is a readable file in the server’s data directory, fit for version control. Make a new one,
                import one, or begin with one of these.
              </p>
            </Empty>
          </Panel>
        }
      >
        {(data) => (
          <Panel title="Kept here">
            <List
              found={data.dashboards.filter((one) => fits(one, wanted))}
              onExport={(one) => void attempt(async () => exportBoard(await readBoard(one.id)))}
              onDuplicate={(one) =>
                void attempt(async () => {
                  const board = await readBoard(one.id);
                  open(await keep({ ...board, id: '', revision: '', title: `${board.title} (copy)`.slice(0, 200) }));
                })
              }
              onDelete={setGoing}
            />
          </Panel>
        )}
      </Loaded>
      <Starters />
      {going && (
        <Dialog title="Delete this dashboard?" onClose={() => setGoing(undefined)}>
          <p>
            <bdi>{going.title || going.id}</bdi> is deleted from the server’s disk. An export can be imported again.
          </p>
          <div class="dashboards-choices">
            <Button onClick={() => setGoing(undefined)}>Keep it</Button>
            <Button
              kind="danger"
              icon="trash"
              onClick={() => {
                setGoing(undefined);
                void attempt(async () => {
                  await deleteBoard(going.id, going.revision);
                  state.reload();
                });
              }}
            >
              Delete
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}

const fits = (one: Listed, wanted: string) =>
  `${one.title} ${one.id} ${one.description}`.toLowerCase().includes(wanted.trim().toLowerCase());

/** A file's board; its name is made anew where it is taken. */
function imported(text: string): unknown {
  try {
    const board: unknown = JSON.parse(text);
    if (typeof board === 'object' && board !== null) return { ...board, revision: '' };
  } catch {
    // said below
  }
  throw new ApiError(
    0,
    'validation',
    'This file is not a dashboard: it is not JSON.',
    'Choose a file that “Export” wrote.',
  );
}

interface ListProps {
  found: readonly Listed[];
  onExport: (one: Listed) => void;
  onDuplicate: (one: Listed) => void;
  onDelete: (one: Listed) => void;
}

function List({ found, onExport, onDuplicate, onDelete }: ListProps) {
  if (found.length === 0) return <p class="dashboards-none dim">No dashboard has that in its name.</p>;
  return (
    <ul class="dashboards-list">
      {found.map((one) => (
        <li key={one.id}>
          {one.error ? (
            <div class="dashboards-broken">
              <bdi>{one.id}.json</bdi> cannot be read
              <span class="dashboards-why">{one.error}</span>
            </div>
          ) : (
            <Link href={hrefWith(`/dashboard/${one.id}`)}>
              <bdi>{one.title}</bdi>
              <span class="dim">{one.description || `${one.panels} ${one.panels === 1 ? 'panel' : 'panels'}`}</span>
            </Link>
          )}
          <Menu
            label={`Actions for ${one.title || one.id}`}
            actions={[
              { label: 'Export', onPick: () => onExport(one), disabled: one.error !== '' },
              { label: 'Duplicate', onPick: () => onDuplicate(one), disabled: one.error !== '' },
              { label: 'Delete …', onPick: () => onDelete(one) },
            ]}
          />
        </li>
      ))}
    </ul>
  );
}

function Import({ onRead }: { onRead: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="upload" onClick={() => input.current?.click()}>
        Import
      </Button>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        class="visually-hidden"
        aria-label="Dashboard file"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) void file.text().then(onRead);
        }}
      />
    </>
  );
}

function Starters() {
  return (
    <Panel title="To begin with" note="Made when you open them, kept when you save them.">
      <ul class="dashboards-list">
        {STARTERS.map((one) => (
          <li key={one.id}>
            <Link href={hrefWith(`/dashboard/${one.id}`)}>
              {one.title}
              <span class="dim">{one.about}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

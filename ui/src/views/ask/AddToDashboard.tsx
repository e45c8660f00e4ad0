/* Takes a statement to a dashboard, one there is or a new one. */
import { useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client';
import { Button, Select } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { ErrorNote } from '../../parts/Loaded';
import { suggested } from '../../parts/sql/answer';
import type { SqlAnswer } from '../../parts/sql/run';
import { useLoad } from '../../state/load';
import { hrefWith, navigate } from '../../state/url';
import { type BoardPanel, emptyBoard, readBoard, saveBoard, withPanel } from '../dashboard/board';

export function AddToDashboard({ sql, answer, onClose }: { sql: string; answer: SqlAnswer; onClose: () => void }) {
  const known = useLoad('dashboards to add to', (signal) => get('/sonde/dashboards', {}, signal));
  const [id, setId] = useState('');
  const [title, setTitle] = useState('');
  const [kind, setKind] = useState<BoardPanel['kind']>(suggested(answer.columns) ? 'timeseries' : 'table');
  const [problem, setProblem] = useState<ApiError>();
  const add = async () => {
    try {
      const board = id ? await readBoard(id) : emptyBoard('From Ask');
      const panel = { title: title.trim() || 'From Ask', w: 6, h: 7, kind, unit: '', draw: 'line' as const };
      const saved = await saveBoard(withPanel(board, { ...panel, query: { kind: 'sql', query: sql } }));
      navigate(hrefWith(`/dashboard/${saved.id}`));
    } catch (error) {
      setProblem(ApiError.from(error));
    }
  };
  const boards = (known.data?.dashboards ?? []).filter((one) => one.error === '');
  return (
    <Dialog title="Add to a dashboard" onClose={onClose}>
      <form
        class="ask-add"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <label class="labelled">
          <span>Title</span>
          <input class="input" value={title} maxLength={200} onInput={(event) => setTitle(event.currentTarget.value)} />
        </label>
        <Select
          showLabel
          label="Dashboard"
          value={id}
          options={[{ value: '', label: 'a new one' }, ...boards.map((one) => ({ value: one.id, label: one.title }))]}
          onChange={setId}
        />
        <Select
          showLabel
          label="Shown as"
          value={kind}
          options={[
            { value: 'timeseries', label: 'Chart over time', disabled: !suggested(answer.columns) },
            { value: 'table', label: 'Table' },
            { value: 'stat', label: 'Figures' },
          ]}
          onChange={setKind}
        />
        {problem && <ErrorNote error={problem} />}
        <Button kind="primary" type="submit">
          Add
        </Button>
      </form>
    </Dialog>
  );
}

/* Takes a query to a dashboard, one there is or a new one. */
import { useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client';
import { Button, Select } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { ErrorNote } from '../../parts/Loaded';
import { useLoad } from '../../state/load';
import { hrefWith, navigate } from '../../state/url';
import { emptyBoard, readBoard, saveBoard, withPanel } from '../dashboard/board';
import { panelOf } from './panel';
import type { MetricQuery } from './query';

export function AddToDashboard({ query, onClose }: { query: MetricQuery; onClose: () => void }) {
  const known = useLoad('dashboards to add to', (signal) => get('/sonde/dashboards', {}, signal));
  const [id, setId] = useState('');
  const panel = panelOf(query);
  const [title, setTitle] = useState(panel.title);
  const [problem, setProblem] = useState<ApiError>();
  const add = async (): Promise<void> => {
    try {
      const board = id ? await readBoard(id) : emptyBoard('Metrics');
      const saved = await saveBoard(withPanel(board, { ...panel, title: title.trim() }));
      navigate(hrefWith(`/dashboard/${saved.id}`));
    } catch (error) {
      setProblem(ApiError.from(error));
    }
  };
  const boards = (known.data?.dashboards ?? []).filter((one) => one.error === '');
  return (
    <Dialog title="Add to a dashboard" onClose={onClose}>
      <form
        class="metrics-add"
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
        <Button kind="primary" type="submit">
          Add
        </Button>
      </form>
      {(problem ?? known.error) && <ErrorNote error={(problem ?? known.error)!} />}
    </Dialog>
  );
}

/* One panel being made: what it asks, how it is shown, and how that looks, at once. */
import { useState } from 'preact/hooks';
import { Button, Select } from '../../parts/Button';
import { Drawer } from '../../parts/Dialog';
import { type BoardPanel, newQuery, type PanelQuery, SHOWN_AS } from './board';
import { PanelBox } from './PanelBox';
import { QueryFields } from './QueryFields';
import type { Chosen } from './variables';

const QUERIES: readonly { value: PanelQuery['kind']; label: string }[] = [
  { value: 'traces', label: 'Traces: rate, errors, duration' },
  { value: 'metric', label: 'Metric' },
  { value: 'logs', label: 'Logs' },
  { value: 'sql', label: 'SQL' },
  { value: 'text', label: 'Text' },
];
const KINDS: Record<BoardPanel['kind'], string> = {
  timeseries: 'Chart over time',
  stat: 'Figures',
  table: 'Table',
  logs: 'Log records',
  traces: 'Traces',
  text: 'Text',
};
const UNITS = ['', 'ms', 's', 'By', '%', 'ratio', '1/s', '1'];
const LIVE_ROWS = 7;

interface Props {
  panel: BoardPanel;
  chosen: Chosen;
  range: { start: string; end: string; startMs: number; endMs: number };
  onDone: (panel: BoardPanel) => void;
  onClose: () => void;
}

export function PanelEditor({ panel, chosen, range, onDone, onClose }: Props) {
  const [draft, setDraft] = useState(panel);
  const change = (changes: Partial<BoardPanel>) => setDraft({ ...draft, ...changes });
  const ask = (kind: PanelQuery['kind']) => {
    const kinds = SHOWN_AS[kind];
    change({ query: newQuery(kind), kind: kinds.includes(draft.kind) ? draft.kind : kinds[0]! });
  };
  return (
    <Drawer
      title="Edit panel"
      class="board-drawer"
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={() => onDone(draft)}>
          Apply
        </Button>
      }
    >
      <PanelBox panel={{ ...draft, h: LIVE_ROWS }} chosen={chosen} range={range} />
      <div class="board-form">
        <label>
          Title
          <input
            class="input"
            value={draft.title}
            maxLength={200}
            onInput={(event) => change({ title: event.currentTarget.value })}
          />
        </label>
        <Select showLabel label="Asks for" value={draft.query.kind} options={QUERIES} onChange={ask} />
        {SHOWN_AS[draft.query.kind].length > 1 && (
          <Select
            showLabel
            label="Shown as"
            value={draft.kind}
            options={SHOWN_AS[draft.query.kind].map((value) => ({ value, label: KINDS[value] }))}
            onChange={(kind) => change({ kind })}
          />
        )}
        {draft.kind === 'timeseries' && (
          <Select
            showLabel
            label="Drawn as"
            value={draft.draw}
            options={(['line', 'area', 'bar', 'stack'] as const).map((value) => ({ value, label: value }))}
            onChange={(draw) => change({ draw })}
          />
        )}
        {['timeseries', 'stat', 'table'].includes(draft.kind) && (
          <Select
            showLabel
            label="Unit"
            value={draft.unit}
            options={[...new Set([...UNITS, draft.unit])].map((value) => ({ value, label: value || 'as it comes' }))}
            onChange={(unit) => change({ unit })}
          />
        )}
        <QueryFields panel={draft} onChange={(query) => change({ query })} />
      </div>
    </Drawer>
  );
}

/* One panel: its title, its answer in its kind's shape, and what can be done with it. */
import type { ComponentChildren } from 'preact';
import { Menu, type Action } from '../../parts/Menu';
import { useLoad } from '../../state/load';
import { ErrorNote, Skeleton } from '../../parts/Loaded';
import type { BoardPanel } from './board';
import { panelHeight } from './Grid';
import { PanelBody } from './PanelBody';
import { panelData, panelKey } from './panelData';
import { type Chosen, worded } from './variables';

const HEAD = 38;
const EDGE = 2;

interface Props {
  panel: BoardPanel;
  chosen: Chosen;
  range: { start: string; end: string; startMs: number; endMs: number };
  handle?: ComponentChildren;
  actions?: readonly Action[];
}

export function PanelBox({ panel, chosen, range, handle, actions }: Props) {
  const asked = { start: range.start, end: range.end };
  const state = useLoad(panelKey(panel, chosen, asked), (signal) => panelData(panel, chosen, asked, signal));
  const title = worded(panel.title, chosen);
  const height = panelHeight(panel.h) - HEAD - EDGE;
  return (
    <section class={`panel board-panel ${state.loading && state.data ? 'is-stale' : ''}`} aria-busy={state.loading}>
      <header class="panel-head">
        {handle}
        <h2 title={title}>{title || <span class="dim">Untitled</span>}</h2>
        {actions && actions.length > 0 && (
          <div class="panel-actions">
            <Menu label={`Panel ${title}`} actions={actions} />
          </div>
        )}
      </header>
      <div class="board-body" style={{ height: `${height}px` }}>
        {state.error && <ErrorNote error={state.error} retry={state.reload} />}
        {state.data ? (
          <PanelBody panel={panel} data={state.data} range={range} height={height} chosen={chosen} />
        ) : (
          !state.error && <Skeleton height={Math.max(20, height - 16)} />
        )}
      </div>
    </section>
  );
}

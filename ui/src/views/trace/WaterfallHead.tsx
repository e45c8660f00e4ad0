/* Above the waterfall: how deep the tree is unfolded, what is drawn, the time axis, and the edge that widens the tree. */
import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/Button';
import { foldedBelow } from './rows';
import { isWhole, whole } from './scale';
import type { TraceState } from './useTrace';
import type { TreeWidth } from './useTreeWidth';

export function WaterfallHead({
  state,
  tree,
  children,
}: {
  state: TraceState;
  tree: TreeWidth;
  children: ComponentChildren;
}) {
  const { outline, zoom, setZoom, root } = state;
  const all = outline.duration_ns;
  return (
    <div class="wf-head">
      <div class="wf-tools">
        <Button kind="quiet" icon="plus" label="Unfold everything (0)" onClick={() => state.setFolded(new Set())} />
        <Button
          kind="quiet"
          icon="minus"
          label="Fold to two levels (2)"
          onClick={() => state.setFolded(foldedBelow(outline, 2))}
        />
        <Button
          kind="quiet"
          pressed={state.critical}
          title="The critical path as a dark line in the bars (c)"
          onClick={() => state.setCritical(!state.critical)}
        >
          Critical path
        </Button>
        {outline.logs.length > 0 && (
          <Button
            kind="quiet"
            pressed={state.logs}
            title="Logs beneath their spans (o)"
            onClick={() => state.setLogs(!state.logs)}
          >
            Logs
          </Button>
        )}
        {root >= 0 && (
          <Button kind="quiet" icon="close" title="Show the whole trace again" onClick={() => state.setRoot(-1)}>
            Subtree
          </Button>
        )}
        {!isWhole(zoom, all) && (
          <Button kind="quiet" icon="close" title="Show all of the time again (z)" onClick={() => setZoom(whole(all))}>
            Zoom
          </Button>
        )}
      </div>
      <div
        class="wf-divider"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the tree"
        aria-valuenow={Math.round(tree.width)}
        aria-valuemin={tree.least}
        aria-valuemax={tree.most}
        tabIndex={0}
        onPointerDown={tree.grab}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -20, ArrowRight: 20 }[event.key];
          if (!by) return;
          event.preventDefault();
          event.stopPropagation();
          tree.set(tree.width + by);
        }}
      />
      {children}
    </div>
  );
}

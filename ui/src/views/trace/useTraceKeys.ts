/* What the keys do on a trace's page. */
import { useKeys, type Binding } from '../../keys/keys';
import { foldedBelow, foldedByService, isLog, logOf, sibling } from './rows';
import { around, isWhole, panned, whole, zoomed } from './scale';
import { stepped } from './search';
import type { TraceState } from './useTrace';

interface Around {
  inWaterfall: boolean;
  open: boolean;
  setOpen: (open: boolean) => void;
}

export function useTraceKeys(state: TraceState, { inWaterfall, open, setOpen }: Around): void {
  const when = () => inWaterfall;
  const here = (keys: string, does: string, run: () => void): Binding => ({ keys, does, run, when });
  const anywhere = (keys: string, does: string, run: () => void, palette = false): Binding => ({
    keys,
    does,
    run,
    palette,
  });
  useKeys('Trace', [
    ...moving(state, here),
    ...folding(state, here),
    ...zooming(state, here),
    here('Enter', 'Show the span at the side', () => state.selected >= 0 && setOpen(true)),
    { ...here('Escape', 'Close the side', () => setOpen(false)), when: () => open },
    here('c', 'Critical path', () => state.setCritical(!state.critical)),
    here('o', 'Logs beneath their spans', () => state.setLogs(!state.logs)),
    anywhere('e', 'Next error', () => state.reveal(stepped(state.errors, state.selected, 1)), true),
    anywhere('shift+e', 'Previous error', () => state.reveal(stepped(state.errors, state.selected, -1))),
    anywhere('/', 'Find in the trace', () => document.getElementById('trace-find')?.focus(), true),
    anywhere('n', 'Next match', () => state.reveal(stepped(state.search.matches, state.selected, 1))),
    anywhere('shift+n', 'Previous match', () => state.reveal(stepped(state.search.matches, state.selected, -1))),
  ]);
}

type Make = (keys: string, does: string, run: () => void) => Binding;

function moving(state: TraceState, make: Make): Binding[] {
  const { outline, rows, selected, select } = state;
  const spanAt = (row: number) => (isLog(rows[row]!) ? outline.logs[logOf(rows[row]!)]!.span : rows[row]!);
  const step = (by: 1 | -1) => {
    let at = rows.indexOf(selected);
    if (at < 0) at = by === 1 ? -1 : 0;
    do at += by;
    while (at >= 0 && at < rows.length && isLog(rows[at]!));
    if (at >= 0 && at < rows.length) select(spanAt(at));
  };
  const down = () => step(1);
  const up = () => step(-1);
  const beside = (by: 1 | -1) => {
    const next = selected < 0 ? -1 : sibling(outline, selected, by);
    if (next >= 0) state.reveal(next);
  };
  return [
    make('j', 'Next span', down),
    make('ArrowDown', 'Next span', down),
    make('k', 'Previous span', up),
    make('ArrowUp', 'Previous span', up),
    make('Home', 'First span', () => rows.length > 0 && select(spanAt(0))),
    make('End', 'Last span', () => rows.length > 0 && select(spanAt(rows.length - 1))),
    make(']', 'Next span with the same parent', () => beside(1)),
    make('[', 'Previous span with the same parent', () => beside(-1)),
  ];
}

function folding(state: TraceState, make: Make): Binding[] {
  const { outline, selected, folded, setFolded } = state;
  const { children, parent, service } = outline.spans;
  const fold = () => {
    if (selected < 0) return;
    if (children[selected]! > 0 && !folded.has(selected)) setFolded(new Set(folded).add(selected));
    else if (parent[selected]! >= 0) state.reveal(parent[selected]!);
  };
  const unfold = () => {
    if (selected < 0 || children[selected] === 0) return;
    if (!folded.has(selected)) return state.select(selected + 1);
    const next = new Set(folded);
    next.delete(selected);
    return setFolded(next);
  };
  return [
    make('h', 'Fold, or go to the parent', fold),
    make('ArrowLeft', 'Fold, or go to the parent', fold),
    make('l', 'Unfold, or go to the first child', unfold),
    make('ArrowRight', 'Unfold, or go to the first child', unfold),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) =>
      make(String(level), level === 1 ? 'Show roots only' : `Show ${level} levels`, () =>
        setFolded(foldedBelow(outline, level)),
      ),
    ),
    make('0', 'Unfold everything', () => setFolded(new Set())),
    make(
      's',
      "Fold or unfold the service's spans",
      () => selected >= 0 && setFolded(foldedByService(outline, folded, service[selected]!)),
    ),
    make('shift+f', 'Only this span and what is below it; again: all', () =>
      state.setRoot(state.root === selected ? -1 : selected),
    ),
  ];
}

function zooming(state: TraceState, make: Make): Binding[] {
  const { outline, selected, zoom, setZoom } = state;
  const all = outline.duration_ns;
  const focus = () => {
    if (selected < 0) return setZoom(whole(all));
    const wanted = around(outline.spans.start[selected]!, outline.spans.duration[selected]!, all);
    return setZoom(wanted.from === zoom.from && wanted.to === zoom.to ? whole(all) : wanted);
  };
  return [
    make('f', 'Zoom to the span; again: the whole trace', focus),
    make('+', 'Zoom in', () => setZoom(zoomed(zoom, 1.5, 0.5, all))),
    make('-', 'Zoom out', () => setZoom(zoomed(zoom, 1 / 1.5, 0.5, all))),
    make('shift+ArrowRight', 'Later', () => !isWhole(zoom, all) && setZoom(panned(zoom, 0.2, all))),
    make('shift+ArrowLeft', 'Earlier', () => !isWhole(zoom, all) && setZoom(panned(zoom, -0.2, all))),
    make('z', 'The whole trace', () => setZoom(whole(all))),
  ];
}

/* The views of a trace that are loaded when somebody asks for them. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Outline } from '../../api/outline';
import { Empty, Skeleton } from '../../parts/Loaded';

export type OtherView = 'flame' | 'spans' | 'graph';

interface Given {
  outline: Outline;
  selected: number;
  onSelect: (index: number) => void;
}
type Drawn = ComponentType<Given>;

const files = import.meta.glob<Record<string, Drawn>>([
  './flame/Flame.tsx',
  './spans/SpanTable.tsx',
  './graph/TraceGraph.tsx',
]);
const PLACES: Record<OtherView, [string, string]> = {
  flame: ['./flame/Flame.tsx', 'Flame'],
  spans: ['./spans/SpanTable.tsx', 'SpanTable'],
  graph: ['./graph/TraceGraph.tsx', 'TraceGraph'],
};
const loaded = new Map<OtherView, Drawn>();

export function Other({ view, ...given }: Given & { view: OtherView }) {
  const [, again] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    setFailed(false);
    if (loaded.has(view)) return;
    const [file, name] = PLACES[view];
    const load = files[file];
    if (!load) {
      setFailed(true);
      return;
    }
    load().then(
      (module) => {
        loaded.set(view, module[name]!);
        again((n) => n + 1);
      },
      () => setFailed(true),
    );
  }, [view]);
  const Shown = loaded.get(view);
  if (failed) return <Empty title="This view could not be loaded.">Is Sonde still running? Load the page anew.</Empty>;
  return <div class="trace-other">{Shown ? <Shown {...given} /> : <Skeleton height="60vh" />}</div>;
}

/* The merged tree with a bar for each trace, and what is with the chosen place in it. */
import { useMemo } from 'preact/hooks';
import { count, duration } from '../../format';
import { useKeys } from '../../keys/keys';
import { Button, Segmented } from '../../parts/Button';
import { useRowHeight } from '../../parts/DataTable';
import { Empty } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { VirtualList } from '../../parts/VirtualList';
import { hrefWith, navigate, useParam } from '../../state/url';
import { Attributes } from './Attributes';
import { CompareRow } from './CompareRow';
import { isDifferent, nextDifference, shownNodes, valuesOf, type Comparison, type Measure } from './differences';

const MEASURES = [
  {
    value: 'critical',
    label: 'Critical path',
    title: 'Time on the critical path: differences add up to the difference of the traces',
  },
  { value: 'self', label: 'Self time', title: 'Time in which no child ran' },
  { value: 'total', label: 'Total', title: 'Durations, summed' },
] as const;

export function CompareTree({ found }: { found: Comparison }) {
  const [by, setBy] = useParam('by', 'critical');
  const [onlyParam, setOnly] = useParam('only', '0');
  const [node, setNode] = useParam('node');
  const measure: Measure = by === 'self' || by === 'total' ? by : 'critical';
  const only = onlyParam === '1';
  const shown = useMemo(() => shownNodes(found, measure, only), [found, measure, only]);
  const different = useMemo(
    () => found.nodes.parent.reduce((sum, _, one) => sum + (isDifferent(found, one, measure) ? 1 : 0), 0),
    [found, measure],
  );
  const most = useMemo(
    () => Math.max(1e-9, ...largest(valuesOf(found.nodes.a, measure)), ...largest(valuesOf(found.nodes.b, measure))),
    [found, measure],
  );
  const rowHeight = useRowHeight();
  const place = node ? shown.indexOf(Number(node)) : -1;
  const chosen = place >= 0 ? shown[place]! : -1;
  const go = (to: number): void => {
    const next = shown[Math.max(0, Math.min(shown.length - 1, to))];
    if (next !== undefined) setNode(String(next), { replace: true });
  };
  const openSpan = (which: 'a' | 'b'): void => {
    const span = found.nodes[which].span_id[chosen];
    if (span) navigate(hrefWith(`/trace/${found[which].trace_id}`, { span }));
  };
  useKeys('Places of the comparison', [
    { keys: 'j', does: 'Next place', run: () => go(place + 1) },
    { keys: 'k', does: 'Previous place', run: () => go(place - 1) },
    { keys: 'n', does: 'Next difference', run: () => go(nextDifference(found, shown, measure, place, 1)) },
    { keys: 'shift+n', does: 'Previous difference', run: () => go(nextDifference(found, shown, measure, place, -1)) },
    { keys: 'd', does: 'Only differences', run: () => setOnly(only ? null : '1') },
    { keys: 'o', does: 'Open the place in trace a', run: () => openSpan('a'), when: () => chosen >= 0 },
    { keys: 'shift+o', does: 'Open the place in trace b', run: () => openSpan('b'), when: () => chosen >= 0 },
  ]);
  return (
    <div class="compare-parts">
      <Panel
        title="Where they differ"
        note={`${count(different)} of ${count(found.nodes.parent.length)} places`}
        actions={
          <>
            <Segmented label="What is compared" value={measure} options={MEASURES} onChange={(next) => setBy(next)} />
            <Button pressed={only} onClick={() => setOnly(only ? null : '1')}>
              Only differences
            </Button>
          </>
        }
      >
        <div class="compare-columns" aria-hidden="true">
          <span>Place</span>
          <span>Spans</span>
          <span>a above, b below</span>
          <span>a</span>
          <span>b</span>
          <span>Difference</span>
        </div>
        {shown.length > 0 ? (
          <div class="compare-list" style={{ height: `${String(Math.min(shown.length * rowHeight, 560))}px` }}>
            <VirtualList
              label="Merged tree of both traces"
              role="listbox"
              count={shown.length}
              rowHeight={rowHeight}
              cursor={place}
              render={(index) => (
                <CompareRow
                  key={shown[index]}
                  found={found}
                  node={shown[index]!}
                  measure={measure}
                  most={most}
                  chosen={shown[index] === chosen}
                  onPick={() => setNode(String(shown[index]), { replace: true })}
                />
              )}
            />
          </div>
        ) : (
          <Empty title="No differences">
            Both traces did the same, and each place took the same time within a hundredth of the trace.
          </Empty>
        )}
        {chosen >= 0 && <Chosen found={found} node={chosen} onOpen={openSpan} />}
      </Panel>
      <Attributes found={found} node={chosen} />
    </div>
  );
}

function Chosen(props: { found: Comparison; node: number; onOpen: (which: 'a' | 'b') => void }) {
  const { found, node, onOpen } = props;
  return (
    <div class="compare-chosen">
      {(['a', 'b'] as const).map((which) => {
        const side = found.nodes[which];
        const spans = side.count[node]!;
        return (
          <div key={which}>
            <span class={`compare-letter compare-${which}`}>{which}</span>
            {spans === 0 ? (
              <span class="dim">nothing here</span>
            ) : (
              <>
                <span>
                  {count(spans)} {spans === 1 ? 'span' : 'spans'}, {duration(side.total_ms[node])} in all,{' '}
                  {duration(side.self_ms[node])} itself, {duration(side.critical_ms[node])} on the critical path,{' '}
                  {count(side.errors[node])} failed
                </span>
                <Button kind="quiet" onClick={() => onOpen(which)}>
                  Open in trace {which}
                </Button>
              </>
            )}
          </div>
        );
      })}
    </div>
  );
}

function largest(values: readonly number[]): [number] {
  return [values.reduce((most, one) => Math.max(most, one), 0)];
}

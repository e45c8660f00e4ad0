/* The list of found traces, as rows or as a table; walked with j and k, two of them chosen with x to compare. */
import { useEffect, useState } from 'preact/hooks';
import { Button, Segmented, Select } from '../../parts/Button';
import { useRowHeight } from '../../parts/DataTable';
import { ErrorNote, Skeleton } from '../../parts/Loaded';
import { Panel } from '../../parts/Page';
import { VirtualList } from '../../parts/VirtualList';
import { useKeys } from '../../keys/keys';
import { count } from '../../format';
import type { TraceParams } from '../../parts/querybar/grammar';
import type { Range } from '../../state/range';
import { hrefWith, navigate, useParam } from '../../state/url';
import { ColumnChooser } from './ColumnChooser';
import { NoTraces } from './NoTraces';
import { TraceRow } from './TraceRow';
import { TraceTable, USUAL_COLUMNS } from './TraceTable';
import { useTraces } from './useTraces';

const SORTS = [
  { value: 'recent', label: 'Newest' },
  { value: 'oldest', label: 'Oldest' },
  { value: 'longest', label: 'Longest' },
  { value: 'shortest', label: 'Shortest' },
  { value: 'most_spans', label: 'Most spans' },
  { value: 'errors', label: 'Most failures' },
];

interface Props {
  q: string;
  params: TraceParams;
  range: Range;
}

export function Results({ q, params, range }: Props) {
  const [sort, setSort] = useParam('sort', 'recent');
  const [view, setView] = useParam('view', 'list');
  const [cols, setCols] = useParam('cols', USUAL_COLUMNS);
  const list = useTraces({ params, sort, range: range.params }, range.live);
  const { traces } = list;
  const [cursorId, setCursorId] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const cursor = traces.findIndex((one) => one.trace_id === cursorId);
  const rowHeight = useRowHeight() + 6;

  // Two at most: a third takes the place of the first.
  const choose = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(-2)));
  const compare = () => navigate(hrefWith('/compare', { a: chosen[0], b: chosen[1] }));
  const go = (by: number) => {
    const next = traces[Math.min(traces.length - 1, Math.max(0, cursor + by))];
    if (next) setCursorId(next.trace_id);
    if (cursor + by >= traces.length - 5) list.more();
  };
  const atCursor = () => cursor >= 0;
  useKeys('Traces', [
    { keys: 'j', does: 'Next trace', run: () => go(1) },
    { keys: 'k', does: 'Trace before', run: () => go(-1) },
    { keys: 'Enter', does: 'Open the trace', run: () => navigate(hrefWith(`/trace/${cursorId}`)), when: atCursor },
    { keys: 'x', does: 'Choose the trace to compare', run: () => choose(cursorId), when: atCursor },
    { keys: 'c', does: 'Compare the chosen two', run: compare, when: () => chosen.length === 2 },
    {
      keys: 'e',
      does: 'Explain this search',
      run: () => navigate(hrefWith('/explain', { signal: 'traces', q })),
      palette: true,
    },
  ]);
  useEffect(() => {
    if (sort && !SORTS.some((one) => one.value === sort)) setSort(null, { replace: true });
  }, [sort]);

  const longestMs = traces.reduce((most, one) => Math.max(most, one.duration_ms), 0);
  const isEmpty = !list.loading && !list.error && traces.length === 0;
  return (
    <Panel
      title="Traces"
      note={traces.length > 0 && `${count(traces.length)}${list.hasMore ? ' read, there are more' : ''}`}
      actions={
        <>
          {chosen.length > 0 && (
            <span class="traces-chosen">
              {chosen.length} chosen
              <Button icon="compare" disabled={chosen.length < 2} onClick={compare}>
                Compare
              </Button>
              <Button kind="quiet" icon="close" label="Choose none" onClick={() => setChosen([])} />
            </span>
          )}
          {view === 'table' && <ColumnChooser cols={cols} onChange={(next) => setCols(next, { replace: true })} />}
          <Select label="Order" value={sort} options={SORTS} onChange={(value) => setSort(value)} />
          <Segmented
            label="Look"
            value={view}
            options={[
              { value: 'list', label: 'List' },
              { value: 'table', label: 'Table' },
            ]}
            onChange={(value) => setView(value, { replace: true })}
          />
        </>
      }
    >
      {list.error && <ErrorNote error={list.error} retry={list.reload} />}
      {list.loading && (
        <div aria-busy="true" role="status" aria-label="Loading">
          {traces.length === 0 && <Skeleton height={360} />}
        </div>
      )}
      {isEmpty && <NoTraces q={q} range={range} />}
      {traces.length > 0 && view !== 'table' && (
        <VirtualList
          class={`traces-list ${list.loading ? 'is-stale' : ''}`}
          label="Found traces"
          count={traces.length}
          rowHeight={rowHeight}
          cursor={cursor}
          onEnd={list.more}
          render={(index) => {
            const trace = traces[index]!;
            return (
              <TraceRow
                key={trace.trace_id}
                trace={trace}
                longestMs={longestMs}
                nowMs={range.live ? range.endMs : Date.now()}
                isCursor={index === cursor}
                isChosen={chosen.includes(trace.trace_id)}
                onChoose={() => choose(trace.trace_id)}
              />
            );
          }}
        />
      )}
      {traces.length > 0 && view === 'table' && (
        <TraceTable
          traces={traces}
          chosen={chosen}
          onChoose={choose}
          columns={cols.split(',')}
          sort={sort}
          onSort={(next) => setSort(next)}
          cursor={cursor}
        />
      )}
      {view === 'table' && list.hasMore && (
        <p class="traces-more">
          <Button onClick={list.more} disabled={list.loadingMore}>
            More
          </Button>
        </p>
      )}
    </Panel>
  );
}

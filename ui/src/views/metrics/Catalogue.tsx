/* Which metrics there are, at the left: searched by words, walked with arrow keys; a click shows a metric, plus adds it. */
import { useMemo, useState } from 'preact/hooks';
import type { Answer } from '../../api/client';
import { Button, Segmented } from '../../parts/Button';
import { useRowHeight } from '../../parts/DataTable';
import { VirtualList } from '../../parts/VirtualList';
import { useParam } from '../../state/url';
import type { Grouping } from './catalogue';
import { grouped, kindAndUnit, searched } from './catalogue';

export type MetricEntry = Answer<'/sonde/metrics'>['metrics'][number];

interface Props {
  metrics: readonly MetricEntry[];
  /** Those that are on the charts. */
  shown: ReadonlySet<MetricEntry | undefined>;
  onShow: (metric: MetricEntry) => void;
  onAdd: (metric: MetricEntry) => void;
}

export function Catalogue({ metrics, shown, onShow, onAdd }: Props) {
  const [search, setSearch] = useState('');
  const [by, setBy] = useParam('group', 'prefix');
  const [cursor, setCursor] = useState(-1);
  const rowHeight = useRowHeight() + 16;
  const grouping: Grouping = by === 'service' ? 'service' : 'prefix';
  const rows = useMemo(() => grouped(searched(metrics, search), grouping), [metrics, search, grouping]);
  const step = (from: number, by: number): number => {
    for (let at = from + by; at >= 0 && at < rows.length; at += by) if ('metric' in rows[at]!) return at;
    return from;
  };
  const pressed = (event: KeyboardEvent): void => {
    const row = rows[cursor];
    if (event.key === 'ArrowDown') setCursor(step(cursor, 1));
    else if (event.key === 'ArrowUp') setCursor(step(cursor, -1));
    else if (event.key === 'Enter' && row && 'metric' in row) (event.shiftKey ? onAdd : onShow)(row.metric);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="metrics-catalogue" onKeyDown={pressed}>
      <div class="metrics-find">
        <input
          class="input metrics-search"
          type="search"
          value={search}
          placeholder="Find a metric"
          aria-label="Find a metric"
          aria-controls="metrics-list"
          onInput={(event) => {
            setSearch(event.currentTarget.value);
            setCursor(-1);
          }}
        />
        <Segmented
          value={grouping}
          label="Group metrics by"
          onChange={(next) => setBy(next, { replace: true })}
          options={[
            { value: 'prefix', label: 'Name' },
            { value: 'service', label: 'Service' },
          ]}
        />
      </div>
      <div id="metrics-list" class="metrics-rows">
        {rows.length === 0 && (
          <p class="note metrics-none">
            No metric has all these words. They are looked for in names, descriptions, units and services.
          </p>
        )}
        <VirtualList
          count={rows.length}
          rowHeight={rowHeight}
          cursor={cursor}
          label={`${String(metrics.length)} metrics`}
          render={(i) => {
            const row = rows[i]!;
            const style = { height: `${String(rowHeight)}px` };
            if (!('metric' in row)) {
              return (
                <div key={`group ${row.group}`} class="metrics-group" style={style} role="listitem">
                  <bdi>{row.group || '(no name)'}</bdi> <span class="dim">{row.count}</span>
                </div>
              );
            }
            const { metric } = row;
            return (
              <div
                key={`${row.group} ${metric.name} ${metric.kind}`}
                class={`metrics-entry ${i === cursor ? 'is-cursor' : ''} ${shown.has(metric) ? 'is-shown' : ''}`}
                style={style}
                role="listitem"
              >
                <button
                  type="button"
                  class="metrics-name"
                  tabIndex={-1}
                  title={`${metric.name}\n${metric.description}`}
                  onClick={() => onShow(metric)}
                >
                  <bdi class="clip">{metric.name}</bdi>
                  <span class="note clip">
                    {kindAndUnit(metric)} · {metric.series} series
                    {metric.description && ` · ${metric.description}`}
                  </span>
                </button>
                <Button
                  kind="quiet"
                  icon="plus"
                  label={`Add ${metric.name} as another query`}
                  onClick={() => onAdd(metric)}
                />
              </div>
            );
          }}
        />
      </div>
    </div>
  );
}

/* One trace in its views: what it is at the top, tabs, the chosen view, and the selected span at the side. */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Outline } from '../../api/outline';
import { introduce } from '../../charts/hues';
import { Button, Tabs } from '../../parts/Button';
import { Page } from '../../parts/Page';
import { ServiceName } from '../../parts/Figures';
import { useParam } from '../../state/url';
import { Findings } from './Findings';
import { Finder } from './Finder';
import { Minimap } from './Minimap';
import { Other, type OtherView } from './Other';
import { SpanPanel } from './panel/SpanPanel';
import { TraceActions } from './TraceActions';
import { TraceFacts } from './TraceFacts';
import { TraceLogs } from './TraceLogs';
import { useTrace } from './useTrace';
import { useTraceKeys } from './useTraceKeys';
import { Waterfall } from './Waterfall';

const VIEWS = ['waterfall', 'flame', 'spans', 'graph', 'logs'] as const;
type View = (typeof VIEWS)[number];

export function TraceView({ outline, reload }: { outline: Outline; reload: () => void }) {
  useMemo(() => introduce(outline.services.map((one) => one.name)), [outline]);
  const state = useTrace(outline);
  const [asked, setView] = useParam('view', 'waterfall');
  const view: View = VIEWS.find((one) => one === asked) ?? 'waterfall';
  const [open, setOpen] = useState(state.selected >= 0);
  useTraceKeys(state, { inWaterfall: view === 'waterfall', open, setOpen });
  const look = (span: number) => {
    state.reveal(span);
    setOpen(true);
  };
  const latest = useRef(look);
  latest.current = look;
  // These stay as they are while somebody zooms or walks through the spans.
  const facts = useMemo(() => <TraceFacts state={state} />, [outline, state.hidden]);
  const findings = useMemo(() => <Findings outline={outline} onPick={(span) => latest.current(span)} />, [outline]);
  const actions = useMemo(() => <TraceActions outline={outline} reload={reload} />, [outline, reload]);
  const { names, services, spans } = outline;
  const name = names[spans.name[0]!]!;
  return (
    <Page
      title={`${name.slice(0, 60)} · ${services[spans.service[0]!]!.name} · ${outline.trace_id.slice(0, 8)}`}
      class={`trace-page ${open && state.selected >= 0 ? 'has-panel' : ''}`}
      heading={
        <span class="trace-title">
          <ServiceName name={services[spans.service[0]!]!.name} />
          <bdi class="clip">{name}</bdi>
        </span>
      }
      actions={actions}
    >
      {facts}
      {findings}
      <div class="trace-bar">
        <Tabs
          label="Views of the trace"
          value={view}
          onChange={setView}
          tabs={VIEWS.map((value) => ({
            value,
            label: value === 'logs' ? `Logs ${outline.logs.length || ''}` : value[0]!.toUpperCase() + value.slice(1),
          }))}
        />
        <Finder state={state} />
      </div>
      {view === 'waterfall' && (
        <>
          <Minimap state={state} />
          <Waterfall state={state} onOpen={look} />
        </>
      )}
      {view === 'logs' && <TraceLogs state={state} onOpen={look} />}
      {view !== 'waterfall' && view !== 'logs' && (
        <Other view={view satisfies OtherView} outline={outline} selected={state.selected} onSelect={look} />
      )}
      {open && state.selected >= 0 && <SpanPanel state={state} onClose={() => setOpen(false)} />}
      {!open && state.selected >= 0 && (
        <Button class="trace-reopen" icon="left" onClick={() => setOpen(true)}>
          Span
        </Button>
      )}
    </Page>
  );
}

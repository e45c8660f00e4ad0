/* The figures of a trace, and its services to filter by. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { serviceColour } from '../../charts/colours';
import { count } from '../../format';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Duration, Moment } from '../../parts/Figures';
import type { TraceState } from './useTrace';

const FEW = 10;

export function TraceFacts({ state }: { state: TraceState }) {
  const { outline } = state;
  return (
    <div class="trace-facts">
      <dl>
        <Fact name="Duration">
          <Duration ms={outline.duration_ns / 1e6} />
        </Fact>
        <Fact name="Start">
          <Moment ns={outline.start_ns} />
        </Fact>
        <Fact name="Spans">
          {count(outline.total)}
          {outline.truncated && <span class="warn"> (the first {count(outline.spans.id.length)} shown)</span>}
        </Fact>
        <Fact name="Levels">{outline.depth}</Fact>
        <Fact name="Errors">
          <span class={outline.errors ? 'bad' : ''}>{count(outline.errors)}</span>
        </Fact>
        <Fact name="Id">
          <code class="trace-id">{outline.trace_id}</code>
          <CopyButton text={outline.trace_id} label="Copy the id" />
        </Fact>
      </dl>
      <Services state={state} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="trace-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Services({ state }: { state: TraceState }) {
  const { outline, hidden, setHidden } = state;
  const [all, setAll] = useState(false);
  const shown = all ? outline.services : outline.services.slice(0, FEW);
  const turn = (index: number, alone: boolean) => {
    const others = outline.services.map((_, i) => i).filter((i) => i !== index);
    const isAlone = others.every((i) => hidden.has(i)) && !hidden.has(index);
    if (alone) return setHidden(new Set(isAlone ? [] : others));
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    return setHidden(next);
  };
  return (
    <div class="trace-services" role="group" aria-label="Services: click to hide, shift-click for one alone">
      {shown.map((service, index) => (
        <button
          type="button"
          key={service.name}
          class="chip trace-service"
          aria-pressed={!hidden.has(index)}
          title="Click hides it, shift-click shows it alone"
          onClick={(event) => turn(index, event.shiftKey)}
        >
          <span class="dot" style={{ background: serviceColour(service.name) }} aria-hidden="true" />
          <bdi class="clip">{service.name || '(no name)'}</bdi>
          <span class="dim">{count(service.spans)}</span>
          {service.errors > 0 && <span class="bad">{count(service.errors)} failed</span>}
        </button>
      ))}
      {outline.services.length > FEW && (
        <Button kind="quiet" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${outline.services.length - FEW} more`}
        </Button>
      )}
      {hidden.size > 0 && (
        <Button kind="quiet" onClick={() => setHidden(new Set())}>
          Show all
        </Button>
      )}
    </div>
  );
}

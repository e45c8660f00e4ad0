/* The sections of a span: attributes, events, links, logs, resource, scope. */
import { severityColour } from '../../../charts/colours';
import type { SpanDetail, SpanFields } from '../../../api/outline';
import { Duration } from '../../../parts/Figures';
import { Link } from '../../../parts/Link';
import { hrefWith } from '../../../state/url';
import type { TraceState } from '../useTrace';
import { AttributeTable } from './AttributeTable';
import { Section } from './Section';
import { Shown } from './Shown';
import { filtered, textOf, visible } from './text';

interface Props {
  span: SpanFields;
  detail: SpanDetail;
  filter: string;
  /** The span's start, nanoseconds from the trace's. */
  startNs: number;
  state: TraceState;
}

export function Details({ span, detail, filter, startNs, state }: Props) {
  const nothing = Object.keys(span.attributes).length === 0;
  return (
    <>
      <Section title="Attributes" count={Object.keys(span.attributes).length}>
        {nothing ? (
          <p class="note">The span was sent without attributes.</p>
        ) : (
          <AttributeTable attributes={span.attributes} filter={filter} level="" />
        )}
        <Dropped counts={span.dropped} />
      </Section>
      {span.events.length > 0 && <Events span={span} filter={filter} startNs={startNs} />}
      {detail.logs.length > 0 && <Logs detail={detail} span={span} filter={filter} startNs={startNs} />}
      {span.links.length > 0 && <Links span={span} filter={filter} state={state} />}
      <Section title="Resource" count={Object.keys(span.resource).length}>
        <AttributeTable attributes={span.resource} filter={filter} level="resource" />
      </Section>
      <Section title="Scope">
        <p class="mono">
          <bdi>{visible(`${span.scope.name} ${span.scope.version}`.trim()) || '(none)'}</bdi>
        </p>
        <AttributeTable attributes={span.scope.attributes} filter={filter} level="scope" />
      </Section>
      <p class="note mono">
        {span.span_id} {span.parent_span_id && `below ${span.parent_span_id}`}
        {span.trace_state && ` · ${visible(span.trace_state)}`}
      </p>
      {detail.spans.length > 1 && (
        <p class="note">{detail.spans.length} spans share this id; this is the one in the tree.</p>
      )}
    </>
  );
}

function Dropped({ counts }: { counts: Record<string, number> }) {
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  if (said.length === 0) return null;
  return <p class="note warn">The sender left out {said.map(([what, count]) => `${count} ${what}`).join(', ')}.</p>;
}

const holds = (filter: string, texts: string[], attributes: SpanFields['attributes']) =>
  !filter.trim() ||
  texts.some((text) => text.toLowerCase().includes(filter.trim().toLowerCase())) ||
  filtered(attributes, filter).length > 0;

function Events({ span, filter, startNs }: { span: SpanFields; filter: string; startNs: number }) {
  const shown = span.events.filter((event) => holds(filter, [event.name], event.attributes));
  return (
    <Section title="Events" count={span.events.length}>
      <ol class="span-list">
        {shown.map((event, index) => (
          <li key={index} class={event.name === 'exception' ? 'is-failed' : ''}>
            <p class="span-list-head">
              <b>
                <bdi>{visible(event.name)}</bdi>
              </b>
              <span class="dim">
                <Duration ms={event.offset_ms} /> into the span · <Duration ms={startNs / 1e6 + event.offset_ms} /> into
                the trace
              </span>
            </p>
            <AttributeTable attributes={event.attributes} filter="" level="event" />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Logs({
  detail,
  span,
  filter,
  startNs,
}: {
  detail: SpanDetail;
  span: SpanFields;
  filter: string;
  startNs: number;
}) {
  const start = BigInt(span.start_ns);
  const shown = detail.logs.filter((log) => holds(filter, [textOf(log.body), log.severity], log.attributes));
  return (
    <Section title="Logs" count={detail.logs.length}>
      <ol class="span-list">
        {shown.map((log) => {
          const offset = Number(BigInt(log.time_ns) - start) / 1e6;
          return (
            <li key={log.id}>
              <p class="span-list-head">
                <b style={{ color: severityColour(log.severity) }}>{log.severity || 'LOG'}</b>
                <span class="dim" title={log.time}>
                  <Duration ms={offset + startNs / 1e6} /> into the trace
                </span>
              </p>
              <Shown value={log.body} />
              <AttributeTable attributes={log.attributes} filter="" plain />
            </li>
          );
        })}
      </ol>
      {detail.logs_truncated && (
        <p class="note warn">There are more than {detail.logs.length}; the logs page has them all.</p>
      )}
    </Section>
  );
}

function Links({ span, filter, state }: { span: SpanFields; filter: string; state: TraceState }) {
  const here = state.outline.trace_id;
  return (
    <Section title="Links" count={span.links.length}>
      <ul class="span-list">
        {span.links.map((link, index) => (
          <li key={index}>
            <p class="span-list-head">
              <Link href={hrefWith(`/trace/${link.trace_id}`, { span: link.span_id })}>
                {link.trace_id === here ? 'A span of this trace' : 'Open the linked trace'}
              </Link>
              <code class="dim">{link.trace_id === here ? link.span_id : link.trace_id}</code>
            </p>
            <AttributeTable attributes={link.attributes} filter={filter} plain />
          </li>
        ))}
      </ul>
    </Section>
  );
}

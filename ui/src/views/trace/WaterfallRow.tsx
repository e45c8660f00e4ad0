/* One row of the waterfall: a span, or a log record beneath its span. */
import { serviceColour, severityColour } from '../../charts/colours';
import { duration } from '../../format';
import { ERROR, Flag, KINDS, type Outline } from '../../api/outline';
import { drawable, spaced, type Stretch } from './paths';
import { isLog, logOf } from './rows';
import { bar, share, type Zoom } from './scale';

/** What rows have in common; a new object means that all must be drawn anew. */
export interface Drawing {
  outline: Outline;
  zoom: Zoom;
  /** Pixels of the time column. */
  width: number;
  folded: ReadonlySet<number>;
  paths: ReadonlyMap<number, readonly Stretch[]>;
  matches: ReadonlySet<number>;
  logsOf: ReadonlyMap<number, readonly number[]>;
  row: number;
}

interface Props {
  drawing: Drawing;
  span: number;
  at: number;
  selected: boolean;
}

const STEP = 12;
const DEEP = 16;

/** Pixels of indentation: deep trees get narrow steps, so that names stay in sight. */
export const indent = (depth: number): number =>
  depth <= DEEP ? depth * STEP : DEEP * STEP + Math.min(120, (depth - DEEP) * 2);

export function WaterfallRow(props: Props) {
  return isLog(props.span) ? <LogRow {...props} /> : <SpanRow {...props} />;
}

function SpanRow({ drawing, span, at, selected }: Props) {
  const { outline, folded, matches, row } = drawing;
  const { spans } = outline;
  const service = outline.services[spans.service[span]!]!.name;
  const name = outline.names[spans.name[span]!]!;
  const failed = spans.status[span] === ERROR;
  const below = spans.children[span]!;
  const isFolded = folded.has(span);
  const depth = spans.depth[span]!;
  return (
    <div
      id={`wf-${span}`}
      role="row"
      class={`wf-row ${selected ? 'is-selected' : ''} ${failed ? 'is-failed' : ''} ${matches.has(span) ? 'is-match' : ''}`}
      aria-level={depth + 1}
      aria-rowindex={at + 1}
      aria-selected={selected}
      aria-expanded={below > 0 ? !isFolded : undefined}
      data-span={span}
      style={{ transform: `translateY(${at * row}px)` }}
    >
      <div role="gridcell" class="wf-tree" title={`${service} · ${KINDS[spans.kind[span]!]} · ${name.slice(0, 300)}`}>
        <span class="wf-guides" style={{ width: `${indent(depth)}px` }} aria-hidden="true" />
        {below > 0 ? (
          <button
            type="button"
            class={`wf-fold ${isFolded ? 'is-folded' : ''}`}
            tabIndex={-1}
            aria-label={isFolded ? `Unfold ${below} spans` : 'Fold'}
          >
            {isFolded ? below : ''}
          </button>
        ) : (
          <span class="wf-leaf" />
        )}
        <span class="dot" style={{ background: serviceColour(service) }} aria-hidden="true" />
        <bdi class="wf-service">{service}</bdi>
        <bdi class="wf-name">{name}</bdi>
        <Marks flags={spans.flags[span]!} failed={failed} />
      </div>
      <TimeCell drawing={drawing} span={span} service={service} failed={failed} />
    </div>
  );
}

function TimeCell({
  drawing,
  span,
  service,
  failed,
}: {
  drawing: Drawing;
  span: number;
  service: string;
  failed: boolean;
}) {
  const { outline, zoom, width, paths, logsOf } = drawing;
  const { start, duration: lengths } = outline.spans;
  const [from, length] = [start[span]!, lengths[span]!];
  const place = bar(zoom, from, length);
  const said = lengthText(length);
  const logs = (logsOf.get(span) ?? []).map((log) => outline.logs[log]!.offset_ns);
  return (
    <div
      role="gridcell"
      class="wf-time"
      aria-label={`${said}, ${duration(from / 1e6)} after the start${failed ? ', failed' : ''}`}
    >
      {place && (
        <span
          class={`wf-bar ${failed ? 'is-failed' : ''}`}
          style={{ left: percent(place.left), width: percent(place.width), background: serviceColour(service) }}
        />
      )}
      {drawable(paths.get(span) ?? [], zoom, width).map(([begin, end]) => (
        <span
          key={begin}
          class="wf-critical"
          style={{
            left: percent(Math.max(0, share(zoom, begin))),
            width: percent(Math.min(1, share(zoom, end)) - Math.max(0, share(zoom, begin))),
          }}
        />
      ))}
      {spaced(logs, zoom, width).map((moment) => (
        <span key={`log ${moment}`} class="wf-dot" style={{ left: percent(share(zoom, moment)) }} />
      ))}
      {place ? (
        <Label left={place.left} right={place.left + place.width} text={said} width={width} />
      ) : (
        <Away before={from + length < zoom.from} />
      )}
    </div>
  );
}

/** The duration, beside the bar where there is room, else in it. */
function Label({ left, right, text, width }: { left: number; right: number; text: string; width: number }) {
  const room = (text.length * 7 + 10) / width;
  if (right + room < 1)
    return (
      <span class="wf-label" style={{ left: percent(right) }}>
        {text}
      </span>
    );
  if (left - room > 0)
    return (
      <span class="wf-label" style={{ right: percent(1 - left) }}>
        {text}
      </span>
    );
  return (
    <span class="wf-label is-inside" style={{ right: percent(Math.max(0, 1 - right)) }}>
      {text}
    </span>
  );
}

function Away({ before }: { before: boolean }) {
  return <span class={`wf-away ${before ? 'is-before' : 'is-after'}`}>{before ? '‹' : '›'}</span>;
}

const MARKS: [number, string, string, string][] = [
  [Flag.rootCause, '●', 'bad', 'Failed, and nothing below it failed'],
  [Flag.exception, '!', 'bad', 'Has an exception'],
  [Flag.retry, '↻', 'warn', 'A retry'],
  [Flag.missingParent, '?', 'warn', 'Its parent is not in the trace'],
  [Flag.clockMoved, '⇄', 'dim', 'Its clock was moved to fit its parent'],
  [Flag.links, '↗', 'dim', 'Has links to other spans'],
];

function Marks({ flags, failed }: { flags: number; failed: boolean }) {
  const shown = MARKS.filter(([bit]) => flags & bit);
  if (shown.length === 0 && !failed) return null;
  return (
    <span class="wf-marks">
      {failed && <span class="visually-hidden">failed</span>}
      {shown.map(([bit, sign, tone, says]) => (
        <span key={bit} class={tone} title={says} role="img" aria-label={says}>
          {sign}
        </span>
      ))}
    </span>
  );
}

function LogRow({ drawing, span, at }: Props) {
  const { outline, zoom, row } = drawing;
  const log = outline.logs[logOf(span)]!;
  const depth = log.span >= 0 ? outline.spans.depth[log.span]! + 1 : 0;
  const place = share(zoom, log.offset_ns);
  return (
    <div
      id={`wf-${span}`}
      role="row"
      class="wf-row is-log"
      aria-level={depth + 1}
      aria-rowindex={at + 1}
      data-span={log.span}
      style={{ transform: `translateY(${at * row}px)` }}
    >
      <div role="gridcell" class="wf-tree">
        <span class="wf-guides" style={{ width: `${indent(depth)}px` }} aria-hidden="true" />
        <span class="wf-severity" style={{ color: severityColour(log.severity) }}>
          {log.severity.slice(0, 8) || 'LOG'}
        </span>
        <bdi class="wf-body" title={log.body}>
          {log.body}
        </bdi>
      </div>
      <div role="gridcell" class="wf-time" aria-label={`${duration(log.offset_ns / 1e6)} after the start`}>
        {place >= 0 && place <= 1 && (
          <span class="wf-tick" style={{ left: percent(place), background: severityColour(log.severity) }} />
        )}
      </div>
    </div>
  );
}

const texts = new Map<number, string>();
const MOST_TEXTS = 5000;

/** A length as text; kept, because writing numbers is half of what a frame of zooming costs. */
function lengthText(ns: number): string {
  let text = texts.get(ns);
  if (text === undefined) {
    if (texts.size >= MOST_TEXTS) texts.clear();
    text = duration(ns / 1e6);
    texts.set(ns, text);
  }
  return text;
}

const percent = (part: number): string => `${(part * 100).toFixed(4)}%`;

/** The outline of a trace: what every view of one trace draws from. Columns of equal length in preorder, indexes instead of texts. */

/** Bits of `spans.flags`. */
export const Flag = {
  missingParent: 1,
  critical: 2,
  retry: 4,
  events: 8,
  exception: 16,
  links: 32,
  logs: 64,
  clockMoved: 128,
  rootCause: 256,
} as const;

/** Names of `spans.kind`, by number. */
export const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;
/** Names of `spans.status`, by number. */
export const STATUSES = ['Unset', 'Ok', 'Error'] as const;
/** The number of a failed span's status. */
export const ERROR = 2;

/** The spans, one array a field; position `i` of each is the same span, and parents stand before their children. */
export interface OutlineSpans {
  id: string[];
  /** Index of the parent, -1 at a root. */
  parent: number[];
  depth: number[];
  /** Index into `services`. */
  service: number[];
  /** Index into `names`. */
  name: number[];
  kind: number[];
  status: number[];
  /** Nanoseconds from the trace's start. */
  start: number[];
  /** Nanoseconds. */
  duration: number[];
  /** Bits, see `Flag`. */
  flags: number[];
  /** How many spans stand below this one at any depth: its subtree is `i` to `i + children[i]`. */
  children: number[];
}

/** Something worth a look, found by the server. */
export interface OutlineFinding {
  kind: 'n_plus_one' | 'gap' | 'retries' | 'slowest' | 'error';
  /** The span to jump to. */
  span: number;
  /** Spans that it is about, at most 100. */
  spans: number[];
  /** How many spans it is about in all. */
  count: number;
  /** Time that it is about. */
  ns: number;
  message: string;
}

/** A log record of the trace, its body cut for lists. */
export interface OutlineLog {
  offset_ns: number;
  /** Index of its span, -1 where that is not in the trace. */
  span: number;
  severity: string;
  severity_number: number;
  body: string;
  cut: boolean;
  id: string;
}

/** One trace as its page draws it. */
export interface Outline {
  trace_id: string;
  start: string;
  start_ns: string;
  duration_ns: number;
  depth: number;
  errors: number;
  /** Spans in all that are stored; more than there are in `spans` where the outline was cut. */
  total: number;
  truncated: boolean;
  services: { name: string; spans: number; errors: number }[];
  names: string[];
  spans: OutlineSpans;
  /** `[span index, from, to]` in nanoseconds from the trace's start, in order of time. */
  critical: [number, number, number][];
  findings: OutlineFinding[];
  logs: OutlineLog[];
  logs_truncated: boolean;
}

/** A value as JSON has it. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

export type Attributes = Record<string, Value>;

/** A span as it was sent, whole. */
export interface SpanFields {
  span_id: string;
  parent_span_id: string;
  service: string;
  name: string;
  kind: string;
  status: string;
  status_message: string;
  start: string;
  start_ns: string;
  duration_ms: number;
  duration_ns: string;
  attributes: Attributes;
  resource: Attributes;
  scope: { name: string; version: string; attributes: Attributes; schema_url: string };
  /** `offset_ms` is from the span's start. */
  events: {
    name: string;
    time: string;
    time_ns: string;
    offset_ms: number;
    attributes: Attributes;
    dropped_attributes: number;
  }[];
  links: {
    trace_id: string;
    span_id: string;
    trace_state: string;
    flags: number;
    attributes: Attributes;
    dropped_attributes: number;
  }[];
  trace_state: string;
  flags: number;
  dropped: Record<string, number>;
  schema_url: string;
}

/** Everything of one span id: more than one span where client and server share it, or copies differ. */
export interface SpanDetail {
  spans: SpanFields[];
  logs: {
    id: string;
    time: string;
    time_ns: string;
    severity: string;
    severity_number: number;
    service: string;
    body: Value;
    attributes: Attributes;
    event_name: string;
  }[];
  logs_truncated: boolean;
}

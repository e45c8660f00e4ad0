-- Spans: the OpenTelemetry ClickHouse exporter's columns first, then what it leaves out of OTLP.
--
-- OffClock: the span began more than 30 days before its segment, or more than a day after it. Such spans share one
-- partition, so that wrong clocks and old files cannot make thousands of them.
-- Order: by minute and, within it, of arrival. Segments come in order of time, so that merging parts is mostly putting one
-- behind the other; by service and name, as the exporter orders them, it costs five times as much and every recent search
-- reads all parts. Spans of a trace lie together, and their ids compress.
-- ...Kinds: a letter per entry of the map beside it, what the value was: s(tring), b(ool), i(nt), d(ouble), a(rray), k(vlist),
-- x (bytes) or e(mpty); '' when all were strings. ...Types is the same as a map of what is no string, computed when read.
-- EndsBefore: nanoseconds by which the span ends before it begins; Duration is then 0.

CREATE TABLE IF NOT EXISTS {{table otel_traces}} (
    Timestamp DateTime64(9) CODEC(Delta(8), Default),
    TraceId String,
    SpanId String,
    ParentSpanId String,
    TraceState String,
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeName String,
    ScopeVersion String,
    SpanAttributes Map(LowCardinality(String), String),
    Duration UInt64 CODEC(T64, Default),
    StatusCode LowCardinality(String),
    StatusMessage String,
    Events Nested (
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String),
        AttributesKinds String,
        DroppedAttributesCount UInt32
    ),
    Links Nested (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String),
        AttributesKinds String,
        DroppedAttributesCount UInt32,
        Flags UInt32
    ),
    SpanAttributesKinds String,
    ResourceAttributesKinds String,
    ResourceSchemaUrl LowCardinality(String),
    ResourceDroppedAttributesCount UInt32,
    ScopeAttributes Map(LowCardinality(String), String),
    ScopeAttributesKinds String,
    ScopeSchemaUrl LowCardinality(String),
    ScopeDroppedAttributesCount UInt32,
    Flags UInt32,
    DroppedAttributesCount UInt32,
    DroppedEventsCount UInt32,
    DroppedLinksCount UInt32,
    EndsBefore UInt64,
    OffClock Bool,
    SpanAttributesTypes {{types_type}} ALIAS {{types_of SpanAttributes SpanAttributesKinds}},
    ResourceAttributesTypes {{types_type}} ALIAS {{types_of ResourceAttributes ResourceAttributesKinds}},
    ScopeAttributesTypes {{types_type}} ALIAS {{types_of ScopeAttributes ScopeAttributesKinds}},
    `Events.AttributesTypes` Array({{types_type}}) ALIAS
        arrayMap((m, s) -> {{types_of m s}}, `Events.Attributes`, `Events.AttributesKinds`),
    `Links.AttributesTypes` Array({{types_type}}) ALIAS
        arrayMap((m, s) -> {{types_of m s}}, `Links.Attributes`, `Links.AttributesKinds`),
    INDEX idx_time Timestamp TYPE minmax GRANULARITY 1,
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1,
    INDEX idx_lower_span_name lower(SpanName) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8
) ENGINE = {{engine MergeTree}}
PARTITION BY if(OffClock, toDate(0), toDate(Timestamp))
ORDER BY toStartOfMinute(Timestamp)
SETTINGS {{settings}};

{{distribute otel_traces}};

-- When each trace was: the way from an id to the part of `otel_traces` that has its spans.

CREATE TABLE IF NOT EXISTS {{table otel_traces_trace_id_ts}} (
    TraceId String,
    Start SimpleAggregateFunction(min, DateTime),
    End SimpleAggregateFunction(max, DateTime)
) ENGINE = {{engine AggregatingMergeTree}}
ORDER BY TraceId
SETTINGS {{settings}};

{{distribute otel_traces_trace_id_ts}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_traces_trace_id_ts_mv}} TO {{name otel_traces_trace_id_ts}} AS
SELECT TraceId, min(toDateTime(Timestamp)) AS Start, max(toDateTime(Timestamp)) AS End
FROM {{name otel_traces}}
WHERE TraceId != ''
GROUP BY TraceId;

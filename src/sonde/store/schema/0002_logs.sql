-- Log records: the exporter's columns first, then what it leaves out of OTLP.
--
-- Timestamp is the observed time where the record has no time of its own (TimestampIsObserved), as the exporter does.
-- Rows keep the number of the insert that brought them, so that followers can tell what is new.
-- Order and ...Kinds: as in `otel_traces`.
-- BodyType is '' for a string body, else what the body was. OffClock: as in `otel_traces`.

CREATE TABLE IF NOT EXISTS {{table otel_logs}} (
    Timestamp DateTime64(9) CODEC(Delta(8), Default),
    TimestampTime DateTime DEFAULT toDateTime(Timestamp) CODEC(Delta(4), Default),
    TraceId String,
    SpanId String,
    TraceFlags UInt32,
    SeverityText LowCardinality(String),
    SeverityNumber Int32,
    ServiceName LowCardinality(String),
    Body String,
    ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName String,
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String),
    EventName LowCardinality(String),
    ObservedTimestamp DateTime64(9) CODEC(Delta(8), Default),
    TimestampIsObserved Bool,
    BodyType LowCardinality(String),
    LogAttributesKinds String,
    DroppedAttributesCount UInt32,
    ResourceAttributesKinds String,
    ResourceDroppedAttributesCount UInt32,
    ScopeAttributesKinds String,
    ScopeDroppedAttributesCount UInt32,
    OffClock Bool,
    LogAttributesTypes {{types_type}} ALIAS {{types_of LogAttributes LogAttributesKinds}},
    ResourceAttributesTypes {{types_type}} ALIAS {{types_of ResourceAttributes ResourceAttributesKinds}},
    ScopeAttributesTypes {{types_type}} ALIAS {{types_of ScopeAttributes ScopeAttributesKinds}},
    INDEX idx_time Timestamp TYPE minmax GRANULARITY 1,
    INDEX idx_severity SeverityNumber TYPE minmax GRANULARITY 1,
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_value mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 1
) ENGINE = {{engine MergeTree}}
PARTITION BY if(OffClock, toDate(0), toDate(Timestamp))
ORDER BY toStartOfMinute(Timestamp)
SETTINGS {{settings}}, enable_block_number_column = 1;

{{distribute otel_logs}};

-- Rates, errors and durations by minute. Durations are nanoseconds; DurationSketch holds quantiles within 1 percent
-- (DDSketch, Masson et al., VLDB 2019); read it with quantilesDDMerge(0.01, ...)(DurationSketch).

CREATE TABLE IF NOT EXISTS {{table sonde_red}} (
    Minute DateTime CODEC(DoubleDelta, ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    DurationSketch AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1))
) ENGINE = {{engine AggregatingMergeTree}}
ORDER BY (ServiceName, Minute, SpanName, SpanKind, StatusCode)
SETTINGS {{settings}};

{{distribute sonde_red}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_red_mv}} TO {{name sonde_red}} AS
SELECT
    toStartOfMinute(Timestamp) AS Minute,
    ServiceName,
    SpanName,
    SpanKind,
    StatusCode,
    count() AS Spans,
    countIf(StatusCode = 'Error') AS Errors,
    sum(Duration) AS DurationSum,
    quantilesDDState(0.01, 0.5, 0.95, 0.99)(Duration) AS DurationSketch
FROM {{name otel_traces}}
GROUP BY Minute, ServiceName, SpanName, SpanKind, StatusCode;

-- Which attributes there are. Level: resource, scope or record; Type: string, bool, int, double, bytes, array, kvlist or
-- empty; Signal: traces, metrics or logs. Count is the number of records that carried the key; Values are a few of them.

CREATE TABLE IF NOT EXISTS {{table sonde_attributes}} (
    Signal LowCardinality(String) CODEC(ZSTD(1)),
    Level LowCardinality(String) CODEC(ZSTD(1)),
    Key String CODEC(ZSTD(1)),
    Type LowCardinality(String) CODEC(ZSTD(1)),
    Hour DateTime CODEC(DoubleDelta, ZSTD(1)),
    Values SimpleAggregateFunction(groupUniqArrayArray(8), Array(String)) CODEC(ZSTD(1)),
    Count SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    LastSeen SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1))
) ENGINE = {{engine AggregatingMergeTree}}
ORDER BY (Signal, Level, Key, Type, Hour)
SETTINGS {{settings}};

{{distribute sonde_attributes}};

-- Records that carry the same keys are counted together and looked at once: a segment has few sets of keys.

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_traces_mv}} TO {{name sonde_attributes}} AS
{{include catalogue traces SpanAttributes Timestamp otel_traces}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_logs_mv}} TO {{name sonde_attributes}} AS
{{include catalogue logs LogAttributes Timestamp otel_logs}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_gauge_mv}} TO {{name sonde_attributes}} AS
{{include catalogue metrics Attributes TimeUnix otel_metrics_gauge}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_sum_mv}} TO {{name sonde_attributes}} AS
{{include catalogue metrics Attributes TimeUnix otel_metrics_sum}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_histogram_mv}} TO {{name sonde_attributes}} AS
{{include catalogue metrics Attributes TimeUnix otel_metrics_histogram}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_exponential_mv}} TO {{name sonde_attributes}} AS
{{include catalogue metrics Attributes TimeUnix otel_metrics_exponential_histogram}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_summary_mv}} TO {{name sonde_attributes}} AS
{{include catalogue metrics Attributes TimeUnix otel_metrics_summary}};

-- Who calls whom, by minute. ServerType: service, or database, messaging or external for a peer that sends no spans.
-- Durations are the client's, in nanoseconds. Rows are written by `sonde.store.edges`, once per call.

CREATE TABLE IF NOT EXISTS {{table sonde_edges}} (
    Minute DateTime CODEC(DoubleDelta, ZSTD(1)),
    Client LowCardinality(String) CODEC(ZSTD(1)),
    Server LowCardinality(String) CODEC(ZSTD(1)),
    ServerType LowCardinality(String) CODEC(ZSTD(1)),
    Calls SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    DurationSketch AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1))
) ENGINE = {{engine AggregatingMergeTree}}
ORDER BY (Client, Server, ServerType, Minute)
SETTINGS {{settings}};

{{distribute sonde_edges}};

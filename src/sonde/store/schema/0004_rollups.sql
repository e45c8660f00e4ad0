-- Rates, errors and durations by minute. Durations are nanoseconds; DurationSketch holds quantiles within 1 percent
-- (DDSketch, Masson et al., VLDB 2019); read it with quantilesDDMerge(0.01, ...)(DurationSketch).
-- OffClock: as in `otel_traces`. Arrived is when the last of the spans came in, so that what is made of a minute later
-- can be made anew (`sonde.store.edges`).

CREATE TABLE IF NOT EXISTS {{table sonde_red}} (
    Minute DateTime CODEC(DoubleDelta, Default),
    ServiceName LowCardinality(String),
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    StatusCode LowCardinality(String),
    Spans SimpleAggregateFunction(sum, UInt64),
    Errors SimpleAggregateFunction(sum, UInt64),
    DurationSum SimpleAggregateFunction(sum, UInt64),
    DurationSketch AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), UInt64),
    OffClock Bool,
    Arrived SimpleAggregateFunction(max, DateTime),
    INDEX idx_arrived Arrived TYPE minmax GRANULARITY 1
) ENGINE = {{engine AggregatingMergeTree}}
PARTITION BY if(OffClock, toDate(0), toDate(Minute))
ORDER BY (ServiceName, Minute, SpanName, SpanKind, StatusCode, OffClock)
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
    quantilesDDState(0.01, 0.5, 0.95, 0.99)(Duration) AS DurationSketch,
    OffClock,
    now() AS Arrived
FROM {{name otel_traces}}
GROUP BY Minute, ServiceName, SpanName, SpanKind, StatusCode, OffClock;

-- Which attributes there are. Level: resource, scope or record; Type: string, bool, int, double, bytes, array, kvlist or
-- empty; Signal: traces, metrics or logs. Count is the number of records that carried the key; Values are a few of them.

CREATE TABLE IF NOT EXISTS {{table sonde_attributes}} (
    Signal LowCardinality(String),
    Level LowCardinality(String),
    Key String,
    Type LowCardinality(String),
    Hour DateTime CODEC(DoubleDelta, Default),
    Values SimpleAggregateFunction(groupUniqArrayArray(8), Array(String)),
    Count SimpleAggregateFunction(sum, UInt64),
    LastSeen SimpleAggregateFunction(max, DateTime)
) ENGINE = {{engine AggregatingMergeTree}}
ORDER BY (Signal, Level, Key, Type, Hour)
SETTINGS {{settings}};

{{distribute sonde_attributes}};

-- Who calls whom, by minute. ServerType: service, or database, messaging or external for a peer that sends no spans.
-- Durations are the client's, in nanoseconds. A minute is counted anew when spans of it come late: Version is the number
-- of spans that it was counted from, and the highest one is valid, also for edges that are no longer in it. A row of
-- ServerType `minute` says that a minute was counted, and when (in Calls, seconds since the epoch).

CREATE TABLE IF NOT EXISTS {{table sonde_edges_minutes}} (
    Minute DateTime CODEC(DoubleDelta, Default),
    Client LowCardinality(String),
    Server LowCardinality(String),
    ServerType LowCardinality(String),
    Calls UInt64,
    Errors UInt64,
    DurationSum UInt64,
    DurationSketch AggregateFunction(quantilesDD(0.01, 0.5, 0.95, 0.99), UInt64),
    Version UInt64
) ENGINE = {{engine ReplacingMergeTree(Version)}}
PARTITION BY toDate(Minute)
ORDER BY (Minute, ServerType, Client, Server)
SETTINGS {{settings}};

{{distribute sonde_edges_minutes}};

CREATE VIEW IF NOT EXISTS {{view sonde_edges}} AS
SELECT Minute, Client, Server, ServerType, Calls, Errors, DurationSum, DurationSketch
FROM {{whole sonde_edges_minutes}} FINAL
WHERE ServerType != 'minute'
    AND (Minute, Version) GLOBAL IN (SELECT Minute, max(Version) FROM {{whole sonde_edges_minutes}} GROUP BY Minute);

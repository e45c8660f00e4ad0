-- Rates, errors and durations by the service's version too, so that what a deployment changed can be asked of any range.
-- ServiceVersion is the resource attribute `service.version`; '' where there is none, and in rows from before this version.

ALTER TABLE {{table sonde_red}}
    ADD COLUMN IF NOT EXISTS ServiceVersion LowCardinality(String),
    MODIFY ORDER BY (ServiceName, Minute, SpanName, SpanKind, StatusCode, OffClock, ServiceVersion);

{{widen sonde_red ServiceVersion LowCardinality(String)}};

ALTER TABLE {{view sonde_red_mv}} MODIFY QUERY
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
    now() AS Arrived,
    toLowCardinality(ResourceAttributes['service.version']) AS ServiceVersion
FROM {{name otel_traces}}
GROUP BY Minute, ServiceName, SpanName, SpanKind, StatusCode, OffClock, ServiceVersion;

-- Where the engine decodes segments itself: landing tables without storage, in the shape of the OTLP message (`otlp.proto`
-- names the same fields), and the views that make rows of what lands there. Made only where no encoder was compiled.

CREATE TABLE IF NOT EXISTS {{table sonde_landing_traces}} (
    segment_ns UInt64,
    groups Array(Tuple(
        resource Tuple(attributes {{attributes}}, dropped UInt32),
        schema_url String,
        scopes Array(Tuple(
            scope Tuple(name String, version String, attributes {{attributes}}, dropped UInt32),
            schema_url String,
            spans Array(Tuple(
                trace_id String, span_id String, trace_state String, parent_span_id String,
                name String, kind Int32, start UInt64, stop UInt64,
                attributes {{attributes}}, dropped_attributes UInt32,
                events Array(Tuple(time UInt64, name String, attributes {{attributes}}, dropped UInt32)),
                dropped_events UInt32,
                links Array(Tuple(
                    trace_id String, span_id String, trace_state String,
                    attributes {{attributes}}, dropped UInt32, flags UInt32)),
                dropped_links UInt32,
                status Tuple(message String, code Int32),
                flags UInt32))))))
) ENGINE = Null;

CREATE TABLE IF NOT EXISTS {{table sonde_landing_logs}} (
    segment_ns UInt64,
    groups Array(Tuple(
        resource Tuple(attributes {{attributes}}, dropped UInt32),
        schema_url String,
        scopes Array(Tuple(
            scope Tuple(name String, version String, attributes {{attributes}}, dropped UInt32),
            schema_url String,
            records Array(Tuple(
                time UInt64, observed UInt64, severity_number Int32, severity_text String,
                body {{value}}, attributes {{attributes}}, dropped UInt32,
                flags UInt32, trace_id String, span_id String, event_name String))))))
) ENGINE = Null;

CREATE TABLE IF NOT EXISTS {{table sonde_landing_metrics}} (
    segment_ns UInt64,
    groups Array(Tuple(
        resource Tuple(attributes {{attributes}}, dropped UInt32),
        schema_url String,
        scopes Array(Tuple(
            scope Tuple(name String, version String, attributes {{attributes}}, dropped UInt32),
            schema_url String,
            metrics Array(Tuple(
                name String, description String, unit String, metadata {{attributes}},
                gauge Tuple(points {{number_points}}),
                sum Tuple(points {{number_points}}, temporality Int32, monotonic Bool),
                histogram Tuple(
                    points Array(Tuple(
                        start UInt64, time UInt64, count UInt64, sum Nullable(Float64),
                        buckets Array(UInt64), bounds Array(Float64), exemplars {{exemplars}},
                        attributes {{attributes}}, flags UInt32, min Nullable(Float64), max Nullable(Float64))),
                    temporality Int32),
                exponential Tuple(
                    points Array(Tuple(
                        start UInt64, time UInt64, count UInt64, sum Nullable(Float64),
                        scale Int32, zero_count UInt64,
                        positive Tuple(offset Int32, counts Array(UInt64)),
                        negative Tuple(offset Int32, counts Array(UInt64)),
                        exemplars {{exemplars}}, attributes {{attributes}}, flags UInt32,
                        min Nullable(Float64), max Nullable(Float64), zero_threshold Float64)),
                    temporality Int32),
                summary Tuple(
                    points Array(Tuple(
                        start UInt64, time UInt64, count UInt64, sum Float64,
                        quantiles Array(Tuple(quantile Float64, value Float64)),
                        attributes {{attributes}}, flags UInt32)))))))))
) ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_traces_mv}} TO {{name otel_traces}} AS
WITH
    by_resource AS (SELECT segment_ns, arrayJoin(groups) AS g FROM {{name sonde_landing_traces}}),
    with_resource AS (
        SELECT
            segment_ns,
            {{map g.resource.attributes}} AS ResourceAttributes,
            {{kinds g.resource.attributes}} AS ResourceAttributesKinds,
            toLowCardinality(ResourceAttributes['service.name']) AS ServiceName,
            toLowCardinality(g.schema_url) AS ResourceSchemaUrl,
            g.resource.dropped AS ResourceDroppedAttributesCount,
            arrayJoin(g.scopes) AS s
        FROM by_resource),
    by_span AS (
        SELECT
            * EXCEPT (s),
            s.scope.name AS ScopeName,
            s.scope.version AS ScopeVersion,
            {{map s.scope.attributes}} AS ScopeAttributes,
            {{kinds s.scope.attributes}} AS ScopeAttributesKinds,
            toLowCardinality(s.schema_url) AS ScopeSchemaUrl,
            s.scope.dropped AS ScopeDroppedAttributesCount,
            arrayJoin(s.spans) AS span
        FROM with_resource)
SELECT
    {{time span.start}} AS Timestamp,
    lower(hex(span.trace_id)) AS TraceId,
    lower(hex(span.span_id)) AS SpanId,
    lower(hex(span.parent_span_id)) AS ParentSpanId,
    span.trace_state AS TraceState,
    toLowCardinality(span.name) AS SpanName,
    toLowCardinality(transform(
        span.kind, [1, 2, 3, 4, 5], ['Internal', 'Server', 'Client', 'Producer', 'Consumer'], 'Unspecified')) AS SpanKind,
    ServiceName,
    ResourceAttributes,
    ScopeName,
    ScopeVersion,
    {{map span.attributes}} AS SpanAttributes,
    if(span.stop > span.start, span.stop - span.start, 0) AS Duration,
    toLowCardinality(transform(span.status.code, [1, 2], ['Ok', 'Error'], 'Unset')) AS StatusCode,
    span.status.message AS StatusMessage,
    arrayMap(t -> {{time t}}, span.events.time) AS `Events.Timestamp`,
    CAST(span.events.name, 'Array(LowCardinality(String))') AS `Events.Name`,
    arrayMap(a -> {{map a}}, span.events.attributes) AS `Events.Attributes`,
    arrayMap(a -> {{kinds a}}, span.events.attributes) AS `Events.AttributesKinds`,
    span.events.dropped AS `Events.DroppedAttributesCount`,
    arrayMap(i -> lower(hex(i)), span.links.trace_id) AS `Links.TraceId`,
    arrayMap(i -> lower(hex(i)), span.links.span_id) AS `Links.SpanId`,
    span.links.trace_state AS `Links.TraceState`,
    arrayMap(a -> {{map a}}, span.links.attributes) AS `Links.Attributes`,
    arrayMap(a -> {{kinds a}}, span.links.attributes) AS `Links.AttributesKinds`,
    span.links.dropped AS `Links.DroppedAttributesCount`,
    span.links.flags AS `Links.Flags`,
    {{kinds span.attributes}} AS SpanAttributesKinds,
    ResourceAttributesKinds,
    ResourceSchemaUrl,
    ResourceDroppedAttributesCount,
    ScopeAttributes,
    ScopeAttributesKinds,
    ScopeSchemaUrl,
    ScopeDroppedAttributesCount,
    span.flags AS Flags,
    span.dropped_attributes AS DroppedAttributesCount,
    span.dropped_events AS DroppedEventsCount,
    span.dropped_links AS DroppedLinksCount,
    if(span.stop < span.start, span.start - span.stop, 0) AS EndsBefore,
    {{off_clock span.start}} AS OffClock
FROM by_span;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_logs_mv}} TO {{name otel_logs}} AS
WITH
    by_resource AS (SELECT segment_ns, arrayJoin(groups) AS g FROM {{name sonde_landing_logs}}),
    with_resource AS (
        SELECT
            segment_ns,
            {{map g.resource.attributes}} AS ResourceAttributes,
            {{kinds g.resource.attributes}} AS ResourceAttributesKinds,
            toLowCardinality(ResourceAttributes['service.name']) AS ServiceName,
            toLowCardinality(g.schema_url) AS ResourceSchemaUrl,
            g.resource.dropped AS ResourceDroppedAttributesCount,
            arrayJoin(g.scopes) AS s
        FROM by_resource),
    by_record AS (
        SELECT
            * EXCEPT (s),
            s.scope.name AS ScopeName,
            toLowCardinality(s.scope.version) AS ScopeVersion,
            {{map s.scope.attributes}} AS ScopeAttributes,
            {{kinds s.scope.attributes}} AS ScopeAttributesKinds,
            toLowCardinality(s.schema_url) AS ScopeSchemaUrl,
            s.scope.dropped AS ScopeDroppedAttributesCount,
            arrayJoin(s.records) AS r,
            if(r.time = 0, r.observed, r.time) AS at
        FROM with_resource)
SELECT
    {{time at}} AS Timestamp,
    toDateTime(Timestamp) AS TimestampTime,
    lower(hex(r.trace_id)) AS TraceId,
    lower(hex(r.span_id)) AS SpanId,
    r.flags AS TraceFlags,
    toLowCardinality(r.severity_text) AS SeverityText,
    r.severity_number AS SeverityNumber,
    ServiceName,
    {{text r.body}} AS Body,
    ResourceSchemaUrl,
    ResourceAttributes,
    ScopeSchemaUrl,
    ScopeName,
    ScopeVersion,
    ScopeAttributes,
    {{map r.attributes}} AS LogAttributes,
    toLowCardinality(r.event_name) AS EventName,
    {{time r.observed}} AS ObservedTimestamp,
    r.time = 0 AND r.observed != 0 AS TimestampIsObserved,
    toLowCardinality(if(r.body.kind = 'string', '', toString(r.body.kind))) AS BodyType,
    {{kinds r.attributes}} AS LogAttributesKinds,
    r.dropped AS DroppedAttributesCount,
    ResourceAttributesKinds,
    ResourceDroppedAttributesCount,
    ScopeAttributesKinds,
    ScopeDroppedAttributesCount,
    {{off_clock at}} AS OffClock
FROM by_record;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_metrics_gauge_mv}} TO {{name otel_metrics_gauge}} AS
WITH
{{include metric_groups}},
    by_point AS (
        SELECT * EXCEPT (m), arrayJoin(m.gauge.points) AS p
        FROM with_metric
        WHERE notEmpty(m.gauge.points))
SELECT
{{include metric_fields}},
    {{number p}} AS Value,
    toLowCardinality(toString(p.kind)) AS ValueType,
    p.i AS IntValue,
{{include exemplar_fields}}
FROM by_point;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_metrics_sum_mv}} TO {{name otel_metrics_sum}} AS
WITH
{{include metric_groups}},
    by_point AS (
        SELECT * EXCEPT (m), m.sum.temporality AS temporality, m.sum.monotonic AS monotonic, arrayJoin(m.sum.points) AS p
        FROM with_metric
        WHERE notEmpty(m.sum.points))
SELECT
{{include metric_fields}},
    {{number p}} AS Value,
    temporality AS AggregationTemporality,
    monotonic AS IsMonotonic,
    toLowCardinality(toString(p.kind)) AS ValueType,
    p.i AS IntValue,
{{include exemplar_fields}}
FROM by_point;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_metrics_histogram_mv}} TO {{name otel_metrics_histogram}} AS
WITH
{{include metric_groups}},
    by_point AS (
        SELECT * EXCEPT (m), m.histogram.temporality AS temporality, arrayJoin(m.histogram.points) AS p
        FROM with_metric
        WHERE notEmpty(m.histogram.points))
SELECT
{{include metric_fields}},
    p.count AS Count,
    ifNull(p.sum, 0) AS Sum,
    p.buckets AS BucketCounts,
    p.bounds AS ExplicitBounds,
    ifNull(p.min, 0) AS Min,
    ifNull(p.max, 0) AS Max,
    temporality AS AggregationTemporality,
    isNotNull(p.sum) AS HasSum,
    isNotNull(p.min) AS HasMin,
    isNotNull(p.max) AS HasMax,
{{include exemplar_fields}}
FROM by_point;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_metrics_exponential_histogram_mv}} TO {{name otel_metrics_exponential_histogram}} AS
WITH
{{include metric_groups}},
    by_point AS (
        SELECT * EXCEPT (m), m.exponential.temporality AS temporality, arrayJoin(m.exponential.points) AS p
        FROM with_metric
        WHERE notEmpty(m.exponential.points))
SELECT
{{include metric_fields}},
    p.count AS Count,
    ifNull(p.sum, 0) AS Sum,
    p.scale AS Scale,
    p.zero_count AS ZeroCount,
    p.positive.offset AS PositiveOffset,
    p.positive.counts AS PositiveBucketCounts,
    p.negative.offset AS NegativeOffset,
    p.negative.counts AS NegativeBucketCounts,
    ifNull(p.min, 0) AS Min,
    ifNull(p.max, 0) AS Max,
    temporality AS AggregationTemporality,
    p.zero_threshold AS ZeroThreshold,
    isNotNull(p.sum) AS HasSum,
    isNotNull(p.min) AS HasMin,
    isNotNull(p.max) AS HasMax,
{{include exemplar_fields}}
FROM by_point;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view otel_metrics_summary_mv}} TO {{name otel_metrics_summary}} AS
WITH
{{include metric_groups}},
    by_point AS (
        SELECT * EXCEPT (m), arrayJoin(m.summary.points) AS p
        FROM with_metric
        WHERE notEmpty(m.summary.points))
SELECT
{{include metric_fields}},
    p.count AS Count,
    p.sum AS Sum,
    p.quantiles.quantile AS `ValueAtQuantiles.Quantile`,
    p.quantiles.value AS `ValueAtQuantiles.Value`
FROM by_point;

-- The catalogue of attributes, which the encoder counts for itself.

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_traces_mv}} TO {{name sonde_attributes}} AS
{{include catalogue traces s.spans.attributes length(s.spans)}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_logs_mv}} TO {{name sonde_attributes}} AS
{{include catalogue logs s.records.attributes length(s.records)}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{view sonde_attributes_metrics_mv}} TO {{name sonde_attributes}} AS
{{include catalogue metrics {{point_attributes}} {{point_count}}}};

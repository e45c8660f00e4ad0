-- Metric points, one table per kind: the exporter's columns first, then what it leaves out of OTLP.
-- OffClock: as in `otel_traces`. A metric without points leaves no row.

-- Gauges. Value is the number as a double; ValueType says what the point carried (int, double, empty) and IntValue is an int exactly.

CREATE TABLE IF NOT EXISTS {{table otel_metrics_gauge}} (
{{include metric_columns}},
    Value Float64,
    ValueType LowCardinality(String),
    IntValue Int64,
{{include metric_exemplars}},
{{include metric_extras}};

{{distribute otel_metrics_gauge}};

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

-- Sums. AggregationTemporality: 1 delta, 2 cumulative. Value, ValueType, IntValue: as in gauges.

CREATE TABLE IF NOT EXISTS {{table otel_metrics_sum}} (
{{include metric_columns}},
    Value Float64,
    AggregationTemporality Int32,
    IsMonotonic Bool,
    ValueType LowCardinality(String),
    IntValue Int64,
{{include metric_exemplars}},
{{include metric_extras}};

{{distribute otel_metrics_sum}};

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

-- Histograms. HasSum, HasMin, HasMax tell a zero from a field that was not sent.

CREATE TABLE IF NOT EXISTS {{table otel_metrics_histogram}} (
{{include metric_columns}},
    Count UInt64 CODEC(Delta(8), Default),
    Sum Float64,
    BucketCounts Array(UInt64),
    ExplicitBounds Array(Float64),
    Min Float64,
    Max Float64,
    AggregationTemporality Int32,
    HasSum Bool,
    HasMin Bool,
    HasMax Bool,
{{include metric_exemplars}},
{{include metric_extras}};

{{distribute otel_metrics_histogram}};

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

-- Exponential histograms. HasSum, HasMin, HasMax: as in histograms.

CREATE TABLE IF NOT EXISTS {{table otel_metrics_exponential_histogram}} (
{{include metric_columns}},
    Count UInt64 CODEC(Delta(8), Default),
    Sum Float64,
    Scale Int32,
    ZeroCount UInt64,
    PositiveOffset Int32,
    PositiveBucketCounts Array(UInt64),
    NegativeOffset Int32,
    NegativeBucketCounts Array(UInt64),
    Min Float64,
    Max Float64,
    AggregationTemporality Int32,
    ZeroThreshold Float64,
    HasSum Bool,
    HasMin Bool,
    HasMax Bool,
{{include metric_exemplars}},
{{include metric_extras}};

{{distribute otel_metrics_exponential_histogram}};

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

-- Summaries.

CREATE TABLE IF NOT EXISTS {{table otel_metrics_summary}} (
{{include metric_columns}},
    Count UInt64 CODEC(Delta(8), Default),
    Sum Float64,
    ValueAtQuantiles Nested (Quantile Float64, Value Float64),
{{include metric_extras}};

{{distribute otel_metrics_summary}};

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

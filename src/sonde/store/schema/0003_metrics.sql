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

-- Summaries.

CREATE TABLE IF NOT EXISTS {{table otel_metrics_summary}} (
{{include metric_columns}},
    Count UInt64 CODEC(Delta(8), Default),
    Sum Float64,
    ValueAtQuantiles Nested (Quantile Float64, Value Float64),
{{include metric_extras}};

{{distribute otel_metrics_summary}};

    Exemplars Nested (
        FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9),
        Value Float64,
        SpanId String,
        TraceId String,
        FilteredAttributesTypes Map(LowCardinality(String), LowCardinality(String)),
        ValueType LowCardinality(String),
        IntValue Int64
    )

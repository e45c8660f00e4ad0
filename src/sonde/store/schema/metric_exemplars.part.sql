    Exemplars Nested (
        FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9),
        Value Float64,
        SpanId String,
        TraceId String,
        FilteredAttributesKinds String,
        ValueType LowCardinality(String),
        IntValue Int64
    ),
    `Exemplars.FilteredAttributesTypes` Array({{types_type}}) ALIAS
        arrayMap((m, s) -> {{types_of m s}}, `Exemplars.FilteredAttributes`, `Exemplars.FilteredAttributesKinds`)

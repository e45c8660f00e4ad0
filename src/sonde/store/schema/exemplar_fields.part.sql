    arrayMap(e -> {{map e.attributes}}, p.exemplars) AS `Exemplars.FilteredAttributes`,
    arrayMap(t -> {{time t}}, p.exemplars.time) AS `Exemplars.TimeUnix`,
    arrayMap(e -> {{number e}}, p.exemplars) AS `Exemplars.Value`,
    arrayMap(i -> lower(hex(i)), p.exemplars.span_id) AS `Exemplars.SpanId`,
    arrayMap(i -> lower(hex(i)), p.exemplars.trace_id) AS `Exemplars.TraceId`,
    arrayMap(e -> {{kinds e.attributes}}, p.exemplars) AS `Exemplars.FilteredAttributesKinds`,
    CAST(arrayMap(k -> toString(k), p.exemplars.kind), 'Array(LowCardinality(String))') AS `Exemplars.ValueType`,
    p.exemplars.i AS `Exemplars.IntValue`

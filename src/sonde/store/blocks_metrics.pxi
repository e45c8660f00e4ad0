# Metric points as rows of five tables, whose first columns are the same. M_... is the order of METRIC_FIELDS; what is a
# table's own follows, in the order of its ..._FIELDS, and then the exemplars where it has them.
#
# A resource's and a scope's maps go into each table that has a point below them, so every table has its own fragments.

cdef enum:
    M_RESOURCE, M_RESOURCE_URL, M_SCOPE, M_SCOPE_VERSION, M_SCOPE_ATTRIBUTES, M_SCOPE_DROPPED, M_SCOPE_URL, M_SERVICE
    M_NAME, M_DESCRIPTION, M_UNIT, M_ATTRIBUTES, M_START, M_TIME, M_FLAGS, M_KINDS, M_RESOURCE_KINDS
    M_RESOURCE_DROPPED, M_SCOPE_KINDS, M_METADATA, M_METADATA_KINDS, M_OFF_CLOCK
    M_OWN

cdef enum:                      # exemplars, from where a table's own columns end
    E_ATTRIBUTES, E_TIME, E_VALUE, E_SPAN, E_TRACE, E_KINDS, E_VALUE_TYPE, E_INT

cdef enum:
    GAUGE, SUM, HISTOGRAM, EXPONENTIAL, SUMMARY
    TABLES

METRIC_FIELDS = [
    ("ResourceAttributes", MAP_), ("ResourceSchemaUrl", LOW_), ("ScopeName", LOW_), ("ScopeVersion", LOW_),
    ("ScopeAttributes", MAP_), ("ScopeDroppedAttrCount", "UInt32"), ("ScopeSchemaUrl", LOW_), ("ServiceName", LOW_),
    ("MetricName", LOW_), ("MetricDescription", LOW_), ("MetricUnit", LOW_), ("Attributes", MAP_),
    ("StartTimeUnix", "DateTime64(9)"), ("TimeUnix", "DateTime64(9)"), ("Flags", "UInt32"), ("AttributesKinds", "String"),
    ("ResourceAttributesKinds", "String"), ("ResourceDroppedAttributesCount", "UInt32"), ("ScopeAttributesKinds", "String"),
    ("MetricMetadata", MAP_), ("MetricMetadataKinds", "String"), ("OffClock", "Bool"),
]  # fmt: skip

EXEMPLAR_FIELDS = [
    ("Exemplars.FilteredAttributes", f"Array({MAP_})"), ("Exemplars.TimeUnix", "Array(DateTime64(9))"),
    ("Exemplars.Value", "Array(Float64)"), ("Exemplars.SpanId", "Array(String)"),
    ("Exemplars.TraceId", "Array(String)"), ("Exemplars.FilteredAttributesKinds", "Array(String)"),
    ("Exemplars.ValueType", f"Array({LOW_})"), ("Exemplars.IntValue", "Array(Int64)"),
]  # fmt: skip

NUMBER_FIELDS = [("Value", "Float64"), ("ValueType", LOW_), ("IntValue", "Int64")]
SUM_FIELDS = [*NUMBER_FIELDS, ("AggregationTemporality", "Int32"), ("IsMonotonic", "Bool")]
OPTIONAL_FIELDS = [
    ("Count", "UInt64"), ("Sum", "Float64"), ("Min", "Float64"), ("Max", "Float64"), ("HasSum", "Bool"),
    ("HasMin", "Bool"), ("HasMax", "Bool"), ("AggregationTemporality", "Int32"),
]  # fmt: skip
HISTOGRAM_FIELDS = [*OPTIONAL_FIELDS, ("BucketCounts", "Array(UInt64)"), ("ExplicitBounds", "Array(Float64)")]
EXPONENTIAL_FIELDS = [
    *OPTIONAL_FIELDS, ("PositiveBucketCounts", "Array(UInt64)"), ("NegativeBucketCounts", "Array(UInt64)"),
    ("Scale", "Int32"), ("ZeroCount", "UInt64"), ("PositiveOffset", "Int32"), ("NegativeOffset", "Int32"),
    ("ZeroThreshold", "Float64"),
]  # fmt: skip
SUMMARY_FIELDS = [
    ("Count", "UInt64"), ("Sum", "Float64"), ("ValueAtQuantiles.Quantile", "Array(Float64)"),
    ("ValueAtQuantiles.Value", "Array(Float64)"),
]  # fmt: skip

METRIC_TABLES = [
    ("otel_metrics_gauge", [*METRIC_FIELDS, *NUMBER_FIELDS, *EXEMPLAR_FIELDS], ["Exemplars"]),
    ("otel_metrics_sum", [*METRIC_FIELDS, *SUM_FIELDS, *EXEMPLAR_FIELDS], ["Exemplars"]),
    (
        "otel_metrics_histogram",
        [*METRIC_FIELDS, *HISTOGRAM_FIELDS, *EXEMPLAR_FIELDS],
        ["Exemplars", "BucketCounts", "ExplicitBounds"],
    ),
    (
        "otel_metrics_exponential_histogram",
        [*METRIC_FIELDS, *EXPONENTIAL_FIELDS, *EXEMPLAR_FIELDS],
        ["Exemplars", "PositiveBucketCounts", "NegativeBucketCounts"],
    ),
    ("otel_metrics_summary", [*METRIC_FIELDS, *SUMMARY_FIELDS], ["ValueAtQuantiles"]),
]

cdef struct Table:              # one of the five while a request goes in
    Walker walker               # its columns, and the owner at hand as it writes it
    Output* outers
    int exemplar                # its first exemplar column; 0 for none
    uint64_t group              # the number of the resource group whose owner `walker` has
    uint64_t scope
    uint64_t metric
    uint64_t exemplars
    uint64_t firsts             # elements of the first and second array column so far
    uint64_t seconds
    Fragment metadata
    Attributes meta

cdef struct Metric:
    Text name
    Text description
    Text unit
    const uint8_t* p            # the metric's bytes, for its metadata
    const uint8_t* end
    uint32_t temporality
    uint8_t monotonic

cdef struct Tables:
    Table table[TABLES]
    Field group                 # where the walk is
    Field scope
    uint64_t group_number
    uint64_t scope_number
    uint64_t metric_number

cdef struct Point:
    uint64_t start
    uint64_t time_ns
    uint32_t flags
    uint64_t number             # bits of a double, or an int
    int kind                    # EMPTY, INT or DOUBLE
    uint64_t count
    uint64_t sum
    uint64_t low
    uint64_t high
    uint8_t has_sum
    uint8_t has_low
    uint8_t has_high
    uint32_t scale
    uint64_t zero_count
    uint64_t zero_threshold
    uint32_t offset[2]


cdef void put_packed(Output* out, const Field* field, bint fixed, uint64_t* count) noexcept nogil:
    """The numbers of a repeated field, packed or alone; `fixed`: eight bytes each, else varints."""
    cdef Reason why
    cdef const uint8_t* p = field.body
    cdef uint64_t value
    if field.tag & 7 != LEN:
        put64(out, field.value)
        count[0] += 1
        return
    if fixed:
        put(out, p, (field.stop - p) & ~<size_t>7)
        count[0] += <uint64_t>(field.stop - p) >> 3
        return
    while p < field.stop:
        p = read_varint(p, field.stop, &value, &why)
        if p == NULL:
            return
        put64(out, value)
        count[0] += 1


cdef inline uint32_t zigzag(uint64_t value) noexcept nogil:
    cdef uint32_t low = <uint32_t>value
    return (low >> 1) ^ (<uint32_t>0 - (low & 1))


cdef inline void put_number(Column* value, Column* kind, Column* exact, uint64_t bits, int which) noexcept nogil:
    """A number as a double, what it was, and the int exactly."""
    cdef double number
    if which == INT:
        number = <double><int64_t>bits
        memcpy(&bits, &number, 8)
    put64(&value.data, bits if which != EMPTY else 0)
    put_low(kind, <const uint8_t*>KIND_NAMES[which], strlen(KIND_NAMES[which]))


cdef void read_exemplar(Table* table, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = table.walker.columns + table.exemplar
    cdef Attributes* to = &table.walker.event
    cdef Field field
    cdef Text span, trace
    cdef uint64_t time_ns = 0, number = 0
    cdef int kind = EMPTY
    memset(&span, 0, sizeof(Text))
    memset(&trace, 0, sizeof(Text))
    begin_row(to)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x11:
            time_ns = field.value
        elif field.tag == 0x19 or field.tag == 0x31:
            number = field.value
            kind = DOUBLE if field.tag == 0x19 else INT
        elif field.tag == 0x22:
            span = text_of(&field)
        elif field.tag == 0x2A:
            trace = text_of(&field)
        elif field.tag == 0x3A:
            put_attribute(to, field.body, field.stop)
    end_row(to)
    put64(&c[E_TIME].data, clamped(time_ns))
    put_number(&c[E_VALUE], &c[E_VALUE_TYPE], &c[E_INT], number, kind)
    put64(&c[E_INT].data, number if kind == INT else 0)
    put_hex(&c[E_SPAN].data, span.p, span.size)
    put_hex(&c[E_TRACE].data, trace.p, trace.size)
    table.exemplars += 1


cdef void read_metadata(Table* table, const Metric* metric) noexcept nogil:
    cdef Field field
    cdef const uint8_t* p = metric.p
    cdef size_t before[3]
    begin_row(&table.meta)
    mark(&table.meta, before)
    while p < metric.end:
        p = next_field(p, metric.end, &field)
        if p == NULL:
            break
        if field.tag == 0x62:
            put_attribute(&table.meta, field.body, field.stop)
    cut_fragment(&table.metadata, &table.meta, before)


cdef void put_point(Table* table, const Metric* metric, const Point* point) noexcept nogil:
    """The columns that all five tables have."""
    cdef Column* c = table.walker.columns
    cdef const Owner* owner = &table.walker.owner
    put_fragment(&owner.resource, &c[M_RESOURCE], &c[M_RESOURCE_KINDS])
    put32(&c[M_RESOURCE_URL].index, owner.resource_url_index)
    put32(&c[M_RESOURCE_DROPPED].data, owner.resource_dropped)
    put_low(&c[M_SCOPE], owner.scope_name.p, owner.scope_name.size)
    put_low(&c[M_SCOPE_VERSION], owner.scope_version.p, owner.scope_version.size)
    put_fragment(&owner.scope, &c[M_SCOPE_ATTRIBUTES], &c[M_SCOPE_KINDS])
    put32(&c[M_SCOPE_DROPPED].data, owner.scope_dropped)
    put32(&c[M_SCOPE_URL].index, owner.scope_url_index)
    put32(&c[M_SERVICE].index, owner.service_index)
    put_low(&c[M_NAME], metric.name.p, metric.name.size)
    put_low(&c[M_DESCRIPTION], metric.description.p, metric.description.size)
    put_low(&c[M_UNIT], metric.unit.p, metric.unit.size)
    end_row(&table.walker.record)
    put64(&c[M_START].data, clamped(point.start))
    put64(&c[M_TIME].data, clamped(point.time_ns))
    put32(&c[M_FLAGS].data, point.flags)
    put_fragment(&table.metadata, &c[M_METADATA], &c[M_METADATA_KINDS])
    put_byte(&c[M_OFF_CLOCK].data, off_clock(point.time_ns, owner.segment_ns))
    if table.exemplar:
        put64(&table.outers[0], table.exemplars)
    table.walker.rows += 1


cdef void begin_point(Table* table, Point* point) noexcept nogil:
    memset(point, 0, sizeof(Point))
    begin_row(&table.walker.record)


cdef void read_number_point(Table* table, const Metric* metric, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = table.walker.columns + M_OWN
    cdef Field field
    cdef Point point
    begin_point(table, &point)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x3A:
            put_attribute(&table.walker.record, field.body, field.stop)
        elif field.tag == 0x11:
            point.start = field.value
        elif field.tag == 0x19:
            point.time_ns = field.value
        elif field.tag == 0x21 or field.tag == 0x31:
            point.number = field.value
            point.kind = DOUBLE if field.tag == 0x21 else INT
        elif field.tag == 0x2A:
            read_exemplar(table, field.body, field.stop)
        elif field.tag == 0x40:
            point.flags = <uint32_t>field.value
    put_point(table, metric, &point)
    put_number(&c[0], &c[1], &c[2], point.number, point.kind)
    put64(&c[2].data, point.number if point.kind == INT else 0)
    if table.exemplar > M_OWN + 3:      # sums
        put32(&c[3].data, metric.temporality)
        put_byte(&c[4].data, metric.monotonic)


cdef void put_optional(Table* table, const Metric* metric, const Point* point) noexcept nogil:
    """The first own columns of both kinds of histogram."""
    cdef Column* c = table.walker.columns + M_OWN
    put64(&c[0].data, point.count)
    put64(&c[1].data, point.sum)
    put64(&c[2].data, point.low)
    put64(&c[3].data, point.high)
    put_byte(&c[4].data, point.has_sum)
    put_byte(&c[5].data, point.has_low)
    put_byte(&c[6].data, point.has_high)
    put32(&c[7].data, metric.temporality)
    put64(&table.outers[1], table.firsts)
    put64(&table.outers[2], table.seconds)


cdef void read_histogram_point(Table* table, const Metric* metric, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = table.walker.columns + M_OWN
    cdef Field field
    cdef Point point
    begin_point(table, &point)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x4A:
            put_attribute(&table.walker.record, field.body, field.stop)
        elif field.tag == 0x11:
            point.start = field.value
        elif field.tag == 0x19:
            point.time_ns = field.value
        elif field.tag == 0x21:
            point.count = field.value
        elif field.tag == 0x29:
            point.sum = field.value
            point.has_sum = 1
        elif field.tag == 0x32 or field.tag == 0x31:
            put_packed(&c[8].data, &field, True, &table.firsts)
        elif field.tag == 0x3A or field.tag == 0x39:
            put_packed(&c[9].data, &field, True, &table.seconds)
        elif field.tag == 0x42:
            read_exemplar(table, field.body, field.stop)
        elif field.tag == 0x50:
            point.flags = <uint32_t>field.value
        elif field.tag == 0x59:
            point.low = field.value
            point.has_low = 1
        elif field.tag == 0x61:
            point.high = field.value
            point.has_high = 1
    put_point(table, metric, &point)
    put_optional(table, metric, &point)


cdef void read_buckets(Table* table, Point* point, int side, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Field field
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag == 0x08:
            point.offset[side] = zigzag(field.value)
        elif field.tag == 0x12 or field.tag == 0x10:
            put_packed(&table.walker.columns[M_OWN + 8 + side].data, &field, False, &table.seconds if side else &table.firsts)


cdef void read_exponential_point(Table* table, const Metric* metric, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = table.walker.columns + M_OWN
    cdef Field field
    cdef Point point
    begin_point(table, &point)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x0A:
            put_attribute(&table.walker.record, field.body, field.stop)
        elif field.tag == 0x11:
            point.start = field.value
        elif field.tag == 0x19:
            point.time_ns = field.value
        elif field.tag == 0x21:
            point.count = field.value
        elif field.tag == 0x29:
            point.sum = field.value
            point.has_sum = 1
        elif field.tag == 0x30:
            point.scale = zigzag(field.value)
        elif field.tag == 0x39:
            point.zero_count = field.value
        elif field.tag == 0x42:
            read_buckets(table, &point, 0, field.body, field.stop)
        elif field.tag == 0x4A:
            read_buckets(table, &point, 1, field.body, field.stop)
        elif field.tag == 0x50:
            point.flags = <uint32_t>field.value
        elif field.tag == 0x5A:
            read_exemplar(table, field.body, field.stop)
        elif field.tag == 0x61:
            point.low = field.value
            point.has_low = 1
        elif field.tag == 0x69:
            point.high = field.value
            point.has_high = 1
        elif field.tag == 0x71:
            point.zero_threshold = field.value
    put_point(table, metric, &point)
    put_optional(table, metric, &point)
    put32(&c[10].data, point.scale)
    put64(&c[11].data, point.zero_count)
    put32(&c[12].data, point.offset[0])
    put32(&c[13].data, point.offset[1])
    put64(&c[14].data, point.zero_threshold)


cdef void read_quantile(Table* table, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = table.walker.columns + M_OWN
    cdef Field field
    cdef uint64_t quantile = 0, value = 0
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x09:
            quantile = field.value
        elif field.tag == 0x11:
            value = field.value
    put64(&c[2].data, quantile)
    put64(&c[3].data, value)
    table.firsts += 1


cdef void read_summary_point(Table* table, const Metric* metric, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = table.walker.columns + M_OWN
    cdef Field field
    cdef Point point
    begin_point(table, &point)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x3A:
            put_attribute(&table.walker.record, field.body, field.stop)
        elif field.tag == 0x11:
            point.start = field.value
        elif field.tag == 0x19:
            point.time_ns = field.value
        elif field.tag == 0x21:
            point.count = field.value
        elif field.tag == 0x29:
            point.sum = field.value
        elif field.tag == 0x32:
            read_quantile(table, field.body, field.stop)
        elif field.tag == 0x40:
            point.flags = <uint32_t>field.value
    put_point(table, metric, &point)
    put64(&c[0].data, point.count)
    put64(&c[1].data, point.sum)
    put64(&table.outers[0], table.firsts)

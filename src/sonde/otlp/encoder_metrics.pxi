# Metrics. Source: `Metric` and the data points of OTLP 1.x. A data point that fails is left out; a metric whose points all
# failed, too.

cdef dict METRIC_KINDS = {"Gauge": 5, "Sum": 7, "Histogram": 9, "ExponentialHistogram": 10}


def encode_metrics(data, resource_of=None, refused=None):
    """See `sonde.otlp.encode.encode_metrics`."""
    cdef Buffer buffer = Buffer()
    cdef Output* out = &buffer.out
    cdef size_t body
    for group in data.resource_metrics:
        resource = shown(group.resource, resource_of)
        body = open_field(out, 0x0A, LARGE)
        put_message(out, 0x0A, resource_message(resource))
        for scope_group in group.scope_metrics:
            put_scope_metrics(out, scope_group, refused)
        put_text(out, 0x1A, getattr(resource, "schema_url", None))
        close_field(out, body, LARGE)
    return buffer.content()


cdef int put_message(Output* out, uint8_t tag, bytes message) except -1:
    put_byte(out, tag)
    put_varint(out, PyBytes_GET_SIZE(message))
    put(out, PyBytes_AS_STRING(message), PyBytes_GET_SIZE(message))
    return 0


cdef int put_scope_metrics(Output* out, object group, list refused) except -1:
    cdef size_t body = open_field(out, 0x12, LARGE), start
    put_message(out, 0x0A, scope_message(group.scope))
    for metric in group.metrics:
        start = out.size
        try:
            put_metric(out, metric, refused)
        except Exception as error:
            out.size = start
            refuse(refused, metric, error)
    put_text(out, 0x1A, getattr(group.scope, "schema_url", None))
    close_field(out, body, LARGE)
    return 0


cdef int put_metric(Output* out, object metric, list refused) except -1:
    cdef size_t start = out.size, body = open_field(out, 0x12, 0x80)
    put_text(out, 0x0A, metric.name)
    put_text(out, 0x12, metric.description)
    put_text(out, 0x1A, metric.unit)
    data = metric.data
    points = data.data_points
    if points and not put_data(out, data, metric_kind(type(data)), points, refused):
        out.size = start
        return 0
    close_field(out, body, 0x80)
    return 0


cdef int metric_kind(object kind) except -1:
    """The number of `Metric`'s field, by the name of the class or of one that it inherits from."""
    for one in kind.__mro__:
        number = METRIC_KINDS.get(one.__name__)
        if number is not None:
            return number
    raise TypeError(f"no metric data: {kind.__name__}; there are {', '.join(METRIC_KINDS)}")


cdef size_t put_data(Output* out, object data, int kind, object points, list refused) except? 0:
    """The data of a metric; returns how many points it has."""
    cdef size_t body = open_field(out, kind << 3 | 2, 0x80), count = 0, start, inner
    cdef uint8_t tag = 0x0A
    for point in points:
        start = out.size
        inner = open_field(out, tag, 0x80)
        try:
            put_point(out, kind, point)
        except Exception as error:
            out.size = start
            refuse(refused, point, error)
            continue
        close_field(out, inner, 0x80)
        count += 1
    if kind != 5:
        put_number(out, 0x10, enum_number(data.aggregation_temporality))
    if kind == 7:
        put_number(out, 0x18, bool(data.is_monotonic))
    close_field(out, body, 0x80)
    return count


cdef int put_point(Output* out, int kind, object point) except -1:
    if kind == 9:
        return put_histogram_point(out, point)
    if kind == 10:
        return put_exponential_point(out, point)
    return put_number_point(out, point, kind == 7)


cdef int put_number_point(Output* out, object point, bint has_start) except -1:
    """OpenTelemetry's encoder gives no start to the points of a gauge."""
    cdef int64_t number = 0
    cdef bint is_whole = whole(point.value, &number)
    if has_start:
        put_time(out, 0x11, point.start_time_unix_nano)
    put_time(out, 0x19, point.time_unix_nano)
    if not is_whole:
        put_double(out, 0x21, point.value)
    put_exemplars(out, 0x2A, point)
    if is_whole:
        put_fixed64(out, 0x31, <uint64_t>number)
    return put_attributes(out, 0x3A, point.attributes)


cdef inline bint whole(object value, int64_t* number) except -1:
    """Whether a value is an integer that OTLP can carry; a larger one is written as a double."""
    cdef int overflow = 0
    if value is None:
        raise TypeError("a data point without a value")
    if not PyLong_Check(value):
        return False
    number[0] = PyLong_AsLongLongAndOverflow(value, &overflow)
    return not overflow


cdef int put_histogram_point(Output* out, object point) except -1:
    put_time(out, 0x11, point.start_time_unix_nano)
    put_time(out, 0x19, point.time_unix_nano)
    put_time(out, 0x21, point.count)
    put_double(out, 0x29, point.sum)
    put_packed64(out, 0x32, point.bucket_counts, False)
    put_packed64(out, 0x3A, point.explicit_bounds, True)
    put_exemplars(out, 0x42, point)
    put_attributes(out, 0x4A, point.attributes)
    put_double(out, 0x59, point.min)
    return put_double(out, 0x61, point.max)


cdef int put_exponential_point(Output* out, object point) except -1:
    put_attributes(out, 0x0A, point.attributes)
    put_time(out, 0x11, point.start_time_unix_nano)
    put_time(out, 0x19, point.time_unix_nano)
    put_time(out, 0x21, point.count)
    put_double(out, 0x29, point.sum)
    put_number(out, 0x30, zigzag(point.scale))
    put_time(out, 0x39, point.zero_count)
    put_buckets(out, 0x42, point.positive)
    put_buckets(out, 0x4A, point.negative)
    put_number(out, 0x50, unsigned(point.flags, UINT32_MAX))
    put_exemplars(out, 0x5A, point)
    put_double(out, 0x61, point.min)
    return put_double(out, 0x69, point.max)


cdef uint64_t zigzag(object value) except? 0xFFFFFFFFFFFFFFFF:
    """Of a sint32."""
    cdef int64_t number = whole_number(value, -0x80000000, 0x7FFFFFFF)
    return <uint64_t>(number << 1 ^ number >> 63)


cdef int put_buckets(Output* out, uint8_t tag, object buckets) except -1:
    """Left out without counts, as OpenTelemetry's encoder does."""
    cdef size_t body, packed
    cdef tuple counts
    cdef uint8_t* p
    if buckets is None or not buckets.bucket_counts:
        return 0
    counts = tuple(buckets.bucket_counts)
    body = open_field(out, tag, 0x80)
    put_number(out, 0x08, zigzag(buckets.offset))
    packed = open_field(out, 0x12, 0x80)
    if room(out, VARINT_BYTES * len(counts)):
        p = out.data + out.size
        for count in counts:
            p = varint(p, unsigned(count))
        out.size = p - out.data
    close_field(out, packed, 0x80)
    close_field(out, body, 0x80)
    return 0


cdef int put_packed64(Output* out, uint8_t tag, object numbers, bint are_doubles) except -1:
    cdef tuple values = () if numbers is None else tuple(numbers)
    cdef uint8_t* p
    if not values or not room(out, 8 * len(values) + VARINT_BYTES + 1):
        return 0
    out.data[out.size] = tag
    p = varint(out.data + out.size + 1, 8 * len(values))
    for value in values:
        p = fixed64(p, double_bits(PyFloat_AsDouble(value)) if are_doubles else unsigned(value))
    out.size = p - out.data
    return 0


cdef int put_exemplars(Output* out, uint8_t tag, object point) except -1:
    exemplars = point.exemplars
    return put_all(out, tag, exemplars, put_exemplar) if exemplars else 0


cdef int put_exemplar(Output* out, object exemplar) except -1:
    """Source: `Exemplar` of OTLP 1.x. Ids are written when both are there, as OpenTelemetry's encoder does."""
    cdef int64_t number = 0
    cdef bint is_whole = whole(exemplar.value, &number)
    span_id = exemplar.span_id
    trace_id = exemplar.trace_id
    put_time(out, 0x11, exemplar.time_unix_nano)
    if not is_whole:
        put_double(out, 0x19, exemplar.value)
    if span_id is not None and trace_id is not None:
        put_id(out, 0x22, span_id, 8)
        put_id(out, 0x2A, trace_id, 16)
    if is_whole:
        put_fixed64(out, 0x31, <uint64_t>number)
    return put_attributes(out, 0x3A, exemplar.filtered_attributes)

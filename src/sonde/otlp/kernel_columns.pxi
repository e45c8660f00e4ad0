# From the index in C to the columns that Python sees.

cdef object groups_view(Index* x, int level, uint32_t below):
    """One level of groups as `Groups`; `below` is how many rows the level below has."""
    cdef size_t rows = rows_of(&x.groups[level]), i
    cdef const Group* group = <const Group*>x.groups[level].data
    cdef Column start = column(b"I", rows), stop = column(b"I", rows), first = column(b"I", rows + 1)
    for i in range(rows):
        (<uint32_t*>start.data)[i] = group[i].start
        (<uint32_t*>stop.data)[i] = group[i].stop
        (<uint32_t*>first.data)[i] = group[i].first
    (<uint32_t*>first.data)[rows] = below
    return Groups(view(start), view(stop), view(first))


cdef list shared_columns(Index* x, Rows* rows, object payload):
    """The arguments that the columns of every signal begin with."""
    cdef size_t n = records_of(x)
    cdef uint32_t below = rows_of(&x.groups[2]) if x.signal == METRICS else <uint32_t>n
    cdef Column at = column(b"I", n), start = column(b"I", n), stop = column(b"I", n), resource = column(b"I", n)
    cdef Column scope = column(b"I", n), attributes = column(b"I", n), flags = column(b"I", n)
    cdef Column offset = column(b"I", n), length = column(b"I", n)
    rows.at = <uint32_t*>at.data
    rows.start = <uint32_t*>start.data
    rows.stop = <uint32_t*>stop.data
    rows.resource = <uint32_t*>resource.data
    rows.scope = <uint32_t*>scope.data
    rows.attributes = <uint32_t*>attributes.data
    rows.flags = <uint32_t*>flags.data
    rows.name_offset = <uint32_t*>offset.data
    rows.name_length = <uint32_t*>length.data
    return [
        x.signal, payload, n, groups_view(x, 0, rows_of(&x.groups[1])), groups_view(x, 1, below),
        view(at), view(start), view(stop), view(resource), view(scope), view(attributes),
        view(flags), view(offset), view(length),
    ]


cdef list trace_columns(Rows* rows, size_t n):
    cdef Column trace = column(b"B", 16 * n), span = column(b"B", 8 * n), parent = column(b"B", 8 * n)
    cdef Column start = column(b"Q", n), stop = column(b"Q", n), kind = column(b"i", n), status = column(b"i", n)
    rows.trace_id = <uint8_t*>trace.data
    rows.span_id = <uint8_t*>span.data
    rows.parent_span_id = <uint8_t*>parent.data
    rows.first_time = <uint64_t*>start.data
    rows.second_time = <uint64_t*>stop.data
    rows.kind = <int32_t*>kind.data
    rows.status = <int32_t*>status.data
    return [view(trace), view(span), view(parent), view(start), view(stop), view(kind), view(status)]


cdef list log_columns(Rows* rows, size_t n):
    cdef Column trace = column(b"B", 16 * n), span = column(b"B", 8 * n)
    cdef Column time = column(b"Q", n), observed = column(b"Q", n), severity = column(b"i", n)
    rows.trace_id = <uint8_t*>trace.data
    rows.span_id = <uint8_t*>span.data
    rows.first_time = <uint64_t*>time.data
    rows.second_time = <uint64_t*>observed.data
    rows.kind = <int32_t*>severity.data
    return [view(trace), view(span), view(time), view(observed), view(severity)]


cdef list metric_columns(Index* x, Rows* rows, size_t n):
    cdef Column metric = column(b"I", n), kind = column(b"B", n), start = column(b"Q", n), time = column(b"Q", n)
    cdef size_t i, metrics = rows_of(&x.groups[2])
    cdef Column metric_kind = column(b"B", metrics)
    for i in range(metrics):
        metric_kind.data[i] = <char>((<const Group*>x.groups[2].data)[i].tag >> 3)
    rows.metric = <uint32_t*>metric.data
    rows.metric_kind = <uint8_t*>kind.data
    rows.first_time = <uint64_t*>start.data
    rows.second_time = <uint64_t*>time.data
    return [groups_view(x, 2, <uint32_t>n), view(metric_kind), view(metric), view(kind), view(start), view(time)]


cdef object columns_of(Index* x, object payload, size_t size):
    cdef Rows rows
    cdef size_t n = records_of(x)
    cdef list arguments
    memset(&rows, 0, sizeof(Rows))
    arguments = shared_columns(x, &rows, payload)
    if x.signal == TRACES:
        arguments += trace_columns(&rows, n)
    elif x.signal == LOGS:
        arguments += log_columns(&rows, n)
    else:
        arguments += metric_columns(x, &rows, n)
    if size > GIL_BYTES:
        with nogil:
            fill_rows(&rows, x)
    else:
        fill_rows(&rows, x)
    return _COLUMNS[x.signal](*arguments)


_COLUMNS = (TraceColumns, MetricColumns, LogColumns)


def scan(int signal, payload, bint checked=False):
    """See `sonde.otlp.wire.scan`."""
    cdef Check c
    cdef Index x
    cdef Payload held = Payload(payload)
    cdef bint whole
    signal_of(signal)
    if not checked:
        check_payload(&c, signal, held)
    memset(&x, 0, sizeof(Index))
    x.base = held.start
    x.signal = signal
    try:
        if held.size > GIL_BYTES:
            with nogil:
                whole = gather(&x, held.start, held.start + held.size, 0)
        else:
            whole = gather(&x, held.start, held.start + held.size, 0)
        if x.records.failed or x.groups[0].failed or x.groups[1].failed or x.groups[2].failed:
            raise MemoryError
        if not whole:
            raise MalformedError("a field is not whole", x.bad - held.start, "")
        return columns_of(&x, payload, held.size)
    finally:
        free(x.records.data)
        for i in range(3):
            free(x.groups[i].data)

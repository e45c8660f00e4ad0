# Log records. Source: `LogRecord` of OTLP 1.x.

cdef int put_log(Output* out, object readable) except -1:
    """Of the SDK's `ReadableLogRecord` and, up to 1.38, `LogData`; or of a record that has the inner one's names itself."""
    cdef bint own = is_sdk(readable, &seen.readable)
    record = readable.log_record if own else getattr(readable, "log_record", readable)
    attributes = record.attributes
    trace_id = record.trace_id
    span_id = record.span_id
    put_time(out, 0x09, record.timestamp)
    put_number(out, 0x10, enum_number(record.severity_number))
    put_text(out, 0x1A, record.severity_text)
    put_value(out, 0x2A, record.body, 0)
    put_attributes(out, 0x32, attributes)
    put_dropped(out, 0x38, readable, attributes, own)
    put_fixed32(out, 0x45, unsigned(record.trace_flags, UINT32_MAX))
    if trace_id:
        put_id(out, 0x4A, trace_id, 16)
    if span_id:
        put_id(out, 0x52, span_id, 8)
    put_time(out, 0x59, record.observed_timestamp)
    return put_text(out, 0x62, getattr(record, "event_name", None))

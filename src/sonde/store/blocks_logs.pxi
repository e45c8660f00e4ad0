# Log records as rows of `otel_logs`. The enum is the order of LOG_FIELDS.

cdef enum:
    L_TIME, L_SECOND, L_TRACE, L_SPAN, L_FLAGS, L_SEVERITY, L_NUMBER, L_SERVICE, L_BODY, L_RESOURCE_URL, L_RESOURCE
    L_SCOPE_URL, L_SCOPE, L_SCOPE_VERSION, L_SCOPE_ATTRIBUTES, L_ATTRIBUTES, L_EVENT, L_OBSERVED, L_IS_OBSERVED
    L_BODY_TYPE, L_KINDS, L_DROPPED, L_RESOURCE_KINDS, L_RESOURCE_DROPPED, L_SCOPE_KINDS, L_SCOPE_DROPPED, L_OFF_CLOCK

LOG_FIELDS = [
    ("Timestamp", "DateTime64(9)"), ("TimestampTime", "DateTime"), ("TraceId", "String"), ("SpanId", "String"),
    ("TraceFlags", "UInt32"), ("SeverityText", LOW_), ("SeverityNumber", "Int32"), ("ServiceName", LOW_),
    ("Body", "String"), ("ResourceSchemaUrl", LOW_), ("ResourceAttributes", MAP_), ("ScopeSchemaUrl", LOW_),
    ("ScopeName", "String"), ("ScopeVersion", LOW_), ("ScopeAttributes", MAP_), ("LogAttributes", MAP_),
    ("EventName", LOW_), ("ObservedTimestamp", "DateTime64(9)"), ("TimestampIsObserved", "Bool"), ("BodyType", LOW_),
    ("LogAttributesKinds", "String"), ("DroppedAttributesCount", "UInt32"), ("ResourceAttributesKinds", "String"),
    ("ResourceDroppedAttributesCount", "UInt32"), ("ScopeAttributesKinds", "String"),
    ("ScopeDroppedAttributesCount", "UInt32"), ("OffClock", "Bool"),
]  # fmt: skip

cdef struct Record:
    Text severity
    Text trace
    Text span
    Text event
    Value body
    uint64_t time_ns
    uint64_t observed_ns
    uint32_t number
    uint32_t dropped
    uint32_t flags


cdef void read_log(Walker* walker, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Record record
    cdef Field field
    memset(&record, 0, sizeof(Record))
    begin_row(&walker.record)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x32:
            put_attribute(&walker.record, field.body, field.stop)
        elif field.tag == 0x09:
            record.time_ns = field.value
        elif field.tag == 0x10:
            record.number = <uint32_t>field.value
        elif field.tag == 0x1A:
            record.severity = text_of(&field)
        elif field.tag == 0x2A:
            read_value(field.body, field.stop, &record.body)
        elif field.tag == 0x38:
            record.dropped = <uint32_t>field.value
        elif field.tag == 0x45:
            record.flags = <uint32_t>field.value
        elif field.tag == 0x4A:
            record.trace = text_of(&field)
        elif field.tag == 0x52:
            record.span = text_of(&field)
        elif field.tag == 0x59:
            record.observed_ns = field.value
        elif field.tag == 0x62:
            record.event = text_of(&field)
    put_log(walker, &record)
    put_owner_of_log(walker)


cdef void put_log(Walker* walker, const Record* record) noexcept nogil:
    cdef Column* c = walker.columns
    cdef uint64_t at = record.time_ns if record.time_ns else record.observed_ns
    put64(&c[L_TIME].data, clamped(at))
    put32(&c[L_SECOND].data, <uint32_t>(clamped(at) // 1000000000))
    put_hex(&c[L_TRACE].data, record.trace.p, record.trace.size)
    put_hex(&c[L_SPAN].data, record.span.p, record.span.size)
    put32(&c[L_FLAGS].data, record.flags)
    put_low(&c[L_SEVERITY], record.severity.p, record.severity.size)
    put32(&c[L_NUMBER].data, record.number)
    put_value_text(&c[L_BODY].data, &record.body)
    if record.body.kind == STRING:
        put_low(&c[L_BODY_TYPE], <const uint8_t*>KIND_NAMES[STRING], 0)
    else:
        put_low(&c[L_BODY_TYPE], <const uint8_t*>KIND_NAMES[record.body.kind], strlen(KIND_NAMES[record.body.kind]))
    end_row(&walker.record)
    put_low(&c[L_EVENT], record.event.p, record.event.size)
    put64(&c[L_OBSERVED].data, clamped(record.observed_ns))
    put_byte(&c[L_IS_OBSERVED].data, record.time_ns == 0 and record.observed_ns != 0)
    put32(&c[L_DROPPED].data, record.dropped)
    put_byte(&c[L_OFF_CLOCK].data, off_clock(at, walker.owner.segment_ns))


cdef void put_owner_of_log(Walker* walker) noexcept nogil:
    cdef Column* c = walker.columns
    cdef const Owner* owner = &walker.owner
    put32(&c[L_SERVICE].index, owner.service_index)
    put_fragment(&owner.resource, &c[L_RESOURCE], &c[L_RESOURCE_KINDS])
    put32(&c[L_RESOURCE_URL].index, owner.resource_url_index)
    put32(&c[L_RESOURCE_DROPPED].data, owner.resource_dropped)
    put_text(&c[L_SCOPE].data, owner.scope_name.p, owner.scope_name.size)
    put_low(&c[L_SCOPE_VERSION], owner.scope_version.p, owner.scope_version.size)
    put_fragment(&owner.scope, &c[L_SCOPE_ATTRIBUTES], &c[L_SCOPE_KINDS])
    put32(&c[L_SCOPE_URL].index, owner.scope_url_index)
    put32(&c[L_SCOPE_DROPPED].data, owner.scope_dropped)


cdef tuple log_blocks(Block block, Payload held, uint64_t segment_ns):
    cdef Walker walker
    cdef Column* c = block.columns
    block.clear()
    memset(&walker, 0, sizeof(Walker))
    walker.columns = c
    walker.service, walker.resource_url, walker.scope_url = &c[L_SERVICE], &c[L_RESOURCE_URL], &c[L_SCOPE_URL]
    walker.owner.segment_ns = segment_ns
    walker.resource = attributes_to(&c[L_RESOURCE], &c[L_RESOURCE_KINDS], &walker.seen_resource)
    walker.scope = attributes_to(&c[L_SCOPE_ATTRIBUTES], &c[L_SCOPE_KINDS], &walker.seen_scope)
    walker.record = attributes_to(&c[L_ATTRIBUTES], &c[L_KINDS], &walker.seen_record)
    try:
        with nogil:
            walk_groups(&walker, held.start, held.end, read_log)
        block.rows = walker.rows
        if not walker.rows:
            return {}, []
        catalogue = sightings("resource", &c[L_RESOURCE], &walker.seen_resource)
        catalogue += sightings("scope", &c[L_SCOPE_ATTRIBUTES], &walker.seen_scope)
        catalogue += sightings("record", &c[L_ATTRIBUTES], &walker.seen_record)
        return {"otel_logs": block.native()}, catalogue
    finally:
        free_walker(&walker)

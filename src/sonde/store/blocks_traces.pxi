# Spans as rows of `otel_traces`. The enum is the order of TRACE_FIELDS.

cdef enum:
    T_TIME, T_TRACE, T_SPAN, T_PARENT, T_STATE, T_NAME, T_KIND, T_SERVICE, T_RESOURCE, T_SCOPE, T_SCOPE_VERSION
    T_ATTRIBUTES, T_DURATION, T_STATUS, T_STATUS_MESSAGE
    T_EVENT_TIME, T_EVENT_NAME, T_EVENT_ATTRIBUTES, T_EVENT_KINDS, T_EVENT_DROPPED
    T_LINK_TRACE, T_LINK_SPAN, T_LINK_STATE, T_LINK_ATTRIBUTES, T_LINK_KINDS, T_LINK_DROPPED, T_LINK_FLAGS
    T_KINDS, T_RESOURCE_KINDS, T_RESOURCE_URL, T_RESOURCE_DROPPED, T_SCOPE_ATTRIBUTES, T_SCOPE_KINDS, T_SCOPE_URL
    T_SCOPE_DROPPED, T_FLAGS, T_DROPPED, T_EVENTS_DROPPED, T_LINKS_DROPPED, T_ENDS_BEFORE, T_OFF_CLOCK
    T_COLUMNS

TRACE_FIELDS = [
    ("Timestamp", "DateTime64(9)"), ("TraceId", "String"), ("SpanId", "String"), ("ParentSpanId", "String"),
    ("TraceState", "String"), ("SpanName", LOW_), ("SpanKind", LOW_), ("ServiceName", LOW_),
    ("ResourceAttributes", MAP_), ("ScopeName", "String"), ("ScopeVersion", "String"), ("SpanAttributes", MAP_),
    ("Duration", "UInt64"), ("StatusCode", LOW_), ("StatusMessage", "String"),
    ("Events.Timestamp", "Array(DateTime64(9))"), ("Events.Name", f"Array({LOW_})"),
    ("Events.Attributes", f"Array({MAP_})"), ("Events.AttributesKinds", "Array(String)"),
    ("Events.DroppedAttributesCount", "Array(UInt32)"),
    ("Links.TraceId", "Array(String)"), ("Links.SpanId", "Array(String)"), ("Links.TraceState", "Array(String)"),
    ("Links.Attributes", f"Array({MAP_})"), ("Links.AttributesKinds", "Array(String)"),
    ("Links.DroppedAttributesCount", "Array(UInt32)"), ("Links.Flags", "Array(UInt32)"),
    ("SpanAttributesKinds", "String"), ("ResourceAttributesKinds", "String"), ("ResourceSchemaUrl", LOW_),
    ("ResourceDroppedAttributesCount", "UInt32"), ("ScopeAttributes", MAP_), ("ScopeAttributesKinds", "String"),
    ("ScopeSchemaUrl", LOW_), ("ScopeDroppedAttributesCount", "UInt32"), ("Flags", "UInt32"),
    ("DroppedAttributesCount", "UInt32"), ("DroppedEventsCount", "UInt32"), ("DroppedLinksCount", "UInt32"),
    ("EndsBefore", "UInt64"), ("OffClock", "Bool"),
]  # fmt: skip

cdef const char* SPAN_KINDS[6]
SPAN_KINDS[0], SPAN_KINDS[1], SPAN_KINDS[2] = b"Unspecified", b"Internal", b"Server"
SPAN_KINDS[3], SPAN_KINDS[4], SPAN_KINDS[5] = b"Client", b"Producer", b"Consumer"
cdef const char* STATUSES[3]
STATUSES[0], STATUSES[1], STATUSES[2] = b"Unset", b"Ok", b"Error"

cdef void read_event(Walker* walker, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = walker.columns
    cdef Attributes* to = &walker.event
    cdef Field field
    cdef uint64_t time_ns = 0
    cdef uint32_t dropped = 0
    cdef Text name
    memset(&name, 0, sizeof(Text))
    begin_row(to)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x09:
            time_ns = field.value
        elif field.tag == 0x12:
            name = text_of(&field)
        elif field.tag == 0x1A:
            put_attribute(to, field.body, field.stop)
        elif field.tag == 0x20:
            dropped = <uint32_t>field.value
    put64(&c[T_EVENT_TIME].data, clamped(time_ns))
    put_low(&c[T_EVENT_NAME], name.p, name.size)
    put32(&c[T_EVENT_DROPPED].data, dropped)
    end_row(to)
    walker.events += 1


cdef void read_link(Walker* walker, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Column* c = walker.columns
    cdef Attributes* to = &walker.link
    cdef Field field
    cdef uint32_t dropped = 0, flags = 0
    cdef Text trace, span, state
    memset(&trace, 0, sizeof(Text))
    memset(&span, 0, sizeof(Text))
    memset(&state, 0, sizeof(Text))
    begin_row(to)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x0A:
            trace = text_of(&field)
        elif field.tag == 0x12:
            span = text_of(&field)
        elif field.tag == 0x1A:
            state = text_of(&field)
        elif field.tag == 0x22:
            put_attribute(to, field.body, field.stop)
        elif field.tag == 0x28:
            dropped = <uint32_t>field.value
        elif field.tag == 0x35:
            flags = <uint32_t>field.value
    put_hex(&c[T_LINK_TRACE].data, trace.p, trace.size)
    put_hex(&c[T_LINK_SPAN].data, span.p, span.size)
    put_text(&c[T_LINK_STATE].data, state.p, state.size)
    put32(&c[T_LINK_DROPPED].data, dropped)
    put32(&c[T_LINK_FLAGS].data, flags)
    end_row(to)
    walker.links += 1


cdef struct Span:
    Text trace
    Text span
    Text parent
    Text state
    Text name
    Text message
    uint64_t start
    uint64_t stop
    uint64_t kind
    uint64_t status
    uint32_t dropped
    uint32_t events_dropped
    uint32_t links_dropped
    uint32_t flags


cdef void read_status(Span* span, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Field field
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag == 0x12:
            span.message = text_of(&field)
        elif field.tag == 0x18:
            span.status = field.value & 0xFFFFFFFFu


cdef void read_span(Walker* walker, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Span span
    cdef Field field
    memset(&span, 0, sizeof(Span))
    begin_row(&walker.record)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x4A:
            put_attribute(&walker.record, field.body, field.stop)
        elif field.tag == 0x0A:
            span.trace = text_of(&field)
        elif field.tag == 0x12:
            span.span = text_of(&field)
        elif field.tag == 0x1A:
            span.state = text_of(&field)
        elif field.tag == 0x22:
            span.parent = text_of(&field)
        elif field.tag == 0x2A:
            span.name = text_of(&field)
        elif field.tag == 0x30:
            span.kind = field.value & 0xFFFFFFFFu
        elif field.tag == 0x39:
            span.start = field.value
        elif field.tag == 0x41:
            span.stop = field.value
        elif field.tag == 0x50:
            span.dropped = <uint32_t>field.value
        elif field.tag == 0x5A:
            read_event(walker, field.body, field.stop)
        elif field.tag == 0x60:
            span.events_dropped = <uint32_t>field.value
        elif field.tag == 0x6A:
            read_link(walker, field.body, field.stop)
        elif field.tag == 0x70:
            span.links_dropped = <uint32_t>field.value
        elif field.tag == 0x7A:
            read_status(&span, field.body, field.stop)
        elif field.tag == 0x85:
            span.flags = <uint32_t>field.value
    put_span(walker, &span)
    put_owner_of_span(walker)


cdef inline void put_named(Column* column, const char* name, uint32_t* index) noexcept nogil:
    if not index[0]:
        index[0] = key_index(&column.keys, <const uint8_t*>name, strlen(name))
    put32(&column.index, index[0])


cdef void put_span(Walker* walker, const Span* span) noexcept nogil:
    cdef Column* c = walker.columns
    cdef uint32_t kind = <uint32_t>span.kind if span.kind < 6 else 0
    cdef uint32_t status = <uint32_t>span.status if span.status < 3 else 0
    put64(&c[T_TIME].data, clamped(span.start))
    put_hex(&c[T_TRACE].data, span.trace.p, span.trace.size)
    put_hex(&c[T_SPAN].data, span.span.p, span.span.size)
    put_hex(&c[T_PARENT].data, span.parent.p, span.parent.size)
    put_text(&c[T_STATE].data, span.state.p, span.state.size)
    put_low(&c[T_NAME], span.name.p, span.name.size)
    put_named(&c[T_KIND], SPAN_KINDS[kind], &walker.kinds[kind])
    end_row(&walker.record)
    put64(&c[T_DURATION].data, span.stop - span.start if span.stop > span.start else 0)
    put64(&c[T_ENDS_BEFORE].data, span.start - span.stop if span.stop < span.start else 0)
    put_named(&c[T_STATUS], STATUSES[status], &walker.statuses[status])
    put_text(&c[T_STATUS_MESSAGE].data, span.message.p, span.message.size)
    put64(walker.events_outer, walker.events)
    put64(walker.links_outer, walker.links)
    put32(&c[T_FLAGS].data, span.flags)
    put32(&c[T_DROPPED].data, span.dropped)
    put32(&c[T_EVENTS_DROPPED].data, span.events_dropped)
    put32(&c[T_LINKS_DROPPED].data, span.links_dropped)
    put_byte(&c[T_OFF_CLOCK].data, off_clock(span.start, walker.owner.segment_ns))


cdef void put_owner_of_span(Walker* walker) noexcept nogil:
    cdef Column* c = walker.columns
    cdef const Owner* owner = &walker.owner
    put32(&c[T_SERVICE].index, owner.service_index)
    put_fragment(&owner.resource, &c[T_RESOURCE], &c[T_RESOURCE_KINDS])
    put32(&c[T_RESOURCE_URL].index, owner.resource_url_index)
    put32(&c[T_RESOURCE_DROPPED].data, owner.resource_dropped)
    put_text(&c[T_SCOPE].data, owner.scope_name.p, owner.scope_name.size)
    put_text(&c[T_SCOPE_VERSION].data, owner.scope_version.p, owner.scope_version.size)
    put_fragment(&owner.scope, &c[T_SCOPE_ATTRIBUTES], &c[T_SCOPE_KINDS])
    put32(&c[T_SCOPE_URL].index, owner.scope_url_index)
    put32(&c[T_SCOPE_DROPPED].data, owner.scope_dropped)


cdef tuple trace_blocks(Block block, Payload held, uint64_t segment_ns):
    cdef Walker walker
    cdef Column* c = block.columns
    block.clear()
    memset(&walker, 0, sizeof(Walker))
    walker.columns = c
    walker.service, walker.resource_url, walker.scope_url = &c[T_SERVICE], &c[T_RESOURCE_URL], &c[T_SCOPE_URL]
    walker.owner.segment_ns = segment_ns
    walker.events_outer = &block.outers[0]
    walker.links_outer = &block.outers[1]
    walker.resource = attributes_to(&c[T_RESOURCE], &c[T_RESOURCE_KINDS], &walker.seen_resource)
    walker.scope = attributes_to(&c[T_SCOPE_ATTRIBUTES], &c[T_SCOPE_KINDS], &walker.seen_scope)
    walker.record = attributes_to(&c[T_ATTRIBUTES], &c[T_KINDS], &walker.seen_record)
    walker.event = attributes_to(&c[T_EVENT_ATTRIBUTES], &c[T_EVENT_KINDS], NULL)
    walker.link = attributes_to(&c[T_LINK_ATTRIBUTES], &c[T_LINK_KINDS], NULL)
    try:
        with nogil:
            walk_groups(&walker, held.start, held.end, read_span)
        block.rows = walker.rows
        if not walker.rows:
            return {}, []
        catalogue = sightings("resource", &c[T_RESOURCE], &walker.seen_resource)
        catalogue += sightings("scope", &c[T_SCOPE_ATTRIBUTES], &walker.seen_scope)
        catalogue += sightings("record", &c[T_ATTRIBUTES], &walker.seen_record)
        return {"otel_traces": block.native()}, catalogue
    finally:
        free_walker(&walker)

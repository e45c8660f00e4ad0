# Spans. Source: `Span`, `Span.Event`, `Span.Link` and `Status` of OTLP 1.x.

cdef int put_span(Output* out, object span) except -1:
    cdef bint own = is_sdk(span, &seen.span)
    context = span._context if own else span_context(span)
    parent = span._parent if own else getattr(span, "parent", None)
    attributes = span._attributes if own else span.attributes
    put_id(out, 0x0A, context_part(context, 0), 16)
    put_id(out, 0x12, context_part(context, 1), 8)
    put_trace_state(out, context_part(context, 4))
    if parent:
        put_id(out, 0x22, context_part(parent, 1), 8)
    put_text(out, 0x2A, span._name if own else span.name)
    put_number(out, 0x30, kind_number(span._kind if own else span.kind))
    put_time(out, 0x39, span._start_time if own else span.start_time)
    put_time(out, 0x41, span._end_time if own else span.end_time)
    put_attributes(out, 0x4A, attributes)
    put_dropped(out, 0x50, span, attributes, own)
    put_events(out, span, own)
    put_links(out, span, own)
    put_status(out, span._status if own else getattr(span, "status", None))
    put_byte(out, 0x85)     # field 16: its tag has two bytes
    return put_fixed32(out, 0x01, context_flags(parent))


cdef object span_context(object span):
    get = getattr(span, "get_span_context", None)
    return span.context if get is None else get()


cdef inline int put_trace_state(Output* out, object state) except -1:
    if state is None or is_sdk(state, &seen.trace_state) and not state._dict:
        return 0
    return put_text(out, 0x1A, trace_state_text(state))


cdef inline uint64_t kind_number(object kind) except? 0xFFFFFFFFFFFFFFFF:
    """The API counts from INTERNAL = 0, OTLP from UNSPECIFIED = 0; a plain number is OTLP's."""
    number = getattr(kind, "_value_", None)
    return unsigned(kind, 5) if number is None else unsigned(number, 4) + 1


cdef inline int put_status(Output* out, object status) except -1:
    """A message: written also where it is empty."""
    cdef size_t body
    if status is None:
        return 0
    body = open_field(out, 0x7A, 1)
    if is_sdk(status, &seen.status):
        put_text(out, 0x12, status._description)
        put_number(out, 0x18, enum_number(status._status_code))
    else:
        put_text(out, 0x12, getattr(status, "description", None))
        put_number(out, 0x18, enum_number(status.status_code))
    close_field(out, body, 1)
    return 0


cdef inline int put_all(Output* out, uint8_t tag, object items, Put put_item) except -1:
    """A field for each member of a sequence; of the SDK's bounded list its deque is read."""
    cdef size_t body
    if is_sdk(items, &seen.sequence):
        items = items._dq
    if not items:
        return 0
    for item in items:
        body = open_field(out, tag, 0x80)
        put_item(out, item)
        close_field(out, body, 0x80)
    return 0


cdef inline int put_events(Output* out, object span, bint own) except -1:
    events = span._events if own else getattr(span, "events", None)
    put_all(out, 0x5A, events, put_event)
    if own:
        return put_number(out, 0x60, unsigned(events.dropped, UINT32_MAX)) if is_sdk(events, &seen.sequence) else 0
    return put_number(out, 0x60, unsigned(getattr(span, "dropped_events", 0), UINT32_MAX))


cdef inline int put_links(Output* out, object span, bint own) except -1:
    links = span._links if own else getattr(span, "links", None)
    put_all(out, 0x6A, links, put_link)
    if own:
        return put_number(out, 0x70, unsigned(links.dropped, UINT32_MAX)) if is_sdk(links, &seen.sequence) else 0
    return put_number(out, 0x70, unsigned(getattr(span, "dropped_links", 0), UINT32_MAX))


cdef int put_event(Output* out, object event) except -1:
    cdef bint own = is_sdk(event, &seen.event)
    attributes = event._attributes if own else event.attributes
    put_time(out, 0x09, event._timestamp if own else event.timestamp)
    put_text(out, 0x12, event._name if own else event.name)
    put_attributes(out, 0x1A, attributes)
    return put_dropped(out, 0x20, event, attributes, own)


cdef int put_link(Output* out, object link) except -1:
    cdef bint own = is_sdk(link, &seen.link)
    context = link._context if own else link.context
    attributes = link._attributes if own else link.attributes
    put_id(out, 0x0A, context_part(context, 0), 16)
    put_id(out, 0x12, context_part(context, 1), 8)
    put_attributes(out, 0x22, attributes)
    put_dropped(out, 0x28, link, attributes, own)
    return put_fixed32(out, 0x35, context_flags(context))

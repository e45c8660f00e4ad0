# Spans and log records: each into the buffer of its resource and scope.

cdef enum:
    RECENT = 8

cdef struct Recent:             # borrowed: `Groups` holds all three while the batch lasts
    PyObject* resource
    PyObject* scope
    PyObject* buffer

def resource_bytes(resource):
    return resource_message(resource)


def scope_bytes(scope):
    return scope_message(scope)


cdef class Batch:
    """The groups of a batch, and the few that were used last: scopes alternate, but are seldom many."""

    cdef object groups
    cdef Recent recent[RECENT]
    cdef int count, next

    def __cinit__(self, resource_of):
        self.groups = Groups(Buffer, resource_bytes, scope_bytes, resource_of)

    cdef Buffer buffer_of(self, object resource, object scope):
        cdef Recent* one
        cdef int i
        for i in range(self.count):
            one = &self.recent[i]
            if one.resource == <PyObject*>resource and one.scope == <PyObject*>scope:
                return <Buffer>one.buffer
        buffer = self.groups.find(resource, scope)
        one = &self.recent[self.next]
        one.resource, one.scope, one.buffer = <PyObject*>resource, <PyObject*>scope, <PyObject*>buffer
        self.next = (self.next + 1) % RECENT
        self.count = max(self.count, self.next or RECENT)
        return buffer


ctypedef Buffer (*Find)(Batch batch, object item)


cdef bytes encode_items(object items, object resource_of, list refused, Put put_item, Find find):
    cdef Batch batch = Batch(resource_of)
    cdef Buffer buffer
    cdef size_t start = 0, body
    for item in items:
        buffer = None
        try:
            buffer = find(batch, item)
            start = buffer.out.size
            body = open_field(&buffer.out, 0x12, 0x80)
            put_item(&buffer.out, item)
            close_field(&buffer.out, body, 0x80)
        except Exception as error:
            if buffer is not None:
                buffer.out.size = start
            refuse(refused, item, error)
    return batch.groups.request(view_of)


cdef Buffer span_buffer(Batch batch, object span):
    if is_sdk(span, &seen.span):
        return batch.buffer_of(span._resource, span._instrumentation_scope)
    return batch.buffer_of(span.resource, getattr(span, "instrumentation_scope", None))


cdef Buffer log_buffer(Batch batch, object record):
    """Up to SDK 1.38 the resource is the inner record's."""
    resource = getattr(record, "resource", None)
    if resource is None:
        resource = getattr(getattr(record, "log_record", None), "resource", None)
    return batch.buffer_of(resource, getattr(record, "instrumentation_scope", None))


def encode_spans(spans, resource_of=None, refused=None):
    """See `sonde.otlp.encode.encode_spans`."""
    return encode_items(spans, resource_of, refused, put_span, span_buffer)


def encode_logs(records, resource_of=None, refused=None):
    """See `sonde.otlp.encode.encode_logs`."""
    return encode_items(records, resource_of, refused, put_log, log_buffer)

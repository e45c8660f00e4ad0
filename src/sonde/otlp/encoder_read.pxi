# Reading foreign objects. A class of OpenTelemetry's own is read by its private attributes, which costs an eighth of its
# properties (they make proxies and tuples, and take locks); any other by the public names, which is also how records
# that come without the SDK are read.

cdef set sdk_types = set()       # for ever: there are only so many, and the pointers below rely on it
cdef set foreign_types = set()   # emptied when it grows, since applications may make classes as they like

cdef struct Types:               # the SDK's class last seen in each role, borrowed from `sdk_types`
    PyObject* span
    PyObject* context
    PyObject* attributes
    PyObject* sequence
    PyObject* trace_state
    PyObject* status
    PyObject* event
    PyObject* link
    PyObject* readable

cdef Types seen


cdef inline bint is_sdk(object value, PyObject** role) except -1:
    if <PyObject*>Py_TYPE(value) == role[0]:
        return True
    return learn(type(value), role)


cdef bint learn(object kind, PyObject** role) except -1:
    if kind in foreign_types:
        return False
    if kind not in sdk_types:
        if not is_sdk_type(kind):
            if len(foreign_types) >= 1000:
                foreign_types.clear()
            foreign_types.add(kind)
            return False
        sdk_types.add(kind)
    role[0] = <PyObject*>kind
    return True


cdef inline int put_attributes(Output* out, uint8_t tag, object attributes) except -1:
    """KeyValues of a mapping, or of None."""
    if is_sdk(attributes, &seen.attributes):
        attributes = attributes._dict
    if not attributes:
        return 0
    if PyDict_CheckExact(attributes):
        return put_dict(out, tag, attributes, 0)
    for key, value in attributes.items():
        put_attribute(out, tag, key, value, 0)
    return 0


cdef inline int put_dropped(Output* out, uint8_t tag, object owner, object attributes, bint own) except -1:
    """How many attributes limits dropped: as the SDK's attributes count it, or as the owner says, if it does."""
    if not own:
        return put_number(out, tag, unsigned(getattr(owner, "dropped_attributes", 0), UINT32_MAX))
    return put_number(out, tag, unsigned(attributes.dropped, UINT32_MAX)) if is_sdk(attributes, &seen.attributes) else 0


cdef tuple CONTEXT_PARTS = ("trace_id", "span_id", "is_remote", "trace_flags", "trace_state")


cdef inline object context_part(object context, int index):
    """A part of a span context, which in the SDK is a tuple; of a foreign one, None where only an id is demanded."""
    if is_sdk(context, &seen.context) and PyTuple_Check(context):
        return <object>PyTuple_GET_ITEM(context, index)
    name = CONTEXT_PARTS[index]
    return getattr(context, name) if index < 2 else getattr(context, name, None)


cdef inline uint32_t context_flags(object context) except? 0:
    """Source: `SpanFlags` of OTLP 1.x; as OpenTelemetry's encoder has it, without the trace flags."""
    return 0x300 if context and context_part(context, 2) else 0x100


cdef inline uint64_t enum_number(object member) except? 0xFFFFFFFFFFFFFFFF:
    """The number of an enumeration's member, or a plain number, or 0 for None."""
    return unsigned(getattr(member, "_value_", member), 0x7FFFFFFF)


cdef bytes resource_message(object resource):
    """Source: `Resource` of OTLP 1.x."""
    cdef Buffer buffer = Buffer()
    if resource is not None:
        put_attributes(&buffer.out, 0x0A, resource.attributes)
    return buffer.content()


cdef bytes scope_message(object scope):
    """Source: `InstrumentationScope` of OTLP 1.x."""
    cdef Buffer buffer = Buffer()
    if scope is not None:
        put_text(&buffer.out, 0x0A, scope.name)
        put_text(&buffer.out, 0x12, scope.version)
        put_attributes(&buffer.out, 0x1A, getattr(scope, "attributes", None))
    return buffer.content()

# One pass over a payload: the whole grammar, and how many items it holds.
#
# `ACTIONS` says for each message and tag what to do; it is filled from `sonde.otlp.schema` when the module is loaded. The
# walk goes depth first in wire order, so the first error is the one at the lowest offset. It keeps no path; when a field
# fails, each level that returns adds its own step to the trail. `check` is long because what it inlines is its speed: the
# shape that nearly every attribute has is settled without a table, a call or a second look at its bytes.

cdef enum:
    WIDTH = 136             # tags below it have an action of their own: fields 1 to 16
    MESSAGES_MAX = 48
    TRAIL_MAX = 104
    DEPTH_MAX = 100
    GIL_BYTES = 32768       # releasing the GIL costs more than it gives below this size

# In this order: those without a length, those with one, those with a sub-message.
cdef enum Action:
    A_ZERO
    A_GROUP
    A_WIRE_TYPE
    A_VARINT
    A_FIXED64
    A_FIXED32
    A_LEN
    A_STRING
    A_ID16
    A_ID8
    A_PACKED_VARINT
    A_PACKED_FIXED64
    A_MESSAGE
    A_KEYVALUE
    A_ITEM
    A_DATA
    A_NESTED

cdef struct Step:
    const uint8_t* body     # where the message starts
    const uint8_t* at       # where the field starts
    uint32_t tag            # 0 when the tag itself is wrong
    int message

cdef struct Check:
    const uint8_t* where
    int64_t items
    int steps
    bint nested             # an AnyValue holds an array or a list
    Reason reason
    Step trail[TRAIL_MAX]

cdef uint16_t ACTIONS[MESSAGES_MAX * WIDTH]
cdef uint16_t UNKNOWN[8]
cdef int ROOT[3]


cdef void add_step(Check* c, int message, const uint8_t* body, const uint8_t* at, uint32_t tag) noexcept nogil:
    cdef Step* step
    if c.steps < TRAIL_MAX:
        step = &c.trail[c.steps]
        step.message = message
        step.body = body
        step.at = at
        step.tag = tag
        c.steps += 1


cdef inline bint is_plain_attribute(const uint8_t* p, const uint8_t* stop) noexcept nogil:
    """Whether a KeyValue is of the shape that nearly all have: a short ASCII key, then one short scalar value.

    False says nothing: the table-driven walk then looks. Tags and lengths below 128 are ASCII themselves, so one test
    covers key, value and what stands between them.
    """
    cdef const uint8_t* value
    cdef Py_ssize_t size = stop - p
    if size < 4 or p[0] != 0x0A or p[1] >= 0x80 or size < p[1] + 6:
        return False
    value = p + 2 + p[1]
    if value[0] != 0x12 or value[1] != stop - value - 2:
        return False
    if value[2] == 0x0A:
        return value[3] < 0x80 and value[3] == stop - value - 4 and is_ascii(p, stop)
    if value[2] == 0x18:
        if value[1] == 2:
            if value[3] >= 0x80:
                return False
        elif value[1] != 3 or value[3] < 0x80 or value[4] >= 0x80:
            return False
    elif value[2] == 0x10:
        if value[1] != 2 or value[3] >= 0x80:
            return False
    elif value[2] != 0x21 or value[1] != 9:
        return False
    return is_ascii(p, value)


cdef inline const uint8_t* skip_plain_attributes(const uint8_t* p, const uint8_t* end, uint32_t tag) noexcept nogil:
    """Past neighbouring attributes that hold at a glance."""
    while (
        end - p >= 2 and p[0] == tag and p[1] < 0x80 and p[1] <= end - p - 2 and is_plain_attribute(p + 2, p + 2 + p[1])
    ):
        p += 2 + p[1]
    return p


cdef Reason check_packed_varints(const uint8_t* p, const uint8_t* stop) noexcept nogil:
    cdef uint64_t value
    cdef Reason why = OK
    while p < stop:
        p = read_varint(p, stop, &value, &why)
        if p == NULL:
            return why
    return OK


cdef Reason check_bytes(Check* c, int action, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    """The content of a length-delimited field that is no message."""
    if action == A_STRING:
        p = bad_utf8(p, stop)
        if p == NULL:
            return OK
        c.where = p
        return UTF8
    if action == A_ID16:
        return OK if stop - p == 16 or stop == p else ID16
    if action == A_ID8:
        return OK if stop - p == 8 or stop == p else ID8
    if action == A_PACKED_VARINT:
        return check_packed_varints(p, stop)
    if action == A_PACKED_FIXED64:
        return OK if (stop - p) & 7 == 0 else PACKED
    return OK


cdef const uint8_t* check_number(int action, const uint8_t* p, const uint8_t* end, Reason* why) noexcept nogil:
    """Skip a field without a length; NULL and why where there is nothing to skip."""
    cdef uint64_t value
    if action == A_VARINT:
        return read_varint(p, end, &value, why)
    if action == A_FIXED64 or action == A_FIXED32:
        if end - p >= (8 if action == A_FIXED64 else 4):
            return p + (8 if action == A_FIXED64 else 4)
        why[0] = FIXED_CUT
    elif action == A_ZERO:
        why[0] = FIELD_ZERO
    elif action == A_GROUP:
        why[0] = GROUP
    else:
        why[0] = WIRE_TYPE
    return NULL


cdef Reason check(Check* c, const uint8_t* p, const uint8_t* end, int message, int depth) noexcept nogil:
    cdef const uint8_t* body = p
    cdef const uint8_t* at = p
    cdef const uint8_t* stop
    cdef int64_t before = c.items
    cdef uint32_t tag = 0, data = 0
    cdef int entry, action
    cdef Reason why = OK
    while p < end:
        at = p
        tag = p[0]
        if tag < 0x80:
            p += 1
        else:
            tag = 0
            p = read_tag(p, end, &tag, &why)
            if p == NULL:
                break
        entry = ACTIONS[message * WIDTH + tag] if tag < WIDTH else UNKNOWN[tag & 7]
        action = entry & 0xFF
        if action < A_LEN:
            if action == A_FIXED64 and end - p >= 8:
                p += 8
            elif action == A_VARINT and p < end and p[0] < 0x80:
                p += 1
            else:
                p = check_number(action, p, end, &why)
                if p == NULL:
                    break
            continue
        if action == A_KEYVALUE and depth + 2 <= DEPTH_MAX:
            stop = skip_plain_attributes(at, end, tag)
            if stop != at:
                p = stop
                continue
        if p < end and p[0] < 0x80 and p[0] < end - p:
            stop = p + 1 + p[0]
            p += 1
        else:
            p = read_length(p, end, &stop, &why)
            if p == NULL:
                break
        if action < A_MESSAGE:
            if (action == A_STRING and is_ascii(p, stop)) or (action == A_ID16 and stop - p == 16):
                p = stop
                continue
            why = check_bytes(c, action, p, stop)
            if why != OK:
                break
        else:
            if depth >= DEPTH_MAX:
                why = DEPTH
                break
            if action == A_ITEM:
                c.items += 1
            elif action == A_NESTED:
                c.nested = True
            elif action == A_DATA and data != tag:
                # The last field of a oneof wins: points of an earlier kind are not there.
                c.items = before
                data = tag
            if check(c, p, stop, entry >> 8, depth + 1) != OK:
                add_step(c, message, body, at, tag)
                return c.reason
        p = stop
    if why == OK:
        return OK
    c.reason = why
    if why != UTF8:
        c.where = at
    add_step(c, message, body, at, 0 if why == TAG_CUT or why == TAG_LONG or why == FIELD_ZERO else tag)
    return why


cdef int count_before(const uint8_t* p, const uint8_t* at, uint32_t tag) noexcept nogil:
    """How many fields with this tag lie between `p` and `at`."""
    cdef Field field
    cdef Reason why
    cdef int count = 0
    while p < at:
        p = read_field(p, at, &field, &why)
        if p == NULL:
            break
        if field.tag == tag:
            count += 1
    return count


cdef str step_name(Step* step):
    number = step.tag >> 3
    field = _FIELDS[step.message].get(number)
    if field is None:
        return f"#{number}"
    if field.repeated and field.kind in ("message", "string"):
        return f"{field.name}[{count_before(step.body, step.at, step.tag)}]"
    return field.name


cdef object refusal(Check* c, const uint8_t* start):
    """The error that a failed check stands for."""
    path = ".".join([step_name(&c.trail[i]) for i in range(c.steps - 1, -1, -1) if c.trail[i].tag])
    return MalformedError(REASONS[<int>c.reason - 1], c.where - start, path)


cdef Reason run_check(Check* c, int signal, const uint8_t* start, size_t size) noexcept nogil:
    c.items = 0
    c.steps = 0
    c.nested = False
    c.reason = OK
    return check(c, start, start + size, ROOT[signal], 0)


cdef int check_payload(Check* c, int signal, Payload payload) except -1:
    """The whole check, with the GIL released where that pays; raises what it finds."""
    cdef Reason why
    if payload.size > GIL_BYTES:
        with nogil:
            why = run_check(c, signal, payload.start, payload.size)
    else:
        why = run_check(c, signal, payload.start, payload.size)
    if why != OK:
        raise refusal(c, payload.start)
    return 0


_FIELDS = []
_ACTION = {
    "varint": A_VARINT, "fixed64": A_FIXED64, "fixed32": A_FIXED32, "string": A_STRING,
    "bytes": A_LEN, "id16": A_ID16, "id8": A_ID8, "message": A_MESSAGE,
}
_WIRE_TYPE = {"varint": 0, "fixed64": 1, "fixed32": 5}
_ITEMS = {"spans", "log_records", "data_points"}


cdef int action_of(str message, object field):
    if message == "AnyValue" and field.kind == "message":
        return A_NESTED
    if message == "Metric" and field.oneof:
        return A_DATA
    if field.message == "KeyValue":
        return A_KEYVALUE
    if field.name in _ITEMS:
        return A_ITEM
    return _ACTION[field.kind]


cdef void fill_actions():
    cdef int tag, index
    cdef list names = list(MESSAGES)
    UNKNOWN[:] = [A_VARINT, A_FIXED64, A_LEN, A_GROUP, A_GROUP, A_FIXED32, A_WIRE_TYPE, A_WIRE_TYPE]
    assert len(names) <= MESSAGES_MAX and DEPTH_LIMIT == DEPTH_MAX
    for index, name in enumerate(names):
        _FIELDS.append(MESSAGES[name])
        for tag in range(WIDTH):
            ACTIONS[index * WIDTH + tag] = A_ZERO if tag < 8 else UNKNOWN[tag & 7]
        for number, field in MESSAGES[name].items():
            tag = number << 3 | _WIRE_TYPE.get(field.kind, 2)
            assert tag < WIDTH
            sub = names.index(field.message) if field.message else 0
            ACTIONS[index * WIDTH + tag] = action_of(name, field) | sub << 8
            if field.repeated and field.kind == "varint":
                ACTIONS[index * WIDTH + (number << 3 | 2)] = A_PACKED_VARINT
            elif field.repeated and field.kind == "fixed64":
                ACTIONS[index * WIDTH + (number << 3 | 2)] = A_PACKED_FIXED64
    for index in range(3):
        ROOT[index] = names.index(ROOTS[index])


fill_actions()

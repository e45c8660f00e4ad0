# Arrays and lists of attributes and log bodies as JSON text in place of their messages; everything else as it was.

cdef extern from "Python.h":
    char* PyOS_double_to_string(double value, char code, int precision, int flags, int* kind) except NULL
    enum: Py_DTSF_ADD_DOT_0

cdef const char* HEX = b"0123456789abcdef"
cdef const char* BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
cdef int ANY_VALUE = list(MESSAGES).index("AnyValue")


cdef void put_text(Output* out, const char* text) noexcept nogil:
    put(out, text, strlen(text))


cdef void json_string(Output* out, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    """A JSON string as `json.dumps(..., ensure_ascii=False)` writes it."""
    cdef const uint8_t* clean = p
    cdef uint8_t byte
    cdef char escape
    put_byte(out, c'"')
    while p < stop:
        byte = p[0]
        if byte >= 0x20 and byte != c'"' and byte != c'\\':
            p += 1
            continue
        put(out, clean, p - clean)
        p += 1
        clean = p
        escape = 0
        if byte == c'"' or byte == c'\\':
            escape = byte
        elif byte == c'\n':
            escape = c'n'
        elif byte == c'\t':
            escape = c't'
        elif byte == c'\r':
            escape = c'r'
        elif byte == c'\b':
            escape = c'b'
        elif byte == c'\f':
            escape = c'f'
        put_byte(out, c'\\')
        if escape:
            put_byte(out, escape)
        else:
            put(out, b"u00", 3)
            put_byte(out, HEX[byte >> 4])
            put_byte(out, HEX[byte & 15])
    put(out, clean, stop - clean)
    put_byte(out, c'"')


cdef void json_base64(Output* out, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    cdef uint32_t bits
    cdef int left
    cdef char quad[4]
    put_byte(out, c'"')
    while p < stop:
        left = <int>min(stop - p, 3)
        bits = <uint32_t>p[0] << 16
        if left > 1:
            bits |= <uint32_t>p[1] << 8
        if left > 2:
            bits |= p[2]
        quad[0] = BASE64[bits >> 18]
        quad[1] = BASE64[bits >> 12 & 63]
        quad[2] = BASE64[bits >> 6 & 63] if left > 1 else c'='
        quad[3] = BASE64[bits & 63] if left > 2 else c'='
        put(out, quad, 4)
        p += left
    put_byte(out, c'"')


cdef void json_int(Output* out, int64_t value) noexcept nogil:
    cdef char digits[24]
    cdef int at = 24
    cdef uint64_t left = <uint64_t>value
    if value < 0:
        left = 0 - left
    while True:
        at -= 1
        digits[at] = <char>(c'0' + left % 10)
        left //= 10
        if left == 0:
            break
    if value < 0:
        at -= 1
        digits[at] = c'-'
    put(out, digits + at, 24 - at)


cdef bint json_finite(Output* out, double value) noexcept with gil:
    """The shortest digits that read back as the same number, as Python's `repr` finds them."""
    cdef char* text
    try:
        text = PyOS_double_to_string(value, c'r', 0, Py_DTSF_ADD_DOT_0, NULL)
    except MemoryError:
        out.failed = True
        return False
    put_text(out, text)
    PyMem_Free(text)
    return True


cdef void json_double(Output* out, uint64_t bits) noexcept nogil:
    cdef double value
    memcpy(&value, &bits, 8)
    if isnan(value):
        put_text(out, b'"NaN"')
    elif not isfinite(value):
        put_text(out, b'"Infinity"' if value > 0 else b'"-Infinity"')
    else:
        json_finite(out, value)


cdef void json_member(Output* out, const Field* item, int depth) noexcept nogil:
    """One `"key":value` of an object; a key that is repeated in its KeyValue counts as it stands last."""
    cdef Walk walk = walk_one(item.body, item.stop)
    cdef Field field
    cdef const uint8_t* key = item.stop
    cdef const uint8_t* key_stop = item.stop
    while walk_next(&walk, &field):
        if field.tag == KEY_TAG:
            key = field.body
            key_stop = field.stop
    json_string(out, key, key_stop)
    put_byte(out, c':')
    json_value(out, walk_pieces(item.body, item.stop, VALUE_TAG), depth)


cdef void json_elements(Output* out, Walk walk, uint32_t tag, int depth) noexcept nogil:
    """An array or an object, whose pieces are the fields `tag` of the value that `walk` stands in."""
    cdef Walk piece
    cdef Field field
    cdef bint first = True
    put_byte(out, c'[' if tag == ARRAY_TAG else c'{')
    while walk_next(&walk, &field):
        if field.tag != tag:
            continue
        piece = walk_one(field.body, field.stop)
        while walk_next(&piece, &field):
            if field.tag != ELEMENT_TAG:
                continue
            if not first:
                put_byte(out, c',')
            first = False
            if tag == ARRAY_TAG:
                json_value(out, walk_one(field.body, field.stop), depth)
            else:
                json_member(out, &field, depth)
    put_byte(out, c']' if tag == ARRAY_TAG else c'}')


cdef void json_value(Output* out, Walk walk, int depth) noexcept nogil:
    cdef Field field
    cdef uint32_t tag = effective(&walk, &field)
    if depth > DEPTH_MAX:
        out.failed = True       # only a payload that changed since it was checked comes here
    elif tag == STRING_TAG:
        json_string(out, field.body, field.stop)
    elif tag == BOOL_TAG:
        put_text(out, b"true" if field.value else b"false")
    elif tag == INT_TAG:
        json_int(out, <int64_t>field.value)
    elif tag == DOUBLE_TAG:
        json_double(out, field.value)
    elif tag == BYTES_TAG:
        json_base64(out, field.body, field.stop)
    elif tag == ARRAY_TAG or tag == KVLIST_TAG:
        json_elements(out, walk, tag, depth + 1)
    else:
        put_text(out, b"null")


cdef bint has_nested(Walk walk) noexcept nogil:
    cdef Field field
    while walk_next(&walk, &field):
        if field.tag == ARRAY_TAG or field.tag == KVLIST_TAG:
            return True
    return False


cdef void put_value(Output* out, uint32_t holder_tag, Walk walk) noexcept nogil:
    """The merged value as one AnyValue field `holder_tag`: nested ones as text, others as their own last bytes."""
    cdef Field field
    cdef size_t guess = walk.outer_end - walk.outer + (walk.end - walk.p)
    cdef size_t body, text
    cdef uint32_t tag = effective(&walk, &field)
    body = open_field(out, holder_tag, guess)
    if tag == ARRAY_TAG or tag == KVLIST_TAG:
        text = open_field(out, tag, guess)
        json_elements(out, walk, tag, 0)
        close_field(out, text, guess)
    elif tag:
        put(out, field.at, field.stop - field.at)
    close_field(out, body, guess)


cdef void flatten_attribute(Output* out, const Field* item) noexcept nogil:
    cdef Walk walk = walk_pieces(item.body, item.stop, VALUE_TAG)
    cdef Field field, key
    cdef size_t body, guess = item.stop - item.body
    if not has_nested(walk):
        put(out, item.at, item.stop - item.at)
        return
    key.at = NULL
    walk = walk_one(item.body, item.stop)
    while walk_next(&walk, &field):
        if field.tag == KEY_TAG:
            key = field
    body = open_field(out, item.tag, guess)
    if key.at != NULL:
        put(out, key.at, key.stop - key.at)
    put_value(out, VALUE_TAG, walk_pieces(item.body, item.stop, VALUE_TAG))
    close_field(out, body, guess)


cdef void flatten_body(Output* out, const Field* item, const uint8_t* p, const uint8_t* end, int* state) noexcept nogil:
    """A log record's body; where it is nested, its pieces become one, in the place of the first.

    `state` is 0 before the first piece, then 1 where all stay as they are, 2 where the first stands for all.
    """
    if state[0] == 0:
        state[0] = 2 if has_nested(walk_pieces(p, end, item.tag)) else 1
        if state[0] == 2:
            put_value(out, item.tag, walk_pieces(p, end, item.tag))
    if state[0] == 1:
        put(out, item.at, item.stop - item.at)


cdef void flatten_message(Output* out, const uint8_t* p, const uint8_t* end, int message, int depth) noexcept nogil:
    cdef const uint8_t* start = p
    cdef Field field
    cdef Reason why
    cdef size_t body
    cdef int entry, action
    cdef int body_state = 0
    while p < end:
        p = read_field(p, end, &field, &why)
        if p == NULL or depth > DEPTH_MAX:
            out.failed = True
            return
        entry = ACTIONS[message * WIDTH + field.tag] if field.tag < WIDTH else UNKNOWN[field.tag & 7]
        action = entry & 0xFF
        if action == A_KEYVALUE:
            flatten_attribute(out, &field)
        elif action < A_MESSAGE:
            put(out, field.at, field.stop - field.at)
        elif entry >> 8 == ANY_VALUE:
            flatten_body(out, &field, start, end, &body_state)
        else:
            body = open_field(out, field.tag, field.stop - field.body)
            flatten_message(out, field.body, field.stop, entry >> 8, depth + 1)
            close_field(out, body, field.stop - field.body)


def flatten(int signal, payload):
    """See `sonde.otlp.wire.flatten`."""
    cdef Check c
    cdef Payload held = Payload(payload)
    cdef Output out
    signal_of(signal)
    check_payload(&c, signal, held)
    if not c.nested:
        return payload
    memset(&out, 0, sizeof(Output))
    with nogil:
        flatten_message(&out, held.start, held.start + held.size, ROOT[signal], 0)
    return take(&out)

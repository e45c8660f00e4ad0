# The bytes themselves: tags, varints, fields, UTF-8, and an output buffer. Nothing here knows OTLP, nothing needs the
# GIL, and every reader checks its end before each byte that it takes.

cdef enum:
    TAG_BYTES = 5
    LENGTH_BYTES = 5
    VARINT_BYTES = 10

cdef enum:
    LEN = 2

cdef enum Reason:
    OK
    TAG_CUT
    TAG_LONG
    FIELD_ZERO
    GROUP
    WIRE_TYPE
    VARINT_CUT
    VARINT_LONG
    FIXED_CUT
    LENGTH_CUT
    LENGTH_LONG
    LENGTH_PAST
    PACKED
    UTF8
    ID16
    ID8
    DEPTH

cdef struct Field:
    const uint8_t* at       # its tag
    const uint8_t* body     # what follows the tag, and the length if it has one
    const uint8_t* stop     # the byte after it
    uint64_t value          # of a varint, or of a fixed number
    uint32_t tag

cdef struct Output:
    uint8_t* data
    size_t size
    size_t room
    bint failed             # no memory: the content is then useless


cdef inline uint64_t load64(const uint8_t* p) noexcept nogil:
    cdef uint64_t word
    memcpy(&word, p, 8)
    return word


cdef inline uint32_t load32(const uint8_t* p) noexcept nogil:
    cdef uint32_t word
    memcpy(&word, p, 4)
    return word


cdef inline uint32_t little32(const uint8_t* p) noexcept nogil:
    """A little-endian number, whatever this machine's byte order is; compilers make one load of it."""
    return p[0] | <uint32_t>p[1] << 8 | <uint32_t>p[2] << 16 | <uint32_t>p[3] << 24


cdef inline uint64_t little64(const uint8_t* p) noexcept nogil:
    return (
        <uint64_t>p[0] | <uint64_t>p[1] << 8 | <uint64_t>p[2] << 16 | <uint64_t>p[3] << 24
        | <uint64_t>p[4] << 32 | <uint64_t>p[5] << 40 | <uint64_t>p[6] << 48 | <uint64_t>p[7] << 56
    )


cdef const uint8_t* read_tag(const uint8_t* p, const uint8_t* end, uint32_t* tag, Reason* why) noexcept nogil:
    cdef uint64_t value = 0
    cdef uint8_t byte
    cdef int i
    for i in range(TAG_BYTES):
        if p >= end:
            why[0] = TAG_CUT
            return NULL
        byte = p[0]
        value |= <uint64_t>(byte & 0x7F) << (7 * i)
        p += 1
        if byte < 0x80:
            if value > 0xFFFFFFFFu:
                break
            tag[0] = <uint32_t>value
            return p
    why[0] = TAG_LONG
    return NULL


cdef const uint8_t* read_length(
    const uint8_t* p, const uint8_t* end, const uint8_t** stop, Reason* why
) noexcept nogil:
    """The body's start, or NULL; `stop` is the body's end, never past `end`."""
    cdef uint64_t value = 0
    cdef uint8_t byte
    cdef int i
    for i in range(LENGTH_BYTES):
        if p >= end:
            why[0] = LENGTH_CUT
            return NULL
        byte = p[0]
        value |= <uint64_t>(byte & 0x7F) << (7 * i)
        p += 1
        if byte < 0x80:
            if value > <uint64_t>(end - p):
                why[0] = LENGTH_PAST
                return NULL
            stop[0] = p + value
            return p
    why[0] = LENGTH_LONG
    return NULL


cdef const uint8_t* read_varint(const uint8_t* p, const uint8_t* end, uint64_t* value, Reason* why) noexcept nogil:
    cdef uint64_t total = 0
    cdef uint8_t byte
    cdef int i
    for i in range(VARINT_BYTES):
        if p >= end:
            why[0] = VARINT_CUT
            return NULL
        byte = p[0]
        total |= <uint64_t>(byte & 0x7F) << (7 * i)
        p += 1
        if byte < 0x80:
            value[0] = total
            return p
    why[0] = VARINT_LONG
    return NULL


cdef const uint8_t* read_field(const uint8_t* p, const uint8_t* end, Field* field, Reason* why) noexcept nogil:
    """The field at `p`; returns the byte after it, or NULL and why."""
    cdef uint32_t tag
    cdef int kind
    field.at = p
    if p < end and p[0] < 0x80:
        tag = p[0]
        p += 1
    else:
        p = read_tag(p, end, &tag, why)
        if p == NULL:
            return NULL
    field.tag = tag
    field.body = p
    kind = tag & 7
    if tag < 8:
        why[0] = FIELD_ZERO
        return NULL
    if kind == 2:
        if p < end and p[0] < 0x80 and p[0] < end - p:
            field.body = p + 1
            field.stop = p + 1 + p[0]
        else:
            field.body = read_length(p, end, &field.stop, why)
            if field.body == NULL:
                return NULL
        return field.stop
    if kind == 0:
        p = read_varint(p, end, &field.value, why)
    elif kind == 1 or kind == 5:
        if end - p < (8 if kind == 1 else 4):
            why[0] = FIXED_CUT
            return NULL
        field.value = little64(p) if kind == 1 else little32(p)
        p += 8 if kind == 1 else 4
    else:
        why[0] = GROUP if kind < 5 else WIRE_TYPE
        return NULL
    field.stop = p
    return p


cdef inline const uint8_t* next_field(const uint8_t* p, const uint8_t* end, Field* field) noexcept nogil:
    """`read_field` with the commonest fields in line: one-byte tags, short lengths, small varints, fixed numbers."""
    cdef Reason why
    cdef Py_ssize_t left = end - p
    if left >= 2 and 8 <= p[0] < 0x80:
        field.at = p
        field.tag = p[0]
        if field.tag & 7 == 2:
            if p[1] < 0x80 and p[1] <= left - 2:
                field.body = p + 2
                field.stop = p + 2 + p[1]
                return field.stop
        elif field.tag & 7 == 0:
            if p[1] < 0x80:
                field.value = p[1]
                field.body = p + 1
                field.stop = p + 2
                return field.stop
        elif field.tag & 7 == 1 and left >= 9:
            field.value = little64(p + 1)
            field.body = p + 1
            field.stop = p + 9
            return field.stop
    return read_field(p, end, field, &why)


cdef inline bint is_ascii(const uint8_t* p, const uint8_t* stop) noexcept nogil:
    """Whether no byte of `p..stop` has its high bit set; the last loads overlap, so that there is no tail."""
    cdef size_t n = stop - p
    while n > 32:
        if (load64(p) | load64(p + 8) | load64(p + 16) | load64(p + 24)) & 0x8080808080808080u:
            return False
        p += 32
        n -= 32
    if n >= 16:
        return not ((load64(p) | load64(p + 8) | load64(stop - 16) | load64(stop - 8)) & 0x8080808080808080u)
    if n >= 8:
        return not ((load64(p) | load64(stop - 8)) & 0x8080808080808080u)
    if n >= 4:
        return not ((load32(p) | load32(stop - 4)) & 0x80808080u)
    return n == 0 or (p[0] | p[n >> 1] | p[n - 1]) < 0x80


cdef const uint8_t* bad_utf8(const uint8_t* p, const uint8_t* stop) noexcept nogil:
    """Where the first sequence starts that is not UTF-8 (Unicode 15, table 3-7), or NULL."""
    cdef uint8_t lead, low, high
    cdef int more
    while p < stop:
        lead = p[0]
        if lead < 0x80:
            if stop - p >= 8 and not (load64(p) & 0x8080808080808080u):
                p += 8
            else:
                p += 1
            continue
        low, high = 0x80, 0xBF
        if 0xC2 <= lead <= 0xDF:
            more = 1
        elif 0xE0 <= lead <= 0xEF:
            more = 2
            if lead == 0xE0:
                low = 0xA0
            elif lead == 0xED:
                high = 0x9F
        elif 0xF0 <= lead <= 0xF4:
            more = 3
            if lead == 0xF0:
                low = 0x90
            elif lead == 0xF4:
                high = 0x8F
        else:
            return p
        if stop - p <= more or p[1] < low or p[1] > high:
            return p
        if more >= 2 and p[2] & 0xC0 != 0x80:
            return p
        if more == 3 and p[3] & 0xC0 != 0x80:
            return p
        p += more + 1
    return NULL


cdef bint reserve(Output* out, size_t more) noexcept nogil:
    cdef size_t room
    cdef uint8_t* data
    if out.failed:
        return False
    if out.room - out.size >= more:
        return True
    room = max(out.size + more, out.room + (out.room >> 1) + 64)
    data = <uint8_t*>realloc(out.data, room)
    if data == NULL:
        out.failed = True
        return False
    out.data = data
    out.room = room
    return True


cdef inline void put(Output* out, const void* source, size_t size) noexcept nogil:
    if size and reserve(out, size):
        memcpy(out.data + out.size, source, size)
        out.size += size


cdef inline void put_byte(Output* out, uint8_t byte) noexcept nogil:
    if reserve(out, 1):
        out.data[out.size] = byte
        out.size += 1


cdef inline int varint_size(uint64_t value) noexcept nogil:
    cdef int size = 1
    while value >= 0x80:
        value >>= 7
        size += 1
    return size


cdef void write_varint(uint8_t* p, uint64_t value) noexcept nogil:
    while value >= 0x80:
        p[0] = <uint8_t>(value | 0x80)
        value >>= 7
        p += 1
    p[0] = <uint8_t>value


cdef void put_varint(Output* out, uint64_t value) noexcept nogil:
    cdef int size = varint_size(value)
    if reserve(out, size):
        write_varint(out.data + out.size, value)
        out.size += size


cdef size_t open_field(Output* out, uint32_t tag, size_t guess) noexcept nogil:
    """Start a length-delimited field of about `guess` bytes; returns where its body starts, for `close_field`."""
    put_varint(out, tag)
    put_varint(out, guess)
    return out.size


cdef void close_field(Output* out, size_t body, size_t guess) noexcept nogil:
    """Write the length of the body that starts at `body`; moves the body when the guess had another width."""
    cdef size_t size
    cdef int had = varint_size(guess), need
    if out.failed:
        return
    size = out.size - body
    need = varint_size(size)
    if need != had:
        if need > had and not reserve(out, need - had):
            return
        memmove(out.data + body + need - had, out.data + body, size)
        out.size += need - had
    write_varint(out.data + body - had, size)

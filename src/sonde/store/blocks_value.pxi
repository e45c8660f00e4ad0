# Attributes into map columns, and the catalogue: which keys there are, of which types, with a few values each.

cdef enum:
    EMPTY
    STRING
    BOOL
    INT
    DOUBLE
    ARRAY
    KVLIST
    BYTES
    KINDS

cdef const char* KIND_NAMES[KINDS]
KIND_NAMES[EMPTY], KIND_NAMES[STRING], KIND_NAMES[BOOL], KIND_NAMES[INT] = b"empty", b"string", b"bool", b"int"
KIND_NAMES[DOUBLE], KIND_NAMES[ARRAY], KIND_NAMES[KVLIST], KIND_NAMES[BYTES] = b"double", b"array", b"kvlist", b"bytes"

cdef const char* KIND_LETTERS = b"esbidakx"

cdef enum:
    SAMPLES = 8             # distinct values that are kept of a key
    SAMPLE_BYTES = 120
    TRIES = 64              # values that are looked at for them

cdef struct Value:
    int kind
    const uint8_t* p        # of strings, bytes and nested values
    const uint8_t* stop
    uint64_t bits           # of numbers

cdef struct Sighting:       # of one key with one type
    uint64_t count
    uint32_t tries
    uint32_t samples
    uint64_t at[SAMPLES]    # where its texts are in the column's data
    uint32_t size[SAMPLES]

cdef struct Catalogue:
    Sighting* cells         # key index * KINDS + kind
    uint32_t keys           # how many keys there is room for

cdef enum:
    GUESSES = 32

cdef struct Attributes:     # where one level's attributes go
    Column* texts
    Column* kinds
    Output letters          # of the row at hand
    bint plain              # all of them are strings
    Catalogue* seen         # NULL for those that are not in the catalogue (events, links, exemplars)
    uint64_t weight         # records that each attribute stands for
    uint32_t guesses[GUESSES]   # the keys of the record before, by place: records of one kind carry the same ones
    uint32_t place

cdef struct Fragment:       # map entries that many rows share
    Output data
    Output index
    Output kinds            # the letters, as a String value
    uint64_t entries

cdef const char* HEX = b"0123456789abcdef"
cdef const char* BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


cdef inline void read_value(const uint8_t* p, const uint8_t* end, Value* value) noexcept nogil:
    """The member of an AnyValue that counts: the last one. Goes on from what `value` is, for values in several pieces."""
    cdef Field field
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag == 0x0A:
            value.kind = STRING
        elif field.tag == 0x10:
            value.kind = BOOL
        elif field.tag == 0x18:
            value.kind = INT
        elif field.tag == 0x21:
            value.kind = DOUBLE
        elif field.tag == 0x2A:
            value.kind = ARRAY
        elif field.tag == 0x32:
            value.kind = KVLIST
        elif field.tag == 0x3A:
            value.kind = BYTES
        else:
            continue
        value.p = field.body
        value.stop = field.stop
        value.bits = field.value


cdef void put_base64(Output* out, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    cdef size_t size = <size_t>(stop - p + 2) // 3 * 4
    cdef uint32_t group
    cdef uint8_t* to
    if not reserve(out, size + 10):
        return
    put_varint(out, size)
    to = out.data + out.size
    while p < stop:
        group = p[0] << 16 | (p[1] << 8 if stop - p > 1 else 0) | (p[2] if stop - p > 2 else 0)
        to[0] = BASE64[group >> 18]
        to[1] = BASE64[group >> 12 & 63]
        to[2] = BASE64[group >> 6 & 63] if stop - p > 1 else 61
        to[3] = BASE64[group & 63] if stop - p > 2 else 61
        to += 4
        p += 3
    out.size += size


cdef void put_value_text(Output* out, const Value* value) noexcept nogil:
    """A value as the tables have it: length and text."""
    cdef uint8_t text[32]
    if value.kind == STRING or value.kind == ARRAY or value.kind == KVLIST:
        put_text(out, value.p, value.stop - value.p)
    elif value.kind == INT:
        put_text(out, text, int_text(<int64_t>value.bits, text))
    elif value.kind == DOUBLE:
        put_text(out, text, double_text(value.bits, text))
    elif value.kind == BOOL:
        if value.bits:
            put_text(out, <const uint8_t*>b"true", 4)
        else:
            put_text(out, <const uint8_t*>b"false", 5)
    elif value.kind == BYTES:
        put_base64(out, value.p, value.stop)
    else:
        put_byte(out, 0)


cdef inline uint32_t guessed(Attributes* to, const uint8_t* key, size_t size) noexcept nogil:
    """The key's place in the dictionary; mostly the one that stood here in the record before."""
    cdef Dictionary* d = &to.texts.keys
    cdef uint32_t place = to.place
    cdef uint32_t index
    cdef size_t length
    cdef const uint8_t* text
    to.place = place + 1
    if place >= GUESSES:
        return key_index(d, key, size)
    index = to.guesses[place]
    if index and index < d.count:
        text = key_text(d, index, &length)
        if length == size and memcmp(text, key, size) == 0:
            return index
    index = key_index(d, key, size)
    to.guesses[place] = index
    return index


cdef void put_attribute(Attributes* to, const uint8_t* p, const uint8_t* end) noexcept nogil:
    """One KeyValue as one entry of the row's map, and as a letter of its kinds."""
    cdef Field field
    cdef Value value
    cdef const uint8_t* key = p
    cdef size_t key_size = 0
    cdef uint32_t index
    cdef size_t text_at = to.texts.data.size
    value.kind = EMPTY
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x0A:
            key = field.body
            key_size = field.stop - field.body
        elif field.tag == 0x12:
            read_value(field.body, field.stop, &value)
    index = guessed(to, key, key_size)
    put32(&to.texts.index, index)
    put_value_text(&to.texts.data, &value)
    to.texts.entries += 1
    put_byte(&to.letters, KIND_LETTERS[value.kind])
    if value.kind != STRING:
        to.plain = False
    if to.seen != NULL:
        note(to, index, value.kind, text_at)


cdef inline void begin_row(Attributes* to) noexcept nogil:
    to.place = 0
    to.plain = True
    to.letters.size = 0


cdef inline void end_row(Attributes* to) noexcept nogil:
    """This row's map and kinds are complete."""
    put64(&to.texts.offsets, to.texts.entries)
    if to.plain:
        put_byte(&to.kinds.data, 0)
    else:
        put_text(&to.kinds.data, to.letters.data, to.letters.size)
    if to.letters.failed:
        to.kinds.data.failed = True


cdef void note(Attributes* to, uint32_t key, int kind, size_t text_at) noexcept nogil:
    cdef Catalogue* seen = to.seen
    cdef Sighting* cell
    cdef Sighting* cells
    cdef uint32_t room, i
    cdef const uint8_t* data = to.texts.data.data
    cdef size_t size
    if to.texts.data.failed or to.texts.keys.keys.failed:
        return
    if key >= seen.keys:
        room = max(64, key * 2 + 1)
        cells = <Sighting*>realloc(seen.cells, room * KINDS * sizeof(Sighting))
        if cells == NULL:
            to.texts.data.failed = True
            return
        memset(cells + seen.keys * KINDS, 0, (room - seen.keys) * KINDS * sizeof(Sighting))
        seen.cells = cells
        seen.keys = room
    cell = &seen.cells[key * KINDS + kind]
    cell.count += to.weight
    if cell.samples == SAMPLES or cell.tries == TRIES:
        return
    cell.tries += 1
    while data[text_at] >= 0x80:        # past the length
        text_at += 1
    text_at += 1
    size = to.texts.data.size - text_at
    if size > SAMPLE_BYTES:
        return
    for i in range(cell.samples):
        if cell.size[i] == size and memcmp(data + cell.at[i], data + text_at, size) == 0:
            return
    cell.at[cell.samples] = text_at
    cell.size[cell.samples] = <uint32_t>size
    cell.samples += 1


cdef list sightings(str level, Column* texts, Catalogue* seen):
    """The catalogue of one level as tuples (level, key, type, count, values)."""
    cdef uint32_t key, i
    cdef int kind
    cdef Sighting* cell
    cdef size_t size
    cdef const uint8_t* text
    found = []
    for key in range(min(seen.keys, texts.keys.count)):
        for kind in range(KINDS):
            cell = &seen.cells[key * KINDS + kind]
            if not cell.count:
                continue
            text = key_text(&texts.keys, key, &size)
            values = [texts.data.data[cell.at[i] : cell.at[i] + cell.size[i]] for i in range(cell.samples)]
            found.append((level, text[:size].decode("utf-8", "replace"), KIND_NAMES[kind].decode(), cell.count, [value.decode("utf-8", "replace") for value in values]))
    return found


cdef inline void put_hex(Output* out, const uint8_t* p, size_t size) noexcept nogil:
    """An id in lower-case hex."""
    cdef size_t i
    cdef uint8_t* to
    if not reserve(out, 2 * size + 10):
        return
    put_varint(out, 2 * size)
    to = out.data + out.size
    for i in range(size):
        to[2 * i] = HEX[p[i] >> 4]
        to[2 * i + 1] = HEX[p[i] & 15]
    out.size += 2 * size


cdef inline uint64_t clamped(uint64_t time_ns) noexcept nogil:
    """A time as DateTime64(9) can hold it: until 2262, where the nanoseconds leave an Int64."""
    return time_ns if time_ns < 0x7FFFFFFFFFFFFFFFu else 0x7FFFFFFFFFFFFFFFu


cdef inline uint8_t off_clock(uint64_t time_ns, uint64_t segment_ns) noexcept nogil:
    """Whether a record's time is more than 30 days before its segment's, or more than a day after it."""
    return time_ns + 2592000000000000u < segment_ns or time_ns > segment_ns + 86400000000000u


cdef void cut_fragment(Fragment* fragment, Attributes* to, const size_t* before) noexcept nogil:
    """Move what `put_attribute` has added since `before` into the fragment."""
    fragment.data.size = fragment.index.size = fragment.kinds.size = 0
    fragment.entries = to.texts.entries - before[2]
    if fragment.entries:
        put(&fragment.data, to.texts.data.data + before[0], to.texts.data.size - before[0])
        put(&fragment.index, to.texts.index.data + before[1], to.texts.index.size - before[1])
    put_text(&fragment.kinds, to.letters.data, 0 if to.plain else to.letters.size)
    if to.texts.data.failed or to.texts.index.failed or to.letters.failed:
        fragment.data.failed = True
    to.texts.data.size = before[0]      # the first row puts the same bytes there again, so that samples find them
    to.texts.index.size = before[1]
    to.texts.entries = before[2]


cdef inline void mark(Attributes* to, size_t* before) noexcept nogil:
    before[0] = to.texts.data.size
    before[1] = to.texts.index.size
    before[2] = to.texts.entries


cdef inline void put_fragment(const Fragment* fragment, Column* texts, Column* kinds) noexcept nogil:
    """One row's map and kinds from the shared entries."""
    append(&texts.data, &fragment.data)
    append(&texts.index, &fragment.index)
    append(&kinds.data, &fragment.kinds)
    texts.entries += fragment.entries
    put64(&texts.offsets, texts.entries)


cdef void free_fragment(Fragment* fragment) noexcept nogil:
    free(fragment.data.data)
    free(fragment.index.data)
    free(fragment.kinds.data)

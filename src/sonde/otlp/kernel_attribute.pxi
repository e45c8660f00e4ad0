# A typed column for one attribute key, read from the payload on demand.

cdef struct Cells:
    uint8_t* kind
    int64_t* ints
    double* floats
    uint32_t* offset
    uint32_t* length

cdef struct Key:
    const uint8_t* text
    size_t size
    uint64_t head           # its first 8 bytes, if it has so many


cdef class Ranges:
    """Where the messages of one level lie: two columns of offsets, held, and compared with the payload's size."""

    cdef Payload starts
    cdef Payload stops
    cdef const uint32_t* start
    cdef const uint32_t* stop
    cdef size_t rows

    def __cinit__(self, start, stop, size_t size):
        cdef size_t i
        self.starts = Payload(start)
        self.stops = Payload(stop)
        self.start = <const uint32_t*>self.starts.start
        self.stop = <const uint32_t*>self.stops.start
        self.rows = self.starts.size // 4
        if self.stops.size != self.starts.size:
            raise ValueError("columns of different lengths")
        for i in range(self.rows):
            if self.start[i] > self.stop[i] or self.stop[i] > size:
                raise ValueError("columns of another payload")


cdef class NewCells:
    """An attribute column in the making."""

    cdef Column kind, ints, floats, offset, length
    cdef Cells cells

    def __cinit__(self, size_t rows):
        self.kind = column(b"B", rows)
        self.ints = column(b"q", rows)
        self.floats = column(b"d", rows)
        self.offset = column(b"I", rows)
        self.length = column(b"I", rows)
        self.cells.kind = <uint8_t*>self.kind.data
        self.cells.ints = <int64_t*>self.ints.data
        self.cells.floats = <double*>self.floats.data
        self.cells.offset = <uint32_t*>self.offset.data
        self.cells.length = <uint32_t*>self.length.data

    cdef object finish(self):
        return AttributeColumn(view(self.kind), view(self.ints), view(self.floats), view(self.offset), view(self.length))


cdef inline void fill_from(Cells* cells, size_t i, const Field* field, const uint8_t* base) noexcept nogil:
    """The member of an AnyValue that counts, from its field."""
    cells.kind[i] = <uint8_t>(field.tag >> 3)
    if field.tag == INT_TAG:
        cells.ints[i] = <int64_t>field.value
    elif field.tag == BOOL_TAG:
        cells.ints[i] = field.value != 0
    elif field.tag == DOUBLE_TAG:
        memcpy(&cells.floats[i], &field.value, 8)
    elif field.tag != STRINDEX_TAG:
        cells.offset[i] = <uint32_t>(field.body - base)
        cells.length[i] = <uint32_t>(field.stop - field.body)


cdef void fill_cell(Cells* cells, size_t i, Walk walk, const uint8_t* base) noexcept nogil:
    """The merged value that `walk` goes through."""
    cdef Field field
    if effective(&walk, &field):
        fill_from(cells, i, &field, base)
    else:
        cells.kind[i] = STRINDEX_TAG >> 3


cdef bint has_key(const Field* item, const Key* key) noexcept nogil:
    """Whether a KeyValue has this key, its last key field being the one that counts."""
    cdef Walk walk = walk_one(item.body, item.stop)
    cdef Field field
    cdef bint same = key.size == 0
    while walk_next(&walk, &field):
        if field.tag == KEY_TAG:
            same = <size_t>(field.stop - field.body) == key.size and memcmp(field.body, key.text, key.size) == 0
    return same


cdef inline bint take_attribute(Cells* cells, size_t i, const Field* item, const Key* key, const uint8_t* base) noexcept nogil:
    """Fill row `i` if this KeyValue is the one; the usual shape, one short key and one short value, is compared in place."""
    cdef const uint8_t* p = item.body
    cdef const uint8_t* value
    cdef Field only
    cdef Py_ssize_t size = item.stop - p
    if size >= 4 and p[0] == KEY_TAG and p[1] < 0x80 and size >= p[1] + 4:
        value = p + 2 + p[1]
        if value[0] == VALUE_TAG and value[1] < 0x80 and value[1] == item.stop - value - 2:
            if p[1] != key.size or memcmp(p + 2, key.text, key.size) != 0:
                return False
            if next_field(value + 2, item.stop, &only) == item.stop and is_value_tag(only.tag):
                fill_from(cells, i, &only, base)
            else:
                fill_cell(cells, i, walk_one(value + 2, item.stop), base)
            return True
    if not has_key(item, key):
        return False
    fill_cell(cells, i, walk_pieces(item.body, item.stop, VALUE_TAG), base)
    return True


cdef void find_attribute(Cells* cells, size_t i, Walk walk, uint32_t tag, const Key* key, const uint8_t* base) noexcept nogil:
    """The first of the attributes `tag` with this key in a message that may come in pieces."""
    cdef Field field
    while walk_next(&walk, &field):
        if field.tag == tag and take_attribute(cells, i, &field, key, base):
            return


cdef const uint8_t* find_in_run(
    Cells* cells, size_t i, const uint8_t* p, const uint8_t* end, uint32_t tag, const Key* key, const uint8_t* base
) noexcept nogil:
    """Go along neighbouring attributes of the usual shape; NULL when row `i` is filled, else where the run ends."""
    cdef Field item
    cdef Py_ssize_t size, text
    while end - p >= 6 and p[0] == tag and p[1] < 0x80 and p[1] <= end - p - 2:
        size = p[1]
        text = p[3]
        if size < text + 4 or p[2] != KEY_TAG or p[4 + text] != VALUE_TAG or p[5 + text] != size - text - 4:
            break
        if text == <Py_ssize_t>key.size and (text < 8 or load64(p + 4) == key.head):
            item.body = p + 2
            item.stop = p + 2 + size
            if take_attribute(cells, i, &item, key, base):
                return NULL
        p += 2 + size
    return p


cdef void find_in_record(
    Cells* cells, size_t i, const uint8_t* p, const uint8_t* end, uint32_t tag, const Key* key, const uint8_t* base
) noexcept nogil:
    cdef Field field
    while p < end:
        p = find_in_run(cells, i, p, end, tag, key, base)
        if p == NULL or p == end:
            return
        p = next_field(p, end, &field)
        if p == NULL or (field.tag == tag and take_attribute(cells, i, &field, key, base)):
            return


cdef void fill_records(
    Cells* cells, Ranges rows, uint32_t tag, const uint8_t* kinds, const Key* key, const uint8_t* base
) noexcept nogil:
    cdef size_t i
    for i in range(rows.rows):
        if kinds != NULL:
            tag = point_attribute_tag(kinds[i])
        find_in_record(cells, i, base + rows.start[i], base + rows.stop[i], tag, key, base)


cdef void fill_groups(Cells* cells, Ranges rows, uint32_t tag, const Key* key, const uint8_t* base) noexcept nogil:
    """For resources and scopes: field 1 of the group holds the message, its attributes are in field `tag`."""
    cdef size_t i
    for i in range(rows.rows):
        find_attribute(cells, i, walk_pieces(base + rows.start[i], base + rows.stop[i], 0x0A), tag, key, base)


def attribute(columns, str level, str key):
    """See `sonde.otlp.wire.attribute`."""
    cdef Payload held = Payload(columns.payload), kinds = None
    cdef const uint8_t* kind = NULL
    cdef bytes text = key.encode()
    cdef Key wanted
    cdef Ranges rows
    cdef NewCells made
    cdef uint32_t tag
    wanted.text = <const uint8_t*><char*>text
    wanted.size = len(text)
    wanted.head = load64(wanted.text) if wanted.size >= 8 else 0
    if level == "record":
        rows = Ranges(columns.attributes, columns.end, held.size)
        made = NewCells(rows.rows)
        if columns.signal == METRICS:
            kinds = Payload(columns.kind)
            if kinds.size != rows.rows:
                raise ValueError("columns of different lengths")
            kind = kinds.start
        tag = 0x4A if columns.signal == TRACES else 0x32
        with nogil:
            fill_records(&made.cells, rows, tag, kind, &wanted, held.start)
    elif level == "resource" or level == "scope":
        groups = columns.resources if level == "resource" else columns.scopes
        rows = Ranges(groups.start, groups.end, held.size)
        made = NewCells(rows.rows)
        tag = 0x0A if level == "resource" else 0x1A
        with nogil:
            fill_groups(&made.cells, rows, tag, &wanted, held.start)
    else:
        raise ValueError(f"no level is called {level!r}: resource, scope or record")
    return made.finish()


def body(columns):
    """See `sonde.otlp.wire.body`."""
    cdef Payload held = Payload(columns.payload)
    cdef Ranges rows = Ranges(columns.start, columns.end, held.size)
    cdef NewCells made = NewCells(rows.rows)
    cdef Field field
    cdef Walk walk
    cdef size_t i
    if columns.signal != LOGS:
        raise ValueError("only log records have a body")
    with nogil:
        for i in range(rows.rows):
            walk = walk_pieces(held.start + rows.start[i], held.start + rows.stop[i], 0x2A)
            fill_body(&made.cells, i, walk, held.start)
    return made.finish()


cdef void fill_body(Cells* cells, size_t i, Walk walk, const uint8_t* base) noexcept nogil:
    """As `fill_cell`, but a record without a body stays absent."""
    cdef Walk look = walk
    cdef Field field
    cdef Reason why
    cdef const uint8_t* p = look.outer
    while p < look.outer_end:
        p = read_field(p, look.outer_end, &field, &why)
        if p == NULL:
            return
        if field.tag == look.tag:
            fill_cell(cells, i, walk, base)
            return

# New payloads out of the old bytes.
#
# A group's message is its children (groups or records) and the rest: its resource or scope, its schema URL, whatever else it
# carries. The rest of every group is collected once; a new group is that rest, then the children that stay. So a piece
# costs what it writes. Of a metric the rest is two things, its own and that of its data (temporality and so on).

cdef enum:
    METRIC_LEVEL = 2
    DATA_REST = 3

cdef struct Rest:
    Output bytes            # all rests, one after the other
    Output ends             # for each group where its rest ends in `bytes`: an array of size_t

cdef struct Level:
    const uint32_t* start
    const uint32_t* stop
    const uint32_t* first   # row of the first child; one more entry than groups
    uint32_t rows

cdef struct Splice:
    const uint8_t* base
    const uint8_t* mask     # a byte a record; NULL where all of `low..high` stay
    const uint32_t* at
    const uint32_t* stop
    const uint8_t* metric_kind
    uint32_t rows
    uint32_t low
    uint32_t high
    int last                # the level whose children are records
    Level level[3]
    Rest rest[4]            # of resources, scopes, metrics, data
    Output out


cdef inline size_t rest_end(const Rest* rest, size_t row) noexcept nogil:
    return (<size_t*>rest.ends.data)[row]


cdef inline size_t rest_size(const Rest* rest, size_t row) noexcept nogil:
    return rest_end(rest, row) - (rest_end(rest, row - 1) if row else 0)


cdef inline void put_rest(Output* out, const Rest* rest, size_t row) noexcept nogil:
    put(out, rest.bytes.data + rest_end(rest, row) - rest_size(rest, row), rest_size(rest, row))


cdef inline void end_rest(Rest* rest) noexcept nogil:
    put(&rest.ends, &rest.bytes.size, sizeof(size_t))


cdef void collect_rest(Rest* rest, const uint8_t* p, const uint8_t* end, uint32_t child) noexcept nogil:
    """Add every field of a message but `child`."""
    cdef Field field
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag != child:
            put(&rest.bytes, field.at, field.stop - field.at)


cdef void collect_metric(Splice* s, const uint8_t* p, const uint8_t* end, size_t row) noexcept nogil:
    """A metric's own rest, and that of the data that counts: the last kind given, all its pieces."""
    cdef Rest* data = &s.rest[DATA_REST]
    cdef Field field
    cdef uint32_t tag = 0
    cdef size_t before = data.bytes.size
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if not is_data_tag(field.tag):
            put(&s.rest[METRIC_LEVEL].bytes, field.at, field.stop - field.at)
            continue
        if field.tag != tag:
            tag = field.tag
            data.bytes.size = before
        collect_rest(data, field.body, field.stop, 0x0A)
    end_rest(data)


cdef bint collect(Splice* s) noexcept nogil:
    """The rest of every group; False when there was no memory."""
    cdef int index
    cdef size_t row
    cdef const uint8_t* p
    cdef const uint8_t* end
    for index in range(s.last + 1):
        for row in range(s.level[index].rows):
            p = s.base + s.level[index].start[row]
            end = s.base + s.level[index].stop[row]
            if index == METRIC_LEVEL:
                collect_metric(s, p, end, row)
            else:
                collect_rest(&s.rest[index], p, end, 0x12)
            end_rest(&s.rest[index])
    for index in range(4):
        if s.rest[index].bytes.failed or s.rest[index].ends.failed:
            return False
    return True


cdef inline uint32_t first_record(const Splice* s, int index, uint32_t row) noexcept nogil:
    """The first record in or after a group."""
    while index <= s.last:
        row = s.level[index].first[row]
        index += 1
    return row


cdef uint32_t first_row(const Splice* s, int index, uint32_t row, uint32_t end) noexcept nogil:
    """The first group of `row..end` that reaches past record `low`."""
    cdef uint32_t middle
    while row < end:
        middle = row + (end - row) // 2
        if first_record(s, index, middle + 1) > s.low:
            end = middle
        else:
            row = middle + 1
    return row


cdef bint put_records(Splice* s, uint32_t row, uint32_t end) noexcept nogil:
    """The records of `row..end` that stay; neighbours are copied together. True if there is one."""
    cdef uint32_t start = 0, stop = 0
    cdef bint kept = False
    row = max(row, s.low)
    end = min(end, s.high)
    while row < end:
        if s.mask == NULL or s.mask[row]:
            if s.at[row] != stop or not kept:
                put(&s.out, s.base + start, stop - start)
                start = s.at[row]
            stop = s.stop[row]
            kept = True
        row += 1
    put(&s.out, s.base + start, stop - start)
    return kept


cdef bint put_groups(Splice* s, int index, uint32_t row, uint32_t end) noexcept nogil:
    """The groups of `row..end` that keep a record. True if there is one."""
    cdef bint kept = False
    row = first_row(s, index, row, end)
    while row < end and first_record(s, index, row) < s.high:
        kept |= put_group(s, index, row)
        row += 1
    return kept


cdef bint put_group(Splice* s, int index, uint32_t row) noexcept nogil:
    """One group; nothing is written when it would be empty."""
    cdef size_t before = s.out.size, inner = 0
    cdef size_t guess = s.level[index].stop[row] - s.level[index].start[row]
    cdef size_t start = open_field(&s.out, 0x0A if index == 0 else 0x12, guess)
    cdef uint32_t child = s.level[index].first[row], end = s.level[index].first[row + 1]
    cdef bint kept
    put_rest(&s.out, &s.rest[index], row)
    if index == METRIC_LEVEL:
        inner = open_field(&s.out, s.metric_kind[row] << 3 | LEN, guess)
        put_rest(&s.out, &s.rest[DATA_REST], row)
    kept = put_records(s, child, end) if index == s.last else put_groups(s, index + 1, child, end)
    if not kept:
        s.out.size = before
        return False
    if index == METRIC_LEVEL:
        close_field(&s.out, inner, guess)
    close_field(&s.out, start, guess)
    return True


cdef class Splicer:
    """The columns of a payload, held and checked: whatever they say, no offset leads outside."""

    cdef Splice s
    cdef list held
    cdef Payload payload

    def __cinit__(self, columns):
        cdef Ranges rows
        cdef Payload kinds
        self.held = []
        self.payload = Payload(columns.payload)
        self.s.base = self.payload.start
        rows = self.ranges(columns.at, columns.end)
        self.s.at = rows.start
        self.s.stop = rows.stop
        self.s.rows = rows.rows
        self.s.high = rows.rows
        self.s.last = 2 if columns.signal == METRICS else 1
        below = rows.rows
        if self.s.last == METRIC_LEVEL:
            kinds = self.buffer(columns.metric_kind, len(columns.metrics.start))
            self.s.metric_kind = kinds.start
            below = self.add_level(2, columns.metrics, below)
        below = self.add_level(1, columns.scopes, below)
        self.add_level(0, columns.resources, below)

    def __dealloc__(self):
        cdef int index
        free(self.s.out.data)
        for index in range(4):
            free(self.s.rest[index].bytes.data)
            free(self.s.rest[index].ends.data)

    cdef Ranges ranges(self, object start, object stop):
        cdef Ranges one = Ranges(start, stop, self.payload.size)
        self.held.append(one)
        return one

    cdef Payload buffer(self, object source, size_t size):
        cdef Payload one = Payload(source)
        if one.size != size:
            raise ValueError("columns of different lengths")
        self.held.append(one)
        return one

    cdef object add_level(self, int index, object groups, size_t below):
        """Hold one level, `below` being how many rows the next one has; returns how many this one has."""
        cdef Ranges rows = self.ranges(groups.start, groups.end)
        cdef Payload firsts = self.buffer(groups.first, 4 * (rows.rows + 1))
        cdef const uint32_t* first = <const uint32_t*>firsts.start
        cdef size_t i
        for i in range(rows.rows):
            if first[i] > first[i + 1]:
                raise ValueError("columns out of order")
        if first[0] != 0 or first[rows.rows] != below:
            raise ValueError("columns of different lengths")
        self.s.level[index].start = rows.start
        self.s.level[index].stop = rows.stop
        self.s.level[index].first = first
        self.s.level[index].rows = rows.rows
        return rows.rows

    cdef int prepare(self) except -1:
        cdef bint collected
        with nogil:
            collected = collect(&self.s)
        if not collected:
            raise MemoryError
        return 0

    cdef bytes piece(self, uint32_t low, uint32_t high):
        """A payload of the records `low..high`."""
        self.s.low = low
        self.s.high = high
        self.s.out.size = 0
        if self.payload.size > GIL_BYTES:
            with nogil:
                put_groups(&self.s, 0, 0, self.s.level[0].rows)
        else:
            put_groups(&self.s, 0, 0, self.s.level[0].rows)
        if self.s.out.failed:
            raise MemoryError
        return PyBytes_FromStringAndSize(<char*>self.s.out.data, self.s.out.size)


def select(columns, mask):
    """See `sonde.otlp.wire.select`."""
    cdef Payload stays = Payload(mask)
    cdef Splicer splicer
    cdef size_t i, kept = 0
    if stays.size != <size_t>columns.count:
        raise ValueError(f"a mask of {stays.size} bytes for {columns.count} records")
    for i in range(stays.size):
        kept += stays.start[i] != 0
    if kept == stays.size and kept:
        return bytes(columns.payload)
    if kept == 0:
        return b""
    splicer = Splicer(columns)
    splicer.s.mask = stays.start
    splicer.prepare()
    return splicer.piece(0, splicer.s.rows)

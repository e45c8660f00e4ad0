# Where to cut a payload so that no piece has too many records or bytes; and which records belong to one trace.

cdef struct Tally:
    # The size of a piece in the making.
    uint64_t closed         # groups by resource that are complete
    uint64_t body[3]        # the open group of each level: its rest and its complete children
    uint32_t row[3]
    uint32_t records


cdef inline uint64_t field_size(uint64_t body) noexcept nogil:
    """Of a field with a one-byte tag and a length."""
    return 1 + varint_size(body) + body


cdef inline uint64_t group_size(const Splice* s, int index, uint32_t row, uint64_t body) noexcept nogil:
    if index == METRIC_LEVEL:
        body = rest_size(&s.rest[METRIC_LEVEL], row) + field_size(body)
    return field_size(body)


cdef uint64_t tally_size(const Splice* s, const Tally* t) noexcept nogil:
    cdef uint64_t size = 0
    cdef int index = s.last
    while index >= 0:
        size = group_size(s, index, t.row[index], t.body[index] + size)
        index -= 1
    return t.closed + size


cdef void open_rows(const Splice* s, Tally* t, int index) noexcept nogil:
    """Start the groups at hand from level `index` downward."""
    while index <= s.last:
        t.body[index] = rest_size(&s.rest[DATA_REST if index == METRIC_LEVEL else index], t.row[index])
        index += 1


cdef void tally_start(const Splice* s, Tally* t) noexcept nogil:
    t.closed = 0
    t.records = 0
    open_rows(s, t, 0)


cdef void tally_add(const Splice* s, Tally* t, uint32_t record) noexcept nogil:
    """Count one more record, and close the groups that it is not in."""
    cdef uint32_t rows[3]
    cdef uint32_t below = record
    cdef int index = s.last, changed = s.last + 1
    while index >= 0:
        rows[index] = t.row[index]
        while s.level[index].first[rows[index] + 1] <= below:
            rows[index] += 1
        below = rows[index]
        if rows[index] != t.row[index]:
            changed = index
        index -= 1
    if changed <= s.last:
        index = s.last
        while index >= changed:
            if index == 0:
                t.closed += group_size(s, 0, t.row[0], t.body[0]) if t.records else 0
            elif t.records:
                t.body[index - 1] += group_size(s, index, t.row[index], t.body[index])
            index -= 1
        for index in range(changed, s.last + 1):
            t.row[index] = rows[index]
        open_rows(s, t, changed)
    t.body[s.last] += s.stop[record] - s.at[record]
    t.records += 1


cdef void find_cuts(const Splice* s, uint64_t max_items, uint64_t max_bytes, Output* cuts) noexcept nogil:
    """The first record of every piece but the first, as an array of uint32; as many records as fit go into each."""
    cdef Tally t, tried
    cdef uint32_t record
    memset(&t, 0, sizeof(Tally))
    tally_start(s, &t)
    for record in range(s.rows):
        tried = t
        tally_add(s, &tried, record)
        if t.records and ((max_items and tried.records > max_items) or (max_bytes and tally_size(s, &tried) > max_bytes)):
            put(cuts, &record, 4)
            tally_start(s, &t)
            tried = t
            tally_add(s, &tried, record)
        t = tried


def split(int signal, payload, *, int64_t max_items=0, int64_t max_bytes=0, bint checked=False):
    """See `sonde.otlp.wire.split`."""
    cdef Splicer splicer
    cdef Output cuts
    cdef size_t i
    columns = scan(signal, payload, checked)
    if max_items < 0 or max_bytes < 0:
        raise ValueError("a limit is 0 for none, or positive")
    if columns.count == 0:
        return []
    if (max_items == 0 or columns.count <= max_items) and (max_bytes == 0 or memoryview(payload).nbytes <= max_bytes):
        return [bytes(payload)]
    splicer = Splicer(columns)
    splicer.prepare()
    memset(&cuts, 0, sizeof(Output))
    try:
        with nogil:
            find_cuts(&splicer.s, max_items, max_bytes, &cuts)
        if cuts.failed:
            raise MemoryError
        edges = [0, *[(<uint32_t*>cuts.data)[i] for i in range(cuts.size // 4)], columns.count]
    finally:
        free(cuts.data)
    return [splicer.piece(low, high) for low, high in zip(edges, edges[1:])]


cdef uint64_t SEED = int.from_bytes(urandom(8), "little")


cdef inline uint64_t mix(uint64_t high, uint64_t low) noexcept nogil:
    """A hash of an id that a sender cannot aim at: seeded in each process; the finalizer of MurmurHash3."""
    cdef uint64_t h = high ^ SEED
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDu
    h ^= low + 0x9E3779B97F4A7C15u
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDu
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53u
    return h ^ (h >> 33)


cdef uint32_t number_traces(const uint8_t* ids, size_t rows, uint32_t* group, uint32_t* table, size_t mask, uint32_t* heads) noexcept nogil:
    """Number the traces by first appearance; `table` holds numbers plus one, `heads` each trace's first record."""
    cdef uint32_t count = 0
    cdef size_t i, slot
    for i in range(rows):
        slot = mix(load64(ids + 16 * i), load64(ids + 16 * i + 8)) & mask
        while table[slot] and memcmp(ids + 16 * <size_t>heads[table[slot] - 1], ids + 16 * i, 16) != 0:
            slot = (slot + 1) & mask
        if table[slot] == 0:
            heads[count] = <uint32_t>i
            count += 1
            table[slot] = count
        group[i] = table[slot] - 1
    return count


cdef void order_traces(const uint32_t* group, size_t rows, uint32_t* order, uint32_t* first, size_t count) noexcept nogil:
    """A counting sort of the records by trace; `first` has `count + 1` zeros and becomes each trace's start."""
    cdef size_t i
    for i in range(rows):
        first[group[i] + 1] += 1
    for i in range(count):
        first[i + 1] += first[i]
    for i in range(rows):
        order[first[group[i]]] = <uint32_t>i
        first[group[i]] += 1
    i = count
    while i > 0:
        first[i] = first[i - 1]
        i -= 1
    first[0] = 0


def group_by_trace(columns):
    """See `sonde.otlp.wire.group_by_trace`."""
    cdef Payload ids
    cdef size_t rows, slots = 8
    cdef Column group, table, heads, order, first
    cdef uint32_t count
    if columns.signal == METRICS:
        raise ValueError("data points have no trace id")
    ids = Payload(columns.trace_id)
    rows = ids.size // 16
    while slots < 2 * rows:
        slots *= 2
    group, table, heads, order = column(b"I", rows), column(b"I", slots), column(b"I", rows), column(b"I", rows)
    with nogil:
        count = number_traces(
            ids.start, rows, <uint32_t*>group.data, <uint32_t*>table.data, slots - 1, <uint32_t*>heads.data
        )
    first = column(b"I", count + 1)
    with nogil:
        order_traces(<uint32_t*>group.data, rows, <uint32_t*>order.data, <uint32_t*>first.data, count)
    return TraceGroups(count, view(group), view(order), view(first))

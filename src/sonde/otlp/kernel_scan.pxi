# The index of a payload. A first pass finds the records and the groups they are in, by skipping; a second reads the fields
# of each record into columns.

cdef enum:
    TRACES = 0
    METRICS = 1
    LOGS = 2

cdef struct Group:
    uint32_t start
    uint32_t stop
    uint32_t first          # row, in the level below
    uint32_t tag            # of a metric: the field of its kind; 0 for none

cdef struct Record:
    uint32_t at
    uint32_t start
    uint32_t stop
    uint32_t resource
    uint32_t scope
    uint32_t metric

cdef struct Index:
    const uint8_t* base
    const uint8_t* bad      # where a field was not whole
    int signal
    Output groups[3]        # resources, scopes, metrics: arrays of Group
    Output records          # array of Record


cdef class Column:
    """A column's memory, read-only outside."""

    cdef char* data
    cdef const char* format
    cdef Py_ssize_t shape[1]
    cdef Py_ssize_t strides[1]

    def __dealloc__(self):
        free(self.data)

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        if flags & PyBUF_WRITABLE == PyBUF_WRITABLE:
            raise BufferError("a column is read-only")
        buffer.buf = self.data
        buffer.obj = self
        buffer.len = self.shape[0] * self.strides[0]
        buffer.itemsize = self.strides[0]
        buffer.readonly = 1
        buffer.ndim = 1
        buffer.format = <char*>self.format
        buffer.shape = self.shape
        buffer.strides = self.strides
        buffer.suboffsets = NULL
        buffer.internal = NULL


cdef Column column(const char* format, size_t rows):
    """A column of zeros."""
    cdef Column made = Column()
    cdef char code = format[0]
    made.format = format
    made.shape[0] = rows
    made.strides[0] = 1 if code == c'B' else 4 if code == c'I' or code == c'i' else 8
    made.data = <char*>calloc(max(rows, 1), made.strides[0])
    if made.data == NULL:
        raise MemoryError
    return made


cdef inline object view(Column made):
    return PyMemoryView_FromObject(made)


cdef inline uint32_t rows_of(const Output* groups) noexcept nogil:
    return <uint32_t>(groups.size // sizeof(Group))


cdef uint32_t records_of(const Index* x) noexcept nogil:
    return <uint32_t>(x.records.size // sizeof(Record))


cdef void add_group(Index* x, int level, const Field* field) noexcept nogil:
    cdef Group group
    group.start = <uint32_t>(field.body - x.base)
    group.stop = <uint32_t>(field.stop - x.base)
    group.tag = 0
    if level == 2 or (level == 1 and x.signal != METRICS):
        group.first = records_of(x)
    else:
        group.first = rows_of(&x.groups[level + 1])
    put(&x.groups[level], &group, sizeof(Group))


cdef inline void add_record(Index* x, const Field* field) noexcept nogil:
    cdef Record record
    record.at = <uint32_t>(field.at - x.base)
    record.start = <uint32_t>(field.body - x.base)
    record.stop = <uint32_t>(field.stop - x.base)
    record.resource = rows_of(&x.groups[0]) - 1
    record.scope = rows_of(&x.groups[1]) - 1
    record.metric = rows_of(&x.groups[2]) - 1
    put(&x.records, &record, sizeof(Record))


cdef inline bint is_data_tag(uint32_t tag) noexcept nogil:
    """Whether a field of a Metric is a member of its oneof `data`."""
    return tag == 0x2A or tag == 0x3A or tag == 0x4A or tag == 0x52 or tag == 0x5A


cdef bint gather_points(Index* x, const uint8_t* p, const uint8_t* end) noexcept nogil:
    """The points of the last metric added; those of an earlier kind are taken back when another kind follows."""
    cdef Field field, point
    cdef const uint8_t* q
    cdef size_t before = x.records.size
    cdef uint32_t tag = 0
    while p < end:
        x.bad = p
        p = next_field(p, end, &field)
        if p == NULL:
            return False
        if not is_data_tag(field.tag):
            continue
        if field.tag != tag:
            tag = field.tag
            x.records.size = before
        q = field.body
        while q < field.stop:
            x.bad = q
            q = next_field(q, field.stop, &point)
            if q == NULL:
                return False
            if point.tag == 0x0A:
                add_record(x, &point)
    if not x.groups[2].failed:
        (<Group*>(x.groups[2].data + x.groups[2].size - sizeof(Group))).tag = tag
    return True


cdef bint gather(Index* x, const uint8_t* p, const uint8_t* end, int level) noexcept nogil:
    """Add the groups of `level` in a message, and what is in them; False where a field is not whole."""
    cdef Field field
    cdef uint32_t tag = 0x0A if level == 0 else 0x12
    while p < end:
        x.bad = p
        p = next_field(p, end, &field)
        if p == NULL:
            return False
        if field.tag != tag:
            continue
        if level == 2 and x.signal != METRICS:
            add_record(x, &field)
            continue
        add_group(x, level, &field)
        if not (gather_points(x, field.body, field.stop) if level == 2 else gather(x, field.body, field.stop, level + 1)):
            return False
    return True


cdef struct Rows:
    # Where the columns lie; those that a signal does not have stay NULL.
    uint32_t* at
    uint32_t* start
    uint32_t* stop
    uint32_t* resource
    uint32_t* scope
    uint32_t* metric
    uint32_t* attributes
    uint32_t* flags
    uint32_t* name_offset
    uint32_t* name_length
    uint8_t* trace_id
    uint8_t* span_id
    uint8_t* parent_span_id
    uint64_t* first_time        # start of a span or point, time of a log record
    uint64_t* second_time       # end of a span, time of a point, observed time of a log record
    int32_t* kind
    int32_t* status
    uint8_t* metric_kind


cdef inline void fill_id(uint8_t* row, const Field* field, int size) noexcept nogil:
    if field.stop - field.body == size:
        memcpy(row, field.body, size)
    else:
        memset(row, 0, size)


cdef inline void fill_name(Rows* rows, size_t i, const Field* field, const uint8_t* base) noexcept nogil:
    rows.name_offset[i] = <uint32_t>(field.body - base)
    rows.name_length[i] = <uint32_t>(field.stop - field.body)


cdef inline void note_attribute(Rows* rows, size_t i, const Field* field, const uint8_t* base) noexcept nogil:
    """Remember where the first attribute is; `fill_rows` has set the record's end."""
    if rows.attributes[i] == rows.stop[i]:
        rows.attributes[i] = <uint32_t>(field.at - base)


cdef inline const uint8_t* skip_run(const uint8_t* p, const uint8_t* end, uint8_t tag) noexcept nogil:
    """Past neighbouring short fields with the same tag, as attributes are."""
    while end - p >= 2 and p[0] == tag and p[1] < 0x80 and p[1] <= end - p - 2:
        p += 2 + p[1]
    return p


cdef inline uint32_t point_attribute_tag(uint32_t kind) noexcept nogil:
    """The tag of the attributes of a data point of a metric of this kind."""
    return 0x4A if kind == 9 else 0x0A if kind == 10 else 0x3A


cdef void fill_status(Rows* rows, size_t i, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef Field field
    while p != NULL and p < end:
        p = next_field(p, end, &field)
        if p != NULL and field.tag == 0x18:
            rows.status[i] = <int32_t>field.value


cdef void fill_span(Rows* rows, size_t i, const uint8_t* p, const uint8_t* end, const uint8_t* base) noexcept nogil:
    cdef Field field
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag == 0x4A:
            note_attribute(rows, i, &field, base)
            p = skip_run(p, end, 0x4A)
        elif field.tag == 0x0A:
            fill_id(rows.trace_id + 16 * i, &field, 16)
        elif field.tag == 0x12:
            fill_id(rows.span_id + 8 * i, &field, 8)
        elif field.tag == 0x22:
            fill_id(rows.parent_span_id + 8 * i, &field, 8)
        elif field.tag == 0x2A:
            fill_name(rows, i, &field, base)
        elif field.tag == 0x30:
            rows.kind[i] = <int32_t>field.value
        elif field.tag == 0x39:
            rows.first_time[i] = field.value
        elif field.tag == 0x41:
            rows.second_time[i] = field.value
        elif field.tag == 0x7A:
            fill_status(rows, i, field.body, field.stop)
        elif field.tag == 0x85:
            rows.flags[i] = <uint32_t>field.value


cdef void fill_log(Rows* rows, size_t i, const uint8_t* p, const uint8_t* end, const uint8_t* base) noexcept nogil:
    cdef Field field
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag == 0x32:
            note_attribute(rows, i, &field, base)
            p = skip_run(p, end, 0x32)
        elif field.tag == 0x09:
            rows.first_time[i] = field.value
        elif field.tag == 0x59:
            rows.second_time[i] = field.value
        elif field.tag == 0x10:
            rows.kind[i] = <int32_t>field.value
        elif field.tag == 0x45:
            rows.flags[i] = <uint32_t>field.value
        elif field.tag == 0x4A:
            fill_id(rows.trace_id + 16 * i, &field, 16)
        elif field.tag == 0x52:
            fill_id(rows.span_id + 8 * i, &field, 8)
        elif field.tag == 0x62:
            fill_name(rows, i, &field, base)


cdef void fill_point(Rows* rows, size_t i, const uint8_t* p, const uint8_t* end, const uint8_t* base) noexcept nogil:
    cdef Field field
    cdef uint32_t kind = rows.metric_kind[i]
    cdef uint32_t attribute_tag = point_attribute_tag(kind)
    cdef uint32_t flags_tag = 0x50 if kind == 9 or kind == 10 else 0x40
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag == attribute_tag:
            note_attribute(rows, i, &field, base)
        elif field.tag == 0x11:
            rows.first_time[i] = field.value
        elif field.tag == 0x19:
            rows.second_time[i] = field.value
        elif field.tag == flags_tag:
            rows.flags[i] = <uint32_t>field.value


cdef void fill_metric_name(Rows* rows, const Group* group, size_t i, const uint8_t* base) noexcept nogil:
    """The metric's name into the rows of its points, `i` being the first of them."""
    cdef const uint8_t* p = base + group.start
    cdef Field field
    while p < base + group.stop:
        p = next_field(p, base + group.stop, &field)
        if p == NULL:
            return
        if field.tag == 0x0A:
            fill_name(rows, i, &field, base)


cdef void fill_metric_row(Rows* rows, Index* x, size_t i, const Record* record) noexcept nogil:
    cdef const Group* group = <const Group*>x.groups[2].data + record.metric
    rows.metric[i] = record.metric
    rows.metric_kind[i] = <uint8_t>(group.tag >> 3)
    if i == group.first:
        fill_metric_name(rows, group, i, x.base)
    else:
        rows.name_offset[i] = rows.name_offset[i - 1]
        rows.name_length[i] = rows.name_length[i - 1]
    fill_point(rows, i, x.base + record.start, x.base + record.stop, x.base)


cdef void fill_rows(Rows* rows, Index* x) noexcept nogil:
    cdef const Record* record = <const Record*>x.records.data
    cdef size_t i
    for i in range(records_of(x)):
        rows.at[i] = record.at
        rows.start[i] = record.start
        rows.stop[i] = record.stop
        rows.attributes[i] = record.stop
        rows.resource[i] = record.resource
        rows.scope[i] = record.scope
        if x.signal == TRACES:
            fill_span(rows, i, x.base + record.start, x.base + record.stop, x.base)
        elif x.signal == LOGS:
            fill_log(rows, i, x.base + record.start, x.base + record.stop, x.base)
        else:
            fill_metric_row(rows, x, i, record)
        record += 1

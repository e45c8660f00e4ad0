# The walk over a request of metrics: resource, scope, metric, and the points of whichever kind the metric is.
#
# A metric's data is a oneof, and of its members the last counts: other members that came before it are not read. Several
# pieces of the same member merge, as protobuf has it.

ctypedef void (*PointReader)(Table*, const Metric*, const uint8_t*, const uint8_t*) noexcept nogil

cdef uint32_t DATA_TAGS[TABLES]
DATA_TAGS[0], DATA_TAGS[1], DATA_TAGS[2], DATA_TAGS[3], DATA_TAGS[4] = 0x2A, 0x3A, 0x4A, 0x52, 0x5A

cdef PointReader READERS[TABLES]
READERS[GAUGE] = read_number_point
READERS[SUM] = read_number_point
READERS[HISTOGRAM] = read_histogram_point
READERS[EXPONENTIAL] = read_exponential_point
READERS[SUMMARY] = read_summary_point


cdef int table_of(uint32_t tag) noexcept nogil:
    cdef int i
    for i in range(TABLES):
        if DATA_TAGS[i] == tag:
            return i
    return -1


cdef int read_head(Metric* metric, const uint8_t** data_from) noexcept nogil:
    """Everything of a metric but its points; returns its table, or -1, and from where its data counts."""
    cdef Field field
    cdef const uint8_t* p = metric.p
    cdef int table = -1, found
    while p < metric.end:
        p = next_field(p, metric.end, &field)
        if p == NULL:
            break
        if field.tag == 0x0A:
            metric.name = text_of(&field)
        elif field.tag == 0x12:
            metric.description = text_of(&field)
        elif field.tag == 0x1A:
            metric.unit = text_of(&field)
        else:
            found = table_of(field.tag)
            if found >= 0 and found != table:
                table = found
                data_from[0] = field.at
    return table


cdef void read_traits(Metric* metric, const uint8_t* p, uint32_t data_tag) noexcept nogil:
    """Temporality and monotonicity, which may stand after the points or in another piece."""
    cdef Field field, inner
    cdef const uint8_t* q
    while p < metric.end:
        p = next_field(p, metric.end, &field)
        if p == NULL:
            return
        if field.tag != data_tag:
            continue
        q = field.body
        while q < field.stop:
            q = next_field(q, field.stop, &inner)
            if q == NULL:
                break
            if inner.tag == 0x10:
                metric.temporality = <uint32_t>inner.value
            elif inner.tag == 0x18:
                metric.monotonic = inner.value != 0


cdef uint64_t count_points(const uint8_t* p, const uint8_t* end, int kind) noexcept nogil:
    """How many points of one kind the metrics of a scope group have."""
    cdef Field field
    cdef Metric metric
    cdef const uint8_t* data
    cdef uint64_t n = 0
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag != 0x12:
            continue
        data = metric.p = field.body
        metric.end = field.stop
        if read_head(&metric, &data) == kind:
            n += count_inner(data, field.stop, DATA_TAGS[kind], 0x0A)
    return n


cdef uint64_t count_group(const uint8_t* p, const uint8_t* end, int kind) noexcept nogil:
    """The same of a resource group."""
    cdef Field field
    cdef uint64_t n = 0
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x12:
            n += count_points(field.body, field.stop, kind)
    return n


cdef void own(Tables* tables, int kind, const Metric* metric) noexcept nogil:
    """Make the table's owner the one that the walk is in."""
    cdef Table* table = &tables.table[kind]
    if table.group != tables.group_number:
        table.walker.resource.weight = count_group(tables.group.body, tables.group.stop, kind)
        read_resource(&table.walker, tables.group.body, tables.group.stop)
        table.group = tables.group_number
    if table.scope != tables.scope_number:
        table.walker.scope.weight = count_points(tables.scope.body, tables.scope.stop, kind)
        read_scope(&table.walker, tables.scope.body, tables.scope.stop)
        table.scope = tables.scope_number
    if table.metric != tables.metric_number:
        read_metadata(table, metric)
        table.metric = tables.metric_number


cdef void read_metric(Tables* tables, const uint8_t* start, const uint8_t* end) noexcept nogil:
    cdef Metric metric
    cdef Table* table
    cdef Field field, point
    cdef const uint8_t* p = start
    cdef const uint8_t* q
    cdef int kind
    memset(&metric, 0, sizeof(Metric))
    metric.p = start
    metric.end = end
    kind = read_head(&metric, &p)
    if kind < 0:
        return
    table = &tables.table[kind]
    tables.metric_number += 1
    read_traits(&metric, p, DATA_TAGS[kind])
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            return
        if field.tag != DATA_TAGS[kind]:
            continue
        q = field.body
        while q < field.stop:
            q = next_field(q, field.stop, &point)
            if q == NULL:
                break
            if point.tag == 0x0A:
                own(tables, kind, &metric)
                READERS[kind](table, &metric, point.body, point.stop)


cdef void walk_metrics(Tables* tables, const uint8_t* p, const uint8_t* end) noexcept nogil:
    cdef const uint8_t* q
    cdef const uint8_t* r
    cdef Field metric
    while p < end:
        p = next_field(p, end, &tables.group)
        if p == NULL:
            return
        if tables.group.tag != 0x0A:
            continue
        tables.group_number += 1
        q = tables.group.body
        while q < tables.group.stop:
            q = next_field(q, tables.group.stop, &tables.scope)
            if q == NULL:
                break
            if tables.scope.tag != 0x12:
                continue
            tables.scope_number += 1
            r = tables.scope.body
            while r < tables.scope.stop:
                r = next_field(r, tables.scope.stop, &metric)
                if r == NULL:
                    break
                if metric.tag == 0x12:
                    read_metric(tables, metric.body, metric.stop)


cdef void begin_table(Table* table, Block block, uint64_t segment_ns):
    cdef Column* c = block.columns
    cdef Walker* walker = &table.walker
    block.clear()
    walker.columns = c
    walker.service, walker.resource_url, walker.scope_url = &c[M_SERVICE], &c[M_RESOURCE_URL], &c[M_SCOPE_URL]
    walker.owner.segment_ns = segment_ns
    walker.resource = attributes_to(&c[M_RESOURCE], &c[M_RESOURCE_KINDS], &walker.seen_resource)
    walker.scope = attributes_to(&c[M_SCOPE_ATTRIBUTES], &c[M_SCOPE_KINDS], &walker.seen_scope)
    walker.record = attributes_to(&c[M_ATTRIBUTES], &c[M_KINDS], &walker.seen_record)
    table.meta = attributes_to(&c[M_METADATA], &c[M_METADATA_KINDS], NULL)
    table.outers = block.outers
    names = [name for name, _ in block.fields]
    if "Exemplars.FilteredAttributes" in names:
        table.exemplar = names.index("Exemplars.FilteredAttributes")
        walker.event = attributes_to(&c[table.exemplar + E_ATTRIBUTES], &c[table.exemplar + E_KINDS], NULL)


cdef tuple metric_blocks(list made, Payload held, uint64_t segment_ns):
    cdef Tables tables
    cdef Table* table
    cdef Block block
    cdef int i
    memset(&tables, 0, sizeof(Tables))
    found = {}
    catalogue = []
    try:
        for i in range(TABLES):
            begin_table(&tables.table[i], made[i], segment_ns)
        with nogil:
            walk_metrics(&tables, held.start, held.end)
        for i in range(TABLES):
            table = &tables.table[i]
            block = made[i]
            block.rows = table.walker.rows
            if block.rows:
                found[METRIC_TABLES[i][0]] = block.native()
                catalogue += sightings("resource", &block.columns[M_RESOURCE], &table.walker.seen_resource)
                catalogue += sightings("scope", &block.columns[M_SCOPE_ATTRIBUTES], &table.walker.seen_scope)
                catalogue += sightings("record", &block.columns[M_ATTRIBUTES], &table.walker.seen_record)
        return found, catalogue
    finally:
        for i in range(TABLES):
            free_walker(&tables.table[i].walker)
            free_fragment(&tables.table[i].metadata)
            free(tables.table[i].meta.letters.data)

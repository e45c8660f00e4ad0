# The walk through a request of traces or logs: resource, scope, record. What a resource and a scope say is read once, and
# given to every record below them as a fragment.

LOW_ = "LowCardinality(String)"
MAP_ = "Map(LowCardinality(String), String)"

cdef struct Text:
    const uint8_t* p
    size_t size

cdef struct Owner:              # what the rows of a resource and a scope share
    Fragment resource
    Fragment scope
    Text service
    Text resource_url
    Text scope_name
    Text scope_version
    Text scope_url
    uint32_t service_index
    uint32_t resource_url_index
    uint32_t scope_url_index
    uint32_t resource_dropped
    uint32_t scope_dropped
    uint64_t segment_ns

cdef struct Walker:             # where one request goes
    Column* columns
    Column* service
    Column* resource_url
    Column* scope_url
    Owner owner
    Attributes resource
    Attributes scope
    Attributes record
    Attributes event
    Attributes link
    Catalogue seen_resource
    Catalogue seen_scope
    Catalogue seen_record
    uint64_t rows
    uint64_t events             # elements of the Nested groups so far
    uint64_t links
    uint32_t kinds[6]           # the names' places in their dictionaries; 0 where not known yet
    uint32_t statuses[3]
    Output* events_outer
    Output* links_outer


cdef inline Text text_of(const Field* field) noexcept nogil:
    cdef Text text
    text.p = field.body
    text.size = field.stop - field.body
    return text


cdef inline Attributes attributes_to(Column* texts, Column* kinds, Catalogue* seen) noexcept nogil:
    cdef Attributes to
    memset(&to, 0, sizeof(Attributes))
    to.texts = texts
    to.kinds = kinds
    to.plain = True
    to.seen = seen
    to.weight = 1
    return to


cdef uint64_t count_fields(const uint8_t* p, const uint8_t* end, uint32_t tag) noexcept nogil:
    cdef Field field
    cdef uint64_t n = 0
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        n += field.tag == tag
    return n


cdef uint64_t count_inner(const uint8_t* p, const uint8_t* end, uint32_t outer, uint32_t inner) noexcept nogil:
    """How many fields `inner` the sub-messages `outer` have together."""
    cdef Field field
    cdef uint64_t n = 0
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == outer:
            n += count_fields(field.body, field.stop, inner)
    return n


cdef void find_service(const uint8_t* p, const uint8_t* end, Text* service) noexcept nogil:
    """The text of `service.name`, if this KeyValue is that and a string."""
    cdef Field field
    cdef Value value
    cdef bint named = False
    value.kind = EMPTY
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x0A:
            named = field.stop - field.body == 12 and memcmp(field.body, b"service.name", 12) == 0
        elif field.tag == 0x12:
            read_value(field.body, field.stop, &value)
    if named and service.p == NULL and (value.kind == STRING or value.kind == ARRAY or value.kind == KVLIST):
        service.p = value.p
        service.size = value.stop - value.p


cdef void read_resource(Walker* walker, const uint8_t* p, const uint8_t* end) noexcept nogil:
    """The resource and schema URL of a resource group, as a fragment; several `resource` fields merge."""
    cdef Owner* owner = &walker.owner
    cdef Field field, inner
    cdef const uint8_t* q
    cdef size_t before[3]
    memset(&owner.service, 0, sizeof(Text))
    memset(&owner.resource_url, 0, sizeof(Text))
    owner.resource_dropped = 0
    begin_row(&walker.resource)
    mark(&walker.resource, before)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x1A:
            owner.resource_url = text_of(&field)
        elif field.tag == 0x0A:
            q = field.body
            while q < field.stop:
                q = next_field(q, field.stop, &inner)
                if q == NULL:
                    break
                if inner.tag == 0x0A:
                    find_service(inner.body, inner.stop, &owner.service)
                    put_attribute(&walker.resource, inner.body, inner.stop)
                elif inner.tag == 0x10:
                    owner.resource_dropped = <uint32_t>inner.value
    cut_fragment(&owner.resource, &walker.resource, before)
    owner.service_index = key_index(&walker.service.keys, owner.service.p, owner.service.size)
    owner.resource_url_index = key_index(&walker.resource_url.keys, owner.resource_url.p, owner.resource_url.size)


cdef void read_scope(Walker* walker, const uint8_t* p, const uint8_t* end) noexcept nogil:
    """The same of a scope group."""
    cdef Owner* owner = &walker.owner
    cdef Field field, inner
    cdef const uint8_t* q
    cdef size_t before[3]
    memset(&owner.scope_name, 0, sizeof(Text))
    memset(&owner.scope_version, 0, sizeof(Text))
    memset(&owner.scope_url, 0, sizeof(Text))
    owner.scope_dropped = 0
    begin_row(&walker.scope)
    mark(&walker.scope, before)
    while p < end:
        p = next_field(p, end, &field)
        if p == NULL:
            break
        if field.tag == 0x1A:
            owner.scope_url = text_of(&field)
        elif field.tag == 0x0A:
            q = field.body
            while q < field.stop:
                q = next_field(q, field.stop, &inner)
                if q == NULL:
                    break
                if inner.tag == 0x0A:
                    owner.scope_name = text_of(&inner)
                elif inner.tag == 0x12:
                    owner.scope_version = text_of(&inner)
                elif inner.tag == 0x1A:
                    put_attribute(&walker.scope, inner.body, inner.stop)
                elif inner.tag == 0x20:
                    owner.scope_dropped = <uint32_t>inner.value
    cut_fragment(&owner.scope, &walker.scope, before)
    owner.scope_url_index = key_index(&walker.scope_url.keys, owner.scope_url.p, owner.scope_url.size)


ctypedef void (*RecordReader)(Walker*, const uint8_t*, const uint8_t*) noexcept nogil


cdef void walk_groups(Walker* walker, const uint8_t* p, const uint8_t* end, RecordReader read) noexcept nogil:
    """Every record of a request of traces or logs, which have the same three levels."""
    cdef Field group, scope, record
    cdef const uint8_t* q
    cdef const uint8_t* r
    while p < end:
        p = next_field(p, end, &group)
        if p == NULL:
            return
        if group.tag != 0x0A:
            continue
        walker.resource.weight = count_inner(group.body, group.stop, 0x12, 0x12)
        if not walker.resource.weight:
            continue
        read_resource(walker, group.body, group.stop)
        q = group.body
        while q < group.stop:
            q = next_field(q, group.stop, &scope)
            if q == NULL:
                break
            if scope.tag != 0x12:
                continue
            walker.scope.weight = count_fields(scope.body, scope.stop, 0x12)
            if not walker.scope.weight:
                continue
            read_scope(walker, scope.body, scope.stop)
            r = scope.body
            while r < scope.stop:
                r = next_field(r, scope.stop, &record)
                if r == NULL:
                    break
                if record.tag == 0x12:
                    read(walker, record.body, record.stop)
                    walker.rows += 1


cdef void free_walker(Walker* walker) noexcept nogil:
    free_fragment(&walker.owner.resource)
    free_fragment(&walker.owner.scope)
    free(walker.seen_resource.cells)
    free(walker.seen_scope.cells)
    free(walker.seen_record.cells)
    free(walker.resource.letters.data)
    free(walker.scope.letters.data)
    free(walker.record.letters.data)
    free(walker.event.letters.data)
    free(walker.link.letters.data)

# An AnyValue as protobuf would merge it.
#
# A KeyValue may carry its value in several pieces, an AnyValue its array in several more; protobuf merges them, and of the
# members of the oneof the last one wins. Nothing is copied for that: a `Walk` goes through the pieces in order.

cdef enum:
    STRING_TAG = 0x0A
    BOOL_TAG = 0x10
    INT_TAG = 0x18
    DOUBLE_TAG = 0x21
    ARRAY_TAG = 0x2A
    KVLIST_TAG = 0x32
    BYTES_TAG = 0x3A
    STRINDEX_TAG = 0x40
    KEY_TAG = 0x0A
    VALUE_TAG = 0x12
    ELEMENT_TAG = 0x0A

cdef struct Walk:
    const uint8_t* outer        # next byte of the message that holds the pieces
    const uint8_t* outer_end
    const uint8_t* p            # next byte of the piece at hand
    const uint8_t* end
    uint32_t tag                # of the pieces in their holder


cdef Walk walk_pieces(const uint8_t* p, const uint8_t* end, uint32_t tag) noexcept nogil:
    """Through the fields of every sub-message `tag` of the message `p..end`."""
    cdef Walk walk
    walk.outer = p
    walk.outer_end = end
    walk.p = walk.end = p
    walk.tag = tag
    return walk


cdef Walk walk_one(const uint8_t* p, const uint8_t* end) noexcept nogil:
    """Through the fields of the one message `p..end`."""
    cdef Walk walk
    walk.outer = walk.outer_end = end
    walk.p = p
    walk.end = end
    walk.tag = 0
    return walk


cdef bint walk_next(Walk* walk, Field* field) noexcept nogil:
    """The next field; False at the end, and where bytes turn out not to be a message."""
    cdef Reason why
    while walk.p >= walk.end:
        if walk.outer >= walk.outer_end:
            return False
        walk.outer = read_field(walk.outer, walk.outer_end, field, &why)
        if walk.outer == NULL:
            walk.outer = walk.outer_end
            return False
        if field.tag == walk.tag:
            walk.p = field.body
            walk.end = field.stop
    walk.p = read_field(walk.p, walk.end, field, &why)
    if walk.p == NULL:
        walk.p = walk.end
        walk.outer = walk.outer_end
        return False
    return True


cdef inline bint is_value_tag(uint32_t tag) noexcept nogil:
    """Whether a field of an AnyValue is a member of its oneof."""
    return (
        tag == STRING_TAG or tag == INT_TAG or tag == BOOL_TAG or tag == DOUBLE_TAG or tag == ARRAY_TAG
        or tag == KVLIST_TAG or tag == BYTES_TAG or tag == STRINDEX_TAG
    )


cdef uint32_t effective(Walk* walk, Field* last) noexcept nogil:
    """The tag of the member that counts, 0 for none.

    `last` becomes its last field, and `walk` the place from where every field with that tag belongs to it.
    """
    cdef Walk before
    cdef Walk from_here = walk[0]
    cdef Field field
    cdef uint32_t tag = 0
    while True:
        before = walk[0]
        if not walk_next(walk, &field):
            break
        if is_value_tag(field.tag):
            if field.tag != tag:
                from_here = before
                tag = field.tag
            last[0] = field
    walk[0] = from_here
    return tag

# Columns: growing buffers in the shapes that the tables use, and how they lie in a Native block.
#
# A shape is read from the type's name, so that a table is a list of names and types. `Array(...)` columns of one Nested
# group share their offsets, which are kept once, in the group.

cdef enum Shape:
    FIXED
    TEXT
    LOW             # LowCardinality(String)
    MAP             # Map(LowCardinality(String), String)

cdef struct Dictionary:
    Output keys             # as Native wants them: length and bytes of each, the empty string first
    Output starts           # uint64 of each: where its length begins in `keys`
    uint32_t* slots         # open addressing; index + 1, 0 for free
    uint32_t mask
    uint32_t count

cdef struct Column:
    Shape shape
    Output* outer           # the group's offsets, for Array(...); NULL otherwise
    Output offsets          # of maps
    Output data             # numbers, or strings with their lengths
    Output index            # uint32 per LowCardinality value or map key
    Dictionary keys
    uint64_t entries        # map entries so far


cdef uint64_t HASH_SEED = int.from_bytes(urandom(8), "little")


cdef inline void put64(Output* out, uint64_t value) noexcept nogil:
    if reserve(out, 8):
        memcpy(out.data + out.size, &value, 8)
        out.size += 8


cdef inline void put32(Output* out, uint32_t value) noexcept nogil:
    if reserve(out, 4):
        memcpy(out.data + out.size, &value, 4)
        out.size += 4


cdef inline void put_text(Output* out, const uint8_t* p, size_t size) noexcept nogil:
    """A String value: its length, its bytes."""
    if reserve(out, size + 10):
        if size < 0x80:
            out.data[out.size] = <uint8_t>size
            out.size += 1
        else:
            write_varint(out.data + out.size, size)
            out.size += varint_size(size)
        memcpy(out.data + out.size, p, size)
        out.size += size


cdef inline uint64_t hash_of(const uint8_t* p, size_t size) noexcept nogil:
    """A hash of a short text for a table that is thrown away; seeded, so that nobody can choose texts that collide."""
    cdef uint64_t h = HASH_SEED ^ size * 0x9E3779B97F4A7C15u
    cdef uint64_t word
    while size >= 8:
        h = (h ^ load64(p)) * 0xD6E8FEB86659FD93u
        h ^= h >> 32
        p += 8
        size -= 8
    if size:
        word = 0
        memcpy(&word, p, size)
        h = (h ^ word) * 0xD6E8FEB86659FD93u
        h ^= h >> 32
    return h ^ (h >> 29)


cdef bint widen(Dictionary* d, uint32_t slots) noexcept nogil:
    """A table of `slots` (a power of two), with every key put in again."""
    cdef uint32_t* table = <uint32_t*>calloc(slots, 4)
    cdef uint32_t i, at
    cdef const uint8_t* text
    cdef size_t size
    if table == NULL:
        d.keys.failed = True
        return False
    free(d.slots)
    d.slots = table
    d.mask = slots - 1
    for i in range(d.count):
        text = key_text(d, i, &size)
        at = <uint32_t>hash_of(text, size) & d.mask
        while table[at]:
            at = (at + 1) & d.mask
        table[at] = i + 1
    return True


cdef inline const uint8_t* key_text(const Dictionary* d, uint32_t index, size_t* size) noexcept nogil:
    cdef const uint8_t* p = d.keys.data + (<const uint64_t*>d.starts.data)[index]
    cdef size_t total = 0
    cdef int shift = 0
    while p[0] >= 0x80:
        total |= <size_t>(p[0] & 0x7F) << shift
        shift += 7
        p += 1
    size[0] = total | <size_t>p[0] << shift
    return p + 1


cdef uint32_t key_index(Dictionary* d, const uint8_t* p, size_t size) noexcept nogil:
    """The place of a text in the dictionary, where it is put if it is new."""
    cdef uint32_t at, found
    cdef size_t length
    cdef const uint8_t* text
    if not d.count:
        put64(&d.starts, 0)
        put_text(&d.keys, p, 0)
        d.count = 1
        if d.keys.failed or d.starts.failed or not widen(d, max(64, d.mask + 1)):
            return 0
    at = <uint32_t>hash_of(p, size) & d.mask
    while True:
        found = d.slots[at]
        if not found:
            break
        text = key_text(d, found - 1, &length)
        if length == size and memcmp(text, p, size) == 0:
            return found - 1
        at = (at + 1) & d.mask
    put64(&d.starts, d.keys.size)
    put_text(&d.keys, p, size)
    if d.keys.failed or d.starts.failed:
        return 0
    d.slots[at] = d.count + 1
    d.count += 1
    if d.count * 2 > d.mask:
        widen(d, (d.mask + 1) * 2)
    return d.count - 1


cdef inline void put_low(Column* column, const uint8_t* p, size_t size) noexcept nogil:
    put32(&column.index, key_index(&column.keys, p, size))


cdef void clear_dictionary(Dictionary* d) noexcept nogil:
    d.keys.size = d.starts.size = 0
    d.count = 0
    if d.mask > 0xFFFF:
        free(d.slots)           # a crowd of keys once is no reason to clear a large table for ever
        d.slots = NULL
        d.mask = 0
    elif d.slots != NULL:
        memset(d.slots, 0, (d.mask + 1) * <size_t>4)


cdef void free_dictionary(Dictionary* d) noexcept nogil:
    free(d.keys.data)
    free(d.starts.data)
    free(d.slots)


cdef class Block:
    """The columns of one table while they are filled.

    Args:
        fields: name and type of each column, in the order of the table's enum.
        groups: the prefixes of Nested groups: `Events.Name` has the offsets of group `Events`.
    """

    cdef list fields
    cdef list groups
    cdef Column* columns
    cdef Output* outers
    cdef uint64_t rows
    cdef Output out

    def __cinit__(self, list fields, list groups):
        cdef int i
        self.fields = fields
        self.groups = groups
        self.columns = <Column*>calloc(len(fields), sizeof(Column))
        self.outers = <Output*>calloc(max(1, len(groups)), sizeof(Output))
        if self.columns == NULL or self.outers == NULL:
            raise MemoryError
        for i, (name, kind) in enumerate(fields):
            if kind.startswith("Array("):
                kind = kind[6:-1]
                prefix = name.partition(".")[0]
                if prefix in groups:
                    self.columns[i].outer = &self.outers[groups.index(prefix)]
                else:
                    raise ValueError(f"{name} is in no group")
            self.columns[i].shape = shape_of(kind)

    def __dealloc__(self):
        cdef int i
        if self.columns != NULL:
            for i in range(len(self.fields)):
                free(self.columns[i].offsets.data)
                free(self.columns[i].data.data)
                free(self.columns[i].index.data)
                free_dictionary(&self.columns[i].keys)
            free(self.columns)
        free(self.out.data)
        if self.outers != NULL:
            for i in range(len(self.groups)):
                free(self.outers[i].data)
            free(self.outers)

    cdef void clear(self):
        """No rows, with the buffers kept: fresh memory for every segment costs more than filling it."""
        cdef int i
        cdef Column* column
        for i in range(len(self.fields)):
            column = &self.columns[i]
            column.offsets.size = column.data.size = column.index.size = 0
            column.entries = 0
            clear_dictionary(&column.keys)
        for i in range(len(self.groups)):
            self.outers[i].size = 0
        self.rows = 0

    cdef object native(self):
        """The block in Native format; valid until the next one.

        Raises:
            MemoryError: a column could not grow.
        """
        cdef Output* out = &self.out
        cdef int i
        out.size = 0
        put_varint(out, len(self.fields))
        put_varint(out, self.rows)
        for i, (name, kind) in enumerate(self.fields):
            for part in (name.encode(), kind.encode()):
                put_varint(out, len(part))
                put(out, PyBytes_AS_STRING(part), len(part))
            native_column(out, &self.columns[i])
        if out.failed:
            raise MemoryError
        return PyMemoryView_FromMemory(<char*>out.data, out.size, PyBUF_READ)


cdef Shape shape_of(str kind) except *:
    if kind == "String":
        return TEXT
    if kind == "LowCardinality(String)":
        return LOW
    if kind == "Map(LowCardinality(String), String)":
        return MAP
    if "(" in kind and not kind.startswith("DateTime64("):
        raise ValueError(f"no shape for {kind}")
    return FIXED


cdef inline void append(Output* out, const Output* part) noexcept nogil:
    if part.failed:
        out.failed = True
    elif part.size:
        put(out, part.data, part.size)


cdef void native_column(Output* out, Column* column) noexcept nogil:
    """A column's bytes: dictionary versions first, then offsets from the outermost in, then the values."""
    if column.shape == LOW or column.shape == MAP:
        put64(out, 1)
    if column.outer != NULL:
        append(out, column.outer)
    append(out, &column.offsets)
    if column.shape == LOW or column.shape == MAP:
        native_low(out, &column.keys, &column.index)
    append(out, &column.data)


cdef void native_low(Output* out, Dictionary* d, const Output* index) noexcept nogil:
    """The dictionary, and the places of the values in it, as narrow as they can be."""
    cdef uint64_t count = index.size // 4
    cdef const uint32_t* places = <const uint32_t*>index.data
    cdef int code = 0 if d.count <= 0x100 else 1 if d.count <= 0x10000 else 2
    cdef uint64_t i
    if index.failed or d.keys.failed:
        out.failed = True
        return
    if count == 0:
        return
    put64(out, 0x600 | code)    # "has keys of its own", "the dictionary is new"
    put64(out, d.count)
    append(out, &d.keys)
    put64(out, count)
    if code == 2:
        append(out, index)
        return
    if not reserve(out, count << code):
        return
    if code == 0:
        for i in range(count):
            out.data[out.size + i] = <uint8_t>places[i]
    else:
        for i in range(count):
            out.data[out.size + 2 * i] = <uint8_t>places[i]
            out.data[out.size + 2 * i + 1] = <uint8_t>(places[i] >> 8)
    out.size += count << code

# Numbers, ids, text and attribute values on the wire. Source: protobuf's "Encoding" page; `AnyValue` and `KeyValue` of
# OTLP 1.x: AnyValue has string 1, bool 2, int 3, double 4, array 5, kvlist 6, bytes 7; KeyValue has key 1, value 2.

cdef extern from *:
    """
    #if PY_VERSION_HEX >= 0x030D0000
    #define SONDE_ID_FLAGS (Py_ASNATIVEBYTES_BIG_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER | Py_ASNATIVEBYTES_REJECT_NEGATIVE)
    static int sonde_big_endian(PyObject *number, unsigned char *at, int size) {
        Py_ssize_t need = PyLong_AsNativeBytes(number, at, size, SONDE_ID_FLAGS);
        if (need > size) PyErr_SetString(PyExc_OverflowError, "int too big to convert");
        return need < 0 || need > size ? -1 : 0;
    }
    #else
    static int sonde_big_endian(PyObject *number, unsigned char *at, int size) {
        return _PyLong_AsByteArray((PyLongObject *)number, at, size, 0, 0);
    }
    #endif
    """
    int sonde_big_endian(object number, uint8_t* at, int size) except -1
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size)
    int64_t PyLong_AsLongLongAndOverflow(object number, int* overflow) except? -1

cdef int DEEPEST = DEPTH_LIMIT
cdef size_t LARGE = 0x4000      # a guess of a group's size: three bytes of length

ctypedef int (*Put)(Output* out, object item) except -1

cdef struct Scalar:
    uint8_t tag             # of the AnyValue's member; 0 for a value without content
    size_t size             # of the AnyValue's content
    const char* data        # of a text or bytes
    size_t length
    uint64_t bits           # of a number


cdef inline bint room(Output* out, size_t more) noexcept:
    return out.room - out.size >= more or reserve(out, more)


cdef inline uint8_t* varint(uint8_t* p, uint64_t value) noexcept:
    while value >= 0x80:
        p[0] = <uint8_t>(value | 0x80)
        value >>= 7
        p += 1
    p[0] = <uint8_t>value
    return p + 1


cdef inline uint8_t* fixed64(uint8_t* p, uint64_t value) noexcept:
    """Little-endian on any machine; compilers make one store of it where that is its own order."""
    cdef int i
    for i in range(8):
        p[i] = <uint8_t>(value >> (8 * i))
    return p + 8


cdef inline uint64_t double_bits(double value) noexcept:
    cdef uint64_t bits
    memcpy(&bits, &value, 8)
    return bits


cdef inline int put_fixed64(Output* out, uint8_t tag, uint64_t value) except -1:
    if room(out, 9):
        out.data[out.size] = tag
        fixed64(out.data + out.size + 1, value)
        out.size += 9
    return 0


cdef inline int put_fixed32(Output* out, uint8_t tag, uint32_t value) except -1:
    """Left out at zero as proto3 has it."""
    cdef int i
    if value and room(out, 5):
        out.data[out.size] = tag
        for i in range(4):
            out.data[out.size + 1 + i] = <uint8_t>(value >> (8 * i))
        out.size += 5
    return 0


cdef inline int put_number(Output* out, uint8_t tag, uint64_t value) except -1:
    """A varint field, left out at zero as proto3 has it."""
    if value and room(out, 11):
        out.data[out.size] = tag
        out.size = varint(out.data + out.size + 1, value) - out.data
    return 0


cdef inline uint64_t unsigned(object value, uint64_t high=0xFFFFFFFFFFFFFFFF) except? 0xFFFFFFFFFFFFFFFF:
    """A number of a field that holds 0 to `high`; nothing is 0."""
    cdef uint64_t number
    if PyLong_Check(value):
        number = PyLong_AsUnsignedLongLong(value)
        if number <= high:
            return number
    return whole_number(value, 0, high)


cdef inline int put_time(Output* out, uint8_t tag, object value) except -1:
    """A fixed64 field, left out at zero or None."""
    cdef uint64_t number
    if value is None:
        return 0
    number = unsigned(value)
    if number:
        put_fixed64(out, tag, number)
    return 0


cdef inline int put_double(Output* out, uint8_t tag, object value) except -1:
    """A double with presence: written whatever it is, but for None."""
    if value is not None:
        put_fixed64(out, tag, double_bits(PyFloat_AsDouble(value)))
    return 0


cdef inline int put_id(Output* out, uint8_t tag, object number, int size) except -1:
    """An id of so many bytes, big-endian; written also when it is zero."""
    if not PyLong_Check(number):
        raise TypeError(f"an id is an integer, not {type(number).__name__}")
    if room(out, size + 2):
        out.data[out.size] = tag
        out.data[out.size + 1] = size
        sonde_big_endian(number, out.data + out.size + 2, size)
        out.size += size + 2
    return 0


cdef inline object text_of(object value, const char** data, size_t* size):
    """Points to a text's UTF-8; returns what must be held meanwhile."""
    cdef Py_ssize_t length
    if PyUnicode_Check(value):
        data[0] = PyUnicode_AsUTF8AndSize(value, &length)
        if data[0] != NULL:
            size[0] = length
            return value
        PyErr_Clear()
    value = text_bytes(value)
    data[0] = PyBytes_AS_STRING(value)
    size[0] = PyBytes_GET_SIZE(value)
    return value


cdef inline int put_text(Output* out, uint8_t tag, object value) except -1:
    """A string field, left out when it is empty or None."""
    cdef const char* data
    cdef size_t size
    cdef uint8_t* p
    if value is None:
        return 0
    held = text_of(value, &data, &size)
    if size and room(out, size + VARINT_BYTES + 1):
        out.data[out.size] = tag
        p = varint(out.data + out.size + 1, size)
        memcpy(p, data, size)
        out.size = p - out.data + size
    return 0


cdef inline int hold_number(Scalar* scalar, uint8_t tag, uint64_t bits) except -1:
    scalar.tag = tag
    scalar.bits = bits
    scalar.size = 9 if tag == 0x21 else 1 + varint_size(bits)
    return 0


cdef inline int hold_data(Scalar* scalar, uint8_t tag, const char* data, size_t size) except -1:
    scalar.tag = tag
    scalar.data = data
    scalar.length = size
    scalar.size = 1 + varint_size(size) + size
    return 0


cdef inline object hold_text(Scalar* scalar, object value):
    cdef const char* data
    cdef size_t size
    held = text_of(value, &data, &size)
    hold_data(scalar, 0x0A, data, size)
    return held


cdef object hold_int(Scalar* scalar, object value):
    cdef int overflow = 0
    cdef int64_t number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow:
        return hold_foreign(scalar, value)
    hold_number(scalar, 0x18, <uint64_t>number)
    return value


cdef object hold_foreign(Scalar* scalar, object value):
    text = described(value)
    if text is not None:
        return hold_text(scalar, text)
    scalar.tag = 0
    scalar.size = 0
    return value


cdef inline object hold_scalar(Scalar* scalar, object value):
    """Reads a value that is not nested; returns what must be held until it is written, or None for a nested or foreign one."""
    if PyUnicode_Check(value):
        return hold_text(scalar, value)
    if value is None:
        scalar.tag = 0
        scalar.size = 0
        return False
    if value is True or value is False:
        hold_number(scalar, 0x10, value is True)
        return value
    if PyLong_Check(value):
        return hold_int(scalar, value)
    if PyFloat_Check(value):
        hold_number(scalar, 0x21, double_bits(PyFloat_AS_DOUBLE(value)))
        return value
    if PyBytes_Check(value):
        hold_data(scalar, 0x3A, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))
        return value
    return None


cdef inline uint8_t* write_scalar(uint8_t* p, const Scalar* scalar) noexcept:
    if scalar.tag == 0:
        return p
    p[0] = scalar.tag
    p += 1
    if scalar.tag == 0x21:
        return fixed64(p, scalar.bits)
    if scalar.tag == 0x18 or scalar.tag == 0x10:
        return varint(p, scalar.bits)
    p = varint(p, scalar.length)
    memcpy(p, scalar.data, scalar.length)
    return p + scalar.length


cdef int put_value(Output* out, uint8_t tag, object value, int depth) except -1:
    """A field of type AnyValue, so many levels of messages below an attribute's value."""
    cdef Scalar scalar
    cdef uint8_t* p
    cdef size_t start, body
    held = hold_scalar(&scalar, value)
    if held is None:
        start = out.size
        body = open_field(out, tag, 0x80)
        if put_whole(out, value) if depth == 0 else put_nested(out, value, depth):
            close_field(out, body, 0x80)
            return 0
        out.size = start
        held = hold_foreign(&scalar, value)
    if room(out, scalar.size + VARINT_BYTES + 1):
        out.data[out.size] = tag
        p = varint(out.data + out.size + 1, scalar.size)
        out.size = write_scalar(p, &scalar) - out.data
    return 0


cdef int put_attribute(Output* out, uint8_t tag, object key, object value, int depth) except -1:
    """A KeyValue; the lengths of a plain one are known beforehand, so it is written in one go."""
    cdef Scalar scalar
    cdef const char* name
    cdef size_t length, inner, body
    cdef uint8_t* p
    held = hold_scalar(&scalar, value)
    held_key = text_of(key, &name, &length)
    if held is None:
        body = open_field(out, tag, 0x80)
        if length:
            put_byte(out, 0x0A)
            put_varint(out, length)
            put(out, name, length)
        put_value(out, 0x12, value, depth)
        close_field(out, body, 0x80)
        return 0
    # proto3 leaves out an empty key; a value is a message, so it is written whatever it holds
    inner = 1 + varint_size(length) + length if length else 0
    inner += 1 + varint_size(scalar.size) + scalar.size
    if room(out, inner + VARINT_BYTES + 1):
        p = out.data + out.size
        p[0] = tag
        p = varint(p + 1, inner)
        if length:
            p[0] = 0x0A
            p = varint(p + 1, length)
            memcpy(p, name, length)
            p += length
        p[0] = 0x12
        p = write_scalar(varint(p + 1, scalar.size), &scalar)
        out.size = p - out.data
    return 0


cdef bint put_whole(Output* out, object value) except -1:
    """`put_nested` at the top, where a value that is nested too deep becomes text as a whole."""
    try:
        return put_nested(out, value, 0)
    except TooDeepError:
        return False


cdef bint put_nested(Output* out, object value, int depth) except -1:
    """The content of a nested AnyValue; False where the value is foreign."""
    cdef bint is_dict = PyDict_CheckExact(value), is_array = PyList_CheckExact(value) or PyTuple_CheckExact(value)
    cdef size_t body
    if not is_dict and not is_array:
        value = unfolded(value)
        if value is None:
            return False
        is_array = PyList_CheckExact(value)
    depth += 2 if is_array else 3
    if depth > DEEPEST:
        raise TooDeepError
    body = open_field(out, 0x2A if is_array else 0x32, 0x80)
    if is_dict:
        put_dict(out, 0x0A, value, depth)
    elif is_array:
        for element in value:
            put_value(out, 0x0A, element, depth)
    else:
        for key, member in value:
            put_attribute(out, 0x0A, nested_key(key), member, depth)
    close_field(out, body, 0x80)
    return True


cdef inline object nested_key(object key):
    """Keys of nested mappings go through `str` whatever they are: an enumeration's is its name, of bytes their literal."""
    return key if PyUnicode_CheckExact(key) else described(key)


cdef int put_dict(Output* out, uint8_t tag, object members, int depth) except -1:
    """KeyValues of a plain dict, at depth 0 of attributes. It may change meanwhile: then some are missed, or come twice."""
    cdef PyObject* key
    cdef PyObject* value
    cdef Py_ssize_t at = 0
    while PyDict_Next(members, &at, &key, &value):
        held_key = <object>key
        held_value = <object>value
        put_attribute(out, tag, nested_key(held_key) if depth else held_key, held_value, depth)
    return 0

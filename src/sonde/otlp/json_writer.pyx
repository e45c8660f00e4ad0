# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""OTLP/JSON straight from a request's bytes: the quick way of `sonde.otlp.json.from_protobuf`, for payloads as encoders write them.

One walk over the wire, driven by the tables of `sonde.otlp.messages`, with no message object between; some 50 times
faster than the protobuf library. It only knows the ordinary form of a message: fields in the order of their numbers, each singular
one once, of a oneof one member, repeated numbers packed. Encoders write nothing else. Whatever departs from that, or is
damaged, makes `Writer.write` return None, and the protobuf library decides what it means.

Invariants: no byte is read that was not compared with its end; nothing is returned of a payload that was not walked whole.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Free
from libc.math cimport isfinite, isnan
from libc.stdint cimport INT64_MIN, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy, memmove, strlen

include "kernel_wire.pxi"

cdef extern from "Python.h":
    char* PyOS_double_to_string(double value, char code, int precision, int flags, int* kind) except NULL
    int Py_DTSF_ADD_DOT_0

cdef enum:
    NUMBERS = 32        # field numbers of one message, OTLP's highest is 16
    DEEPEST = 90        # the protobuf library has its own limit, at 100
    DIGITS = 24

cdef enum Kind:
    ABSENT
    DOUBLE
    INT64
    UINT64
    INT32
    UINT32
    SINT32
    SINT64
    BOOL
    STRING
    BYTES
    ID
    MESSAGE

_KINDS = {
    "double": (DOUBLE, 1), "int64": (INT64, 0), "uint64": (UINT64, 0), "int32": (INT32, 0), "fixed64": (UINT64, 1),
    "fixed32": (UINT32, 5), "bool": (BOOL, 0), "string": (STRING, 2), "message": (MESSAGE, 2), "bytes": (BYTES, 2),
    "id": (ID, 2), "uint32": (UINT32, 0), "enum": (INT32, 0), "sfixed32": (INT32, 5), "sfixed64": (INT64, 1),
    "sint32": (SINT32, 0), "sint64": (SINT64, 0),
}  # fmt: skip
"""How each kind is written, and its wire type."""

cdef struct Entry:
    const char* name    # with quotes and colon
    size_t name_size
    Kind kind
    int wire
    int message
    uint32_t oneof      # a bit for the oneof it belongs to; 0 for none
    bint is_repeated
    bint has_presence

cdef const char* HEX = b"0123456789abcdef"
cdef const char* BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


cdef void put_unsigned(Output* out, uint64_t value) noexcept nogil:
    cdef uint8_t digits[DIGITS]
    cdef int at = DIGITS
    while True:
        at -= 1
        digits[at] = <uint8_t>(48 + value % 10)
        value //= 10
        if value == 0:
            break
    put(out, digits + at, DIGITS - at)


cdef void put_signed(Output* out, int64_t value) noexcept nogil:
    if value < 0:
        put_byte(out, 45)
        put_unsigned(out, <uint64_t>0 - <uint64_t>value)
    else:
        put_unsigned(out, value)


cdef bint put_text(Output* out, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    """A string; False where it is not UTF-8."""
    cdef const uint8_t* plain = p
    cdef uint8_t byte
    cdef uint8_t escape[6]
    if not is_ascii(p, stop) and bad_utf8(p, stop) != NULL:
        return False
    put_byte(out, 34)
    while p < stop:
        byte = p[0]
        if byte >= 32 and byte != 34 and byte != 92:
            p += 1
            continue
        put(out, plain, p - plain)
        p += 1
        plain = p
        if byte >= 32:
            escape[0], escape[1] = 92, byte
            put(out, escape, 2)
            continue
        escape[0], escape[1], escape[2], escape[3] = 92, 117, 48, 48
        escape[4], escape[5] = HEX[byte >> 4], HEX[byte & 15]
        put(out, escape, 6)
    put(out, plain, p - plain)
    put_byte(out, 34)
    return True


cdef void put_hex(Output* out, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    put_byte(out, 34)
    while p < stop:
        put_byte(out, HEX[p[0] >> 4])
        put_byte(out, HEX[p[0] & 15])
        p += 1
    put_byte(out, 34)


cdef void put_base64(Output* out, const uint8_t* p, const uint8_t* stop) noexcept nogil:
    cdef uint32_t group
    cdef Py_ssize_t left
    put_byte(out, 34)
    while p < stop:
        left = stop - p
        group = <uint32_t>p[0] << 16 | (<uint32_t>p[1] << 8 if left > 1 else 0) | (p[2] if left > 2 else 0)
        put_byte(out, BASE64[group >> 18])
        put_byte(out, BASE64[group >> 12 & 63])
        put_byte(out, BASE64[group >> 6 & 63] if left > 1 else 61)
        put_byte(out, BASE64[group & 63] if left > 2 else 61)
        p += 3 if left > 2 else left
    put_byte(out, 34)


cdef int put_double(Output* out, uint64_t bits) except -1:
    cdef double value
    cdef char* text
    memcpy(&value, &bits, 8)
    if isfinite(value):
        text = PyOS_double_to_string(value, b"r", 0, Py_DTSF_ADD_DOT_0, NULL)
        put(out, text, strlen(text))
        PyMem_Free(text)
    elif isnan(value):
        put(out, b'"NaN"', 5)
    elif value > 0:
        put(out, b'"Infinity"', 10)
    else:
        put(out, b'"-Infinity"', 11)
    return 0


cdef int put_number(Output* out, Kind kind, uint64_t value) except -1:
    """A number or a truth value; those of 32 bits keep the low ones, as protobuf has it."""
    if kind == DOUBLE:
        put_double(out, value)
    elif kind == BOOL:
        put(out, b"true" if value else b"false", 4 if value else 5)
    elif kind == INT32:
        put_signed(out, <int32_t><uint32_t>value)
    elif kind == UINT32:
        put_unsigned(out, <uint32_t>value)
    elif kind == SINT32:
        value = <uint32_t>value
        put_signed(out, <int32_t><uint32_t>(value >> 1 ^ (<uint64_t>0 - (value & 1))))
    else:
        put_byte(out, 34)
        if kind == INT64:
            put_signed(out, <int64_t>value)
        elif kind == SINT64:
            put_signed(out, <int64_t>(value >> 1 ^ (<uint64_t>0 - (value & 1))))
        else:
            put_unsigned(out, value)
        put_byte(out, 34)
    return 0


cdef class Writer:
    """Writes the requests of one signal.

    Args:
        table: the request's table, `sonde.otlp.messages.Table`.

    Raises:
        ValueError: the tables hold what this writer does not know; the protobuf library shall serve.
    """

    cdef Entry* entries
    cdef list names

    def __cinit__(self, object table):
        cdef Entry* entry
        tables = _all_tables(table)
        self.names = []
        self.entries = <Entry*>calloc(len(tables) * NUMBERS, sizeof(Entry))
        if self.entries == NULL:
            raise MemoryError
        places = {each.name: index for index, each in enumerate(tables)}
        for each in tables:
            for field in each.fields.values():
                if field.number >= NUMBERS or field.kind not in _KINDS or len(each.oneofs) > 31:
                    raise ValueError(f"{each.name}.{field.name}")
                entry = &self.entries[<int>places[each.name] * NUMBERS + <int>field.number]
                name = f'"{field.name}":'.encode()
                self.names.append(name)
                entry.name, entry.name_size = PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name)
                entry.kind, entry.wire = _KINDS[field.kind]
                entry.message = places[field.message.name] if field.message is not None else 0
                entry.is_repeated, entry.has_presence = field.is_repeated, field.has_presence
                entry.oneof = sum(1 << at for at, members in enumerate(each.oneofs) if field.name in members)

    def __dealloc__(self):
        free(self.entries)

    def write(self, payload):
        """The JSON text of a request, or None where the payload is not of the ordinary form.

        Args:
            payload: a bytes-like object.
        """
        cdef Py_buffer view
        cdef Output out
        out.data, out.size, out.room, out.failed = NULL, 0, 0, False
        PyObject_GetBuffer(payload, &view, PyBUF_SIMPLE)
        try:
            reserve(&out, 3 * view.len + 64)
            if not self.message(&out, <const uint8_t*>view.buf, <const uint8_t*>view.buf + view.len, 0, 0):
                return None
            if out.failed:
                raise MemoryError
            return PyBytes_FromStringAndSize(<char*>out.data, out.size)
        finally:
            free(out.data)
            PyBuffer_Release(&view)

    cdef bint message(self, Output* out, const uint8_t* p, const uint8_t* end, int message, int depth) except -1:
        cdef Field field
        cdef Entry* entry
        cdef uint32_t number, last = 0, seen = 0
        cdef bint is_open = False
        if depth > DEEPEST:
            return False
        put_byte(out, 123)
        while p < end:
            p = next_field(p, end, &field)
            if p == NULL:
                return False
            number = field.tag >> 3
            if number >= NUMBERS or self.entries[message * NUMBERS + number].kind == ABSENT:
                continue
            entry = &self.entries[message * NUMBERS + number]
            if number < last or (number == last and not is_open) or seen & entry.oneof:
                return False
            seen |= entry.oneof
            if entry.is_repeated and entry.kind < STRING:
                if field.tag & 7 != 2 or number == last:
                    return False
                if field.body == field.stop:
                    last = number
                    continue
            elif field.tag & 7 != <uint32_t>entry.wire:
                return False
            elif not entry.is_repeated and not entry.has_presence and is_default(entry, &field):
                if is_open:
                    put_byte(out, 93)
                is_open, last = False, number
                continue
            if number != last:
                if is_open:
                    put_byte(out, 93)
                if out.size and out.data[out.size - 1] != 123:
                    put_byte(out, 44)
                put(out, entry.name, entry.name_size)
                is_open, last = entry.is_repeated and entry.kind >= STRING, number
                if is_open:
                    put_byte(out, 91)
            else:
                put_byte(out, 44)
            if not self.value(out, entry, &field, depth):
                return False
        if is_open:
            put_byte(out, 93)
        put_byte(out, 125)
        return True

    cdef bint value(self, Output* out, Entry* entry, Field* field, int depth) except -1:
        if entry.kind == MESSAGE:
            return self.message(out, field.body, field.stop, entry.message, depth + 1)
        if entry.kind == STRING:
            return put_text(out, field.body, field.stop)
        if entry.kind == ID:
            put_hex(out, field.body, field.stop)
        elif entry.kind == BYTES:
            put_base64(out, field.body, field.stop)
        elif entry.is_repeated:
            return put_packed(out, entry, field)
        else:
            put_number(out, entry.kind, field.value)
        return True


cdef bint is_default(Entry* entry, Field* field) noexcept nogil:
    """Whether a field holds what its absence means: zero, false or nothing."""
    if entry.kind >= STRING:
        return entry.kind != MESSAGE and field.body == field.stop
    if entry.kind == INT32 or entry.kind == UINT32 or entry.kind == SINT32:
        return <uint32_t>field.value == 0
    return field.value == 0


cdef bint put_packed(Output* out, Entry* entry, Field* field) except -1:
    cdef const uint8_t* p = field.body
    cdef const uint8_t* first = p
    cdef uint64_t value
    cdef Reason why = OK
    cdef int width = 8 if entry.wire == 1 else 4
    put_byte(out, 91)
    while p < field.stop:
        if p != first:
            put_byte(out, 44)
        if entry.wire == 0:
            p = read_varint(p, field.stop, &value, &why)
            if p == NULL:
                return False
        else:
            if field.stop - p < width:
                return False
            value = little64(p) if width == 8 else little32(p)
            p += width
        put_number(out, entry.kind, value)
    put_byte(out, 93)
    return True


def _all_tables(table):
    """A table and all below it, itself first."""
    found = {table.name: table}
    todo = [table]
    while todo:
        for field in todo.pop().fields.values():
            if field.message is not None and field.message.name not in found:
                found[field.message.name] = field.message
                todo.append(field.message)
    return list(found.values())

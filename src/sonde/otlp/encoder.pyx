# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The native encoder: the SDK's spans, log records and metrics straight to OTLP bytes, without a message object between.

`sonde.otlp.encode` says what each function does and promises; `sonde.otlp.encoder_twin` is the same in plain Python, with
the same bytes. The parts:

- `kernel_wire.pxi`: varints and an output buffer, the kernel's own;
- `encoder_value.pxi`: numbers, ids, text, attribute values;
- `encoder_read.pxi`: attributes of foreign objects, by their private names where the class is OpenTelemetry's own;
- `encoder_spans.pxi`, `encoder_logs.pxi`, `encoder_metrics.pxi`: the items of each signal;
- `encoder_items.pxi`: batches of spans and log records, by resource and scope;
- `encoder_groups.py`, `encoder_lenient.py`: what is rare enough to stay Python, shared with the twin.

How: an item is written field by field, in the order of field numbers, into the buffer of its resource and scope; what
has a length that is not known beforehand gets a guess of it, mended afterwards. Invariants: an object is held as long as
a pointer into it is used; an item that fails leaves nothing behind; the buffer's `failed` is looked at once, at the end.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_Check, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_CheckExact, PyDict_Next
from cpython.exc cimport PyErr_Clear
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_AsDouble, PyFloat_Check
from cpython.list cimport PyList_CheckExact
from cpython.long cimport PyLong_AsUnsignedLongLong, PyLong_Check
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.object cimport Py_TYPE, PyObject
from cpython.tuple cimport PyTuple_Check, PyTuple_CheckExact, PyTuple_GET_ITEM
from cpython.unicode cimport PyUnicode_Check, PyUnicode_CheckExact
from libc.stdint cimport UINT32_MAX, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memmove

from sonde.otlp.encoder_groups import Groups
from sonde.otlp.encoder_lenient import (
    DEPTH_LIMIT,
    Refused,
    TooDeepError,
    described,
    is_sdk_type,
    reason_of,
    shown,
    text_bytes,
    trace_state_text,
    unfolded,
    whole_number,
)

include "kernel_wire.pxi"

cdef enum:
    SMALL = 1 << 14     # what is less is not worth keeping
    SPARE = 1 << 20     # what is more is not kept


cdef Output spare       # the memory of a batch before, for the next: fresh pages cost a sixth of the encoding

cdef class Buffer:
    """An output buffer that Python owns: the items of one group, or one message."""

    cdef Output out

    def __cinit__(self):
        global spare
        self.out.data, self.out.room = spare.data, spare.room
        spare.data, spare.room = NULL, 0

    def __dealloc__(self):
        global spare
        if self.out.room > max(spare.room, SMALL) and self.out.room <= SPARE:
            self.out.data, spare.data = spare.data, self.out.data
            spare.room = self.out.room
        free(self.out.data)

    cdef object view(self):
        if self.out.failed:
            raise MemoryError
        if self.out.size == 0:
            return b""
        return PyMemoryView_FromMemory(<char*>self.out.data, self.out.size, 0x100)

    cdef bytes content(self):
        if self.out.failed:
            raise MemoryError
        return PyBytes_FromStringAndSize(<char*>self.out.data, self.out.size)


cdef object view_of(Buffer buffer):
    return buffer.view()


cdef int refuse(list refused, object item, object error) except -1:
    if refused is not None:
        refused.append(Refused(item, reason_of(error)))
    return 0


include "encoder_value.pxi"
include "encoder_read.pxi"
include "encoder_spans.pxi"
include "encoder_logs.pxi"
include "encoder_metrics.pxi"
include "encoder_items.pxi"

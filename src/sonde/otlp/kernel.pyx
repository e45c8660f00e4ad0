# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The wire kernel: OTLP payloads validated, indexed, cut and joined without an object per record.

`sonde.otlp.wire` says what each function does and promises; `sonde.otlp.twin` is the same in plain Python. The parts:

- `kernel_wire.pxi`: tags, varints, UTF-8, an output buffer;
- `kernel_check.pxi`: the whole grammar in one pass;
- `kernel_value.pxi`: an AnyValue as protobuf would merge it;
- `kernel_flatten.pxi`: nested values as JSON text;
- `kernel_scan.pxi`, `kernel_columns.pxi`: columns of positions, ids, times and codes;
- `kernel_attribute.pxi`: a typed column for an attribute;
- `kernel_splice.pxi`, `kernel_split.pxi`: select, split, group by trace.

Invariants: no pointer is followed before it was compared with its end, also where a payload was checked before (its
owner may have changed it since); no function keeps state between calls; the GIL is released for payloads over 32 KiB.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Free
from cpython.memoryview cimport PyMemoryView_FromObject
from libc.math cimport isfinite, isnan
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy, memmove, memset, strlen

from os import urandom

from sonde.core.errors import MalformedError
from sonde.otlp.columns import AttributeColumn, Groups, LogColumns, MetricColumns, TraceColumns, TraceGroups
from sonde.otlp.schema import DEPTH_LIMIT, MESSAGES, REASONS, ROOTS, SIZE_LIMIT


cdef class Payload:
    """A bytes-like object held for the length of a call."""

    cdef Py_buffer buffer
    cdef bint held
    cdef const uint8_t* start
    cdef size_t size

    def __cinit__(self, object source):
        PyObject_GetBuffer(source, &self.buffer, PyBUF_SIMPLE)
        self.held = True
        self.start = <const uint8_t*>self.buffer.buf
        self.size = self.buffer.len
        if self.buffer.len > SIZE_LIMIT:
            raise MalformedError(REASONS.size, 0, "")

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.buffer)


cdef int signal_of(int signal) except -1:
    if not 0 <= signal <= 2:
        raise ValueError(f"no signal has the index {signal}: traces 0, metrics 1, logs 2")
    return signal


cdef bytes take(Output* out):
    """The output as bytes; frees it."""
    try:
        if out.failed:
            raise MemoryError
        return PyBytes_FromStringAndSize(<char*>out.data, out.size)
    finally:
        free(out.data)
        out.data = NULL


include "kernel_wire.pxi"
include "kernel_check.pxi"
include "kernel_value.pxi"
include "kernel_flatten.pxi"
include "kernel_scan.pxi"
include "kernel_columns.pxi"
include "kernel_attribute.pxi"
include "kernel_splice.pxi"
include "kernel_split.pxi"


def validate(int signal, payload):
    """See `sonde.otlp.wire.validate`."""
    cdef Check c
    signal_of(signal)
    check_payload(&c, signal, Payload(payload))
    return c.items


def concat(payloads):
    """See `sonde.otlp.wire.concat`."""
    return b"".join(payloads)

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""OTLP requests as the engine's own blocks: one pass over the bytes, a buffer per column, no object per record.

ClickHouse can read OTLP itself (`landing` and `schema/decode.sql` let it), at two and a half times the cost of
storing in all: it decodes every field through a virtual call, and the SQL that turns OTLP's values into the columns' form walks
them again and again. These functions do the same in one walk and hand over blocks in ClickHouse's `Native` format, which it
only copies. Both ways give the same rows; a test holds them together. The parts:

- `blocks_column.pxi`: columns, dictionaries, the Native format;
- `blocks_number.pxi`: numbers as text;
- `blocks_value.pxi`: attributes, and the catalogue of them;
- `blocks_walk.pxi`: resource, scope and record, which traces and logs have in common;
- `blocks_traces.pxi`, `blocks_logs.pxi`: spans and log records;
- `blocks_metrics.pxi`, `blocks_metrics_walk.pxi`: points, and the walk to them.

Input: a request that `sonde.otlp.wire.flatten` has checked and flattened; what is not valid is skipped, never followed out
of the buffer. The GIL is released while records are walked.

Source of the format: ClickHouse documentation, "Native" format; src/DataTypes/Serializations of its sources for
LowCardinality (a dictionary per block, the default value first) and Map (an array of pairs, column by column).
"""

from cpython.buffer cimport PyBUF_READ, PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy, memmove, memset, strlen

from os import urandom

include "../otlp/kernel_wire.pxi"


cdef class Payload:
    """A bytes-like object held for the length of a call."""

    cdef Py_buffer buffer
    cdef bint held
    cdef const uint8_t* start
    cdef const uint8_t* end

    def __cinit__(self, object source):
        PyObject_GetBuffer(source, &self.buffer, PyBUF_SIMPLE)
        self.held = True
        self.start = <const uint8_t*>self.buffer.buf
        self.end = self.start + self.buffer.len

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.buffer)


include "blocks_column.pxi"
include "blocks_number.pxi"
include "blocks_value.pxi"
include "blocks_walk.pxi"
include "blocks_traces.pxi"
include "blocks_logs.pxi"
include "blocks_metrics.pxi"
include "blocks_metrics_walk.pxi"


cdef class Encoder:
    """Makes rows of OTLP requests. Keeps its buffers from one request to the next; not thread-safe."""

    cdef Block traces
    cdef Block logs
    cdef list metrics

    def __cinit__(self):
        self.traces = Block(TRACE_FIELDS, ["Events", "Links"])
        self.logs = Block(LOG_FIELDS, [])
        self.metrics = [Block(fields, groups) for _, fields, groups in METRIC_TABLES]

    def blocks(self, int signal, payload, uint64_t segment_ns):
        """A request's rows as Native blocks.

        Args:
            signal: 0 traces, 1 metrics, 2 logs.
            payload: the flattened request.
            segment_ns: the segment's time, by which wrong clocks are told.

        Returns:
            The blocks by table name, tables without rows left out, valid until the next call; and the catalogue: one
            tuple (level, key, type, count, values) per attribute, values being a few distinct ones.
        """
        cdef Payload held = Payload(payload)
        if signal == 0:
            return trace_blocks(self.traces, held, segment_ns)
        if signal == 1:
            return metric_blocks(self.metrics, held, segment_ns)
        return log_blocks(self.logs, held, segment_ns)

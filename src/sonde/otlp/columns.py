"""An index of a payload: one row a record, one column a property, as plain buffers.

Every column is a read-only `memoryview` over native-endian numbers; `numpy.frombuffer(column, dtype)` views it without a
copy (formats `I` uint32, `i` int32, `Q` uint64, `q` int64, `d` float64, `B` uint8). Offsets count bytes from the start of
the payload, times are nanoseconds since the epoch. An absent property is 0; an absent id is all zeros, as OTLP has it.

A record is a span, a log record, or a metric data point. Records keep their order on the wire. Where a field is repeated
that protobuf allows once, the last value counts; data points of a metric whose kind was given twice count only where
they belong to the last kind given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, TypeAlias

__all__ = [
    "AttributeColumn",
    "BytesLike",
    "Columns",
    "Groups",
    "LogColumns",
    "MetricColumns",
    "TraceColumns",
    "TraceGroups",
    "ValueKind",
]

BytesLike: TypeAlias = bytes | bytearray | memoryview
"""What a payload may come as."""


class ValueKind(IntEnum):
    """What an attribute holds; the numbers of 1 to 7 are the fields of `AnyValue`."""

    ABSENT = 0
    STRING = 1
    BOOL = 2
    INT = 3
    DOUBLE = 4
    ARRAY = 5
    KVLIST = 6
    BYTES = 7
    EMPTY = 8
    """The key is there, its value is not, or refers to a string table that OTLP has no place for."""


class Groups(NamedTuple):
    """One level of groups: `ResourceSpans`, `ScopeSpans`, `Metric` and their like.

    Attributes:
        start: where each group's message begins (`I`).
        end: the byte after it (`I`).
        first: the first row that is in it, of the level below; one more entry than groups, the last is the rows' count (`I`).
    """

    start: memoryview
    end: memoryview
    first: memoryview


@dataclass(slots=True)
class Columns:
    """What all signals have.

    Attributes:
        signal: traces 0, metrics 1, logs 2.
        payload: the bytes that the offsets mean, held as they were given.
        count: how many records there are.
        resources: the groups by resource; their rows are scopes.
        scopes: the groups by scope; their rows are records, or metrics.
        at: where the field of each record begins, with its tag (`I`).
        start: where its message begins (`I`).
        end: the byte after it (`I`).
        resource: its row in `resources` (`I`).
        scope: its row in `scopes` (`I`).
        attributes: where the field of its first attribute begins; its end, where it has none (`I`).
        flags: as on the wire (`I`).
        name_offset: of the span's, event's or metric's name (`I`).
        name_length: in bytes (`I`).
    """

    signal: int
    payload: BytesLike = field(repr=False)
    count: int
    resources: Groups
    scopes: Groups
    at: memoryview
    start: memoryview
    end: memoryview
    resource: memoryview
    scope: memoryview
    attributes: memoryview
    flags: memoryview
    name_offset: memoryview
    name_length: memoryview


@dataclass(slots=True)
class TraceColumns(Columns):
    """One row a span.

    Attributes:
        trace_id: 16 bytes a span (`B`).
        span_id: 8 bytes a span (`B`).
        parent_span_id: 8 bytes a span (`B`).
        start_ns: start time (`Q`).
        end_ns: end time (`Q`).
        kind: `SpanKind` (`i`).
        status: `StatusCode` (`i`).
    """

    trace_id: memoryview
    span_id: memoryview
    parent_span_id: memoryview
    start_ns: memoryview
    end_ns: memoryview
    kind: memoryview
    status: memoryview


@dataclass(slots=True)
class LogColumns(Columns):
    """One row a log record; its name is the event's.

    Attributes:
        trace_id: 16 bytes a record (`B`).
        span_id: 8 bytes a record (`B`).
        time_ns: when it happened (`Q`).
        observed_ns: when it was seen (`Q`).
        severity: severity number (`i`).
    """

    trace_id: memoryview
    span_id: memoryview
    time_ns: memoryview
    observed_ns: memoryview
    severity: memoryview


@dataclass(slots=True)
class MetricColumns(Columns):
    """One row a data point; its name is its metric's.

    Attributes:
        metrics: the groups by metric; their rows are records.
        metric_kind: for each metric the field number of its kind: gauge 5, sum 7, histogram 9, exponential histogram 10,
            summary 11, none 0 (`B`).
        metric: each point's row in `metrics` (`I`).
        kind: its metric's kind (`B`).
        start_ns: start time (`Q`).
        time_ns: time (`Q`).
    """

    metrics: Groups
    metric_kind: memoryview
    metric: memoryview
    kind: memoryview
    start_ns: memoryview
    time_ns: memoryview


@dataclass(slots=True)
class AttributeColumn:
    """The values of one attribute, one row a record, resource or scope.

    Attributes:
        kind: a `ValueKind` (`B`).
        ints: the value of an int; 1 and 0 of a bool; else 0 (`q`).
        floats: the value of a double; else 0 (`d`).
        offset: where the content of a string, of bytes, of an array or a list lies in the payload; else 0 (`I`).
        length: of that content in bytes (`I`). Of an array or list that is split over repeated fields, it is the last part.
    """

    kind: memoryview
    ints: memoryview
    floats: memoryview
    offset: memoryview
    length: memoryview


@dataclass(slots=True)
class TraceGroups:
    """Records grouped by trace id.

    Attributes:
        count: how many traces there are; records without a trace id are one more, with the id of zeros.
        group: for each record the number of its trace, in the order of first appearance (`I`).
        order: the records' rows, trace by trace, within a trace in wire order (`I`).
        first: where each trace begins in `order`; one more entry than traces, the last is the records' count (`I`).
    """

    count: int
    group: memoryview
    order: memoryview
    first: memoryview

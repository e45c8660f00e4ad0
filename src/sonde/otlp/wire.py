"""OTLP payloads as bytes: check, index, cut and join them without an object per record.

The functions here hand on to the Cython kernel where it was built, to its pure-Python twin where not; `NATIVE` says
which. Results are the same. A `signal` is a `Signal.index`: traces 0, metrics 1, logs 2. An item (or record) is a span,
a log record or a metric data point. Importing this module imports neither numpy nor, with the kernel, protobuf.

What is valid is what protobuf's own parsers accept, less two things that no OTLP sender makes: groups, and ids of a
wrong length. So any order of fields, repeated singular fields (the last wins, sub-messages merge, of a oneof the last
member counts), unknown fields, packed and unpacked numbers and over-long but finite varints pass; at most 100 levels of
messages may be nested, as in protobuf itself, and a payload has at most 2 GiB. A trace id has 16 bytes, a span id 8, or
either is empty (OTLP treats both as absent; the Collector refuses other lengths too).

A payload must not change during a call; a changed one gives useless results, and nothing worse.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sonde.otlp.columns import AttributeColumn, BytesLike, Columns, TraceGroups

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.otlp import twin as _wire
elif os.environ.get("SONDE_PURE"):
    from sonde.otlp import twin as _wire
else:
    try:
        from sonde.otlp import kernel as _wire
    except ImportError:
        from sonde.otlp import twin as _wire

__all__ = [
    "NATIVE",
    "AttributeColumn",
    "BytesLike",
    "Columns",
    "TraceGroups",
    "attribute",
    "body",
    "concat",
    "flatten",
    "group_by_trace",
    "scan",
    "select",
    "split",
    "validate",
]

NATIVE: bool = _wire.__name__.endswith(".kernel")
"""True when the Cython kernel serves, False for the pure-Python twin."""


def validate(signal: int, payload: BytesLike) -> int:
    """Check a whole payload in one pass and count its items.

    Args:
        signal: traces 0, metrics 1, logs 2.
        payload: the bytes of one export request, or of several joined.

    Returns:
        How many spans, data points or log records it holds; 0 for an empty payload.

    Raises:
        MalformedError: with what is wrong, the byte offset and the field's path. Where a field does not hold, the offset
            is that of its tag; where a string is not UTF-8, that of its first bad sequence. An unknown field appears in
            a path as `#number`.
        ValueError: no signal has this index.
    """
    return _wire.validate(signal, payload)


def scan(signal: int, payload: BytesLike, *, checked: bool = False) -> Columns:
    """Index a payload: one row a record, in columns.

    Args:
        signal: traces 0, metrics 1, logs 2.
        payload: the bytes of one request, or of several joined; the columns hold on to it.
        checked: True when `validate` has accepted this payload before: then it is not checked again, which takes half
            the time. Of a payload that is not valid the columns are then useless.

    Returns:
        `TraceColumns`, `MetricColumns` or `LogColumns`.

    Raises:
        MalformedError: as `validate` raises it.
    """
    return _wire.scan(signal, payload, checked)


def attribute(columns: Columns, level: str, key: str) -> AttributeColumn:
    """The values of one attribute, typed, read from the payload on demand.

    Keys are unique in OTLP; where one is repeated, the first counts. A value split over repeated fields is merged.

    Args:
        columns: the index of the payload.
        level: `record`, `scope` or `resource`: whose attributes. A data point's are its own, not its metric's metadata.
        key: the attribute's key.

    Returns:
        One row a record; or a row in `columns.scopes` or `columns.resources`, which `columns.scope` and
        `columns.resource` spread over the records: `kind[columns.resource]` in numpy.

    Raises:
        ValueError: no level has this name.
    """
    return _wire.attribute(columns, level, key)


def body(columns: Columns) -> AttributeColumn:
    """The bodies of log records, typed as an attribute's values are.

    Raises:
        ValueError: the columns are not of logs.
    """
    return _wire.body(columns)


def select(columns: Columns, mask: bytes | bytearray | memoryview) -> bytes:
    """A payload of the records that a mask keeps, in their order, within their groups.

    Groups (by resource, by scope, by metric) that keep no record are left out, also those that had none before. Other
    fields of a group stay as they are, unknown ones too; unknown fields of the request itself do not, unless every record
    stays: then the payload is returned as it is.

    Args:
        columns: the index of the payload.
        mask: one byte a record, zero drops it: `bytes`, or a numpy array of `bool` or `uint8`.

    Returns:
        The new payload; empty when nothing stays.

    Raises:
        ValueError: the mask has another length than the columns.
    """
    return _wire.select(columns, mask)


def split(
    signal: int, payload: BytesLike, *, max_items: int = 0, max_bytes: int = 0, checked: bool = False
) -> list[bytes]:
    """Cut a payload into payloads that are small enough, in order, each as full as it can be.

    Every piece repeats what its groups carry beside records, the resource and the scope above all. A metric may be cut
    between its points. Many pieces of a large resource take much memory: they are all made at once.

    Args:
        signal: traces 0, metrics 1, logs 2.
        payload: the bytes of one request, or of several joined.
        max_items: records of a piece at most; 0 for no limit.
        max_bytes: bytes of a piece at most; 0 for no limit. A record that is too large by itself, with its groups, makes
            a piece that is larger.
        checked: as for `scan`.

    Returns:
        The pieces; the payload itself when it is small enough, nothing when it holds no record.

    Raises:
        MalformedError: as `validate` raises it.
        ValueError: a limit is negative.
    """
    return _wire.split(signal, payload, max_items=max_items, max_bytes=max_bytes, checked=checked)


def group_by_trace(columns: Columns) -> TraceGroups:
    """Number the traces of spans or log records, and list the records of each. O(records).

    Raises:
        ValueError: the columns are of metrics, which have no trace id.
    """
    return _wire.group_by_trace(columns)


def concat(payloads: Iterable[BytesLike]) -> bytes:
    """Join payloads of one signal into one.

    Protobuf merges messages that are concatenated, and every field of an OTLP request is repeated; so joining the bytes
    of valid requests is a valid request that holds all their groups, in order.
    """
    return _wire.concat(payloads)


def flatten(signal: int, payload: BytesLike) -> BytesLike:
    """Check a payload, and write the arrays and lists of its attributes and log bodies as JSON text.

    Every top-level `array_value` (field 5) or `kvlist_value` (field 6), that is the value of an attribute at any place or
    a log body, keeps its field number; its content becomes JSON text in UTF-8, which a schema reads that declares the two
    fields as `string`. Integers are JSON integers, bytes base64 strings, what is not finite is "NaN", "Infinity" or
    "-Infinity", a value without content is null; repeated keys stay as they are. A value that was split over repeated
    fields is merged first. All else, unknown fields too, passes through.

    Returns:
        The payload itself, the same object, when nothing in it is nested; else new bytes.

    Raises:
        MalformedError: as `validate` raises it.
    """
    return _wire.flatten(signal, payload)

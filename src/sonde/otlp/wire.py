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
from typing import TYPE_CHECKING, TypeAlias

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

__all__ = ["NATIVE", "BytesLike", "concat", "flatten", "validate"]

BytesLike: TypeAlias = bytes | bytearray | memoryview
"""What a payload may come as."""

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

"""Protobuf by hand, for tests that need bytes no library would write."""

from __future__ import annotations


def varint(value: int, width: int = 1) -> bytes:
    """A varint in at least `width` bytes."""
    out = bytearray()
    while value >= 0x80 or len(out) < width - 1:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, body: bytes, kind: int = 2) -> bytes:
    """A field; with a length when its wire type is 2."""
    return varint(number << 3 | kind) + (varint(len(body)) if kind == 2 else b"") + body


def trace(*spans: bytes, scope: bytes = b"", resource: bytes = b"") -> bytes:
    """A trace request with one group; `scope` and `resource` are further fields of the groups."""
    return field(1, resource + field(2, scope + b"".join(field(2, span) for span in spans)))


def log(*records: bytes) -> bytes:
    """A log request; of the same shape."""
    return trace(*records)


def metric(*fields: bytes) -> bytes:
    """A metric request with one metric."""
    return trace(b"".join(fields))


def attribute(key: str, value: bytes, number: int = 9) -> bytes:
    """An attribute field whose AnyValue has these bytes."""
    return field(number, field(1, key.encode()) + field(2, value))


def string(text: str) -> bytes:
    """The fields of an AnyValue that is a string."""
    return field(1, text.encode())


def array(*values: bytes) -> bytes:
    """The fields of an AnyValue that is an array."""
    return field(5, b"".join(field(1, value) for value in values))

"""Varints, ids, text and attribute values for the encoder in plain Python: pieces of bytes, joined once per item.

Tuned: short lengths come from tables, encoded keys from a small cache, so that a plain attribute costs four lookups and
one `extend`. Every function gives exactly the bytes that `sonde.otlp.encoder` writes.

Source: protobuf's "Encoding" page; `AnyValue` and `KeyValue` of OTLP 1.x.
"""

# ruff: noqa: SLF001 - the private attributes of the SDK's own classes are what this reads
from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any, Final

from sonde.core import protobuf
from sonde.otlp.encoder_lenient import (
    DEPTH_LIMIT,
    TooDeepError,
    described,
    is_sdk_type,
    text_bytes,
    unfolded,
    whole_number,
)

__all__ = [
    "IS_SDK",
    "attributes",
    "double",
    "enum_number",
    "fixed64",
    "identifier",
    "message",
    "number",
    "sfixed64",
    "text",
    "unsigned32",
    "value",
    "varint",
    "varints",
]

_UINT64_MAX: Final = (1 << 64) - 1
_FIXED64: Final = Struct("<cQ").pack
_SFIXED64: Final = Struct("<cq").pack
_DOUBLE: Final = Struct("<cd").pack


class _Kinds(dict[type, bool]):
    """Whether a class is OpenTelemetry's own; forgets when it grows, since applications may make classes as they like."""

    def __missing__(self, kind: type) -> bool:
        if len(self) >= 1000:
            self.clear()
        known = self[kind] = is_sdk_type(kind)
        return known


IS_SDK: Final = _Kinds()


_VARINTS: Final = [protobuf.varint(size) for size in range(1024)]
_SHORT: Final = 118
"""Texts up to this size, with keys as short, make attributes whose lengths are of one byte."""
_VALUE_HEADS: Final = [bytes((0x12, size)) for size in range(_SHORT)]
_TEXT_HEADS: Final = [bytes((0x12, size + 2, 0x0A, size)) for size in range(_SHORT)]


def varint(size: int) -> bytes:
    """The shortest varint of a number that is not negative."""
    return _VARINTS[size] if size < 1024 else protobuf.varint(size)


def message(tag: bytes, content: bytes) -> bytes:
    """A length-delimited field, also where it is empty."""
    return tag + varint(len(content)) + content


def text(tag: bytes, content: Any) -> bytes:
    """A string field, left out where it is empty or None."""
    if content is None:
        return b""
    try:
        data = str.encode(content)
    except (TypeError, UnicodeEncodeError):
        data = text_bytes(content)
    return tag + varint(len(data)) + data if data else b""


def number(tag: bytes, content: int) -> bytes:
    """A varint field, left out at zero."""
    return tag + varint(content) if content else b""


def enum_number(member: Any) -> int:
    """The number of an enumeration's member, or a plain number, or 0 for None."""
    known = getattr(member, "_value_", member)
    if type(known) is int and 0 <= known < 1024:
        return known
    return whole_number(known, 0, 0x7FFFFFFF)


def fixed64(tag: bytes, content: Any) -> bytes:
    """A fixed64 field, left out at zero or None."""
    if type(content) is int and 0 < content <= _UINT64_MAX:
        return _FIXED64(tag, content)
    known = whole_number(content, 0, _UINT64_MAX)
    return _FIXED64(tag, known) if known else b""


def unsigned32(content: Any) -> int:
    """The number of a field of 32 bits; None is 0."""
    return 0 if content == 0 else whole_number(content, 0, 0xFFFFFFFF)


def double(tag: bytes, content: Any) -> bytes:
    """A double with presence: left out only where it is None."""
    return b"" if content is None else _DOUBLE(tag, content)


def sfixed64(tag: bytes, content: int) -> bytes:
    """A signed number, written whatever it is."""
    return _SFIXED64(tag, content)


def varints(numbers: Any) -> bytes:
    """Many numbers, one after the other; the counts of buckets are nearly always small."""
    known = tuple(numbers)
    try:
        if (small := bytes(known)).isascii():
            return small
    except ValueError:
        pass
    return b"".join([varint(whole_number(one, 0, _UINT64_MAX)) for one in known])


def identifier(head: bytes, content: Any, size: int) -> bytes:
    """An id of so many bytes, big-endian, after its tag and length; written also when it is zero."""
    return head + int.to_bytes(content, size, "big")


class Keys(dict[Any, bytes]):
    """Encoded keys, the field of a `KeyValue`; the first few thousand short ones are kept, for keys are few."""

    limit: Final = 4096

    def __missing__(self, key: Any) -> bytes:
        encoded = text(b"\x0a", key)
        if type(key) is str and len(key) <= _SHORT and len(self) < self.limit:
            self[key] = encoded
        return encoded


_KEYS: Final = Keys()


def attributes(tag: bytes, members: Any) -> list[bytes]:
    """`KeyValue`s of a mapping or None, as pieces."""
    if IS_SDK[type(members)]:
        members = members._dict
    if not members:
        return []
    return _key_values(tag, list(members.items()), 0)


def _key_values(tag: bytes, pairs: Iterable[tuple[Any, Any]], depth: int) -> list[bytes]:
    out: list[bytes] = []
    extend, keys, lengths = out.extend, _KEYS, _VARINTS
    heads, short = _TEXT_HEADS, _VALUE_HEADS
    for key, content in pairs:
        name = keys[key]
        if type(content) is str and len(content) < _SHORT:
            try:
                data = content.encode()
            except UnicodeEncodeError:
                data = text_bytes(content)
            size = len(data)
            inner = size + len(name) + 4
            if size < _SHORT and inner < 1024:
                extend((tag, lengths[inner], name, heads[size], data))
                continue
        body = value(content, depth)
        size = len(body)
        inner = size + len(name) + 2
        if size < _SHORT and inner < 1024:
            extend((tag, lengths[inner], name, short[size], body))
        else:
            length = varint(size)
            extend((tag, varint(len(name) + 1 + len(length) + size), name, b"\x12", length, body))
    return out


def value(content: Any, depth: int = 0) -> bytes:
    """The content of an AnyValue, so many levels of messages below an attribute's."""
    write = _WRITERS.get(type(content)) or _writer_of(content)
    return _nested(content, depth) if write is None else write(content)


def _text_value(content: str) -> bytes:
    try:
        data = str.encode(content)
    except UnicodeEncodeError:
        data = text_bytes(content)
    return b"\x0a" + varint(len(data)) + data


def _int_value(content: int) -> bytes:
    if -(1 << 63) <= content < 1 << 63:
        return b"\x18" + varint(content & _UINT64_MAX)
    return _foreign_value(content)


def _float_value(content: float) -> bytes:
    return _DOUBLE(b"\x21", content)


def _bytes_value(content: bytes) -> bytes:
    return b"\x3a" + varint(len(content)) + content


def _bool_value(content: bool) -> bytes:  # noqa: FBT001 - the value itself
    return b"\x10\x01" if content else b"\x10\x00"


def _no_value(_: None) -> bytes:
    return b""


def _foreign_value(content: Any) -> bytes:
    shown = described(content)
    return b"" if shown is None else _text_value(shown)


_WRITERS: Final[dict[type, Callable[[Any], bytes]]] = {
    str: _text_value,
    bool: _bool_value,
    int: _int_value,
    float: _float_value,
    bytes: _bytes_value,
    type(None): _no_value,
}


def _writer_of(content: Any) -> Callable[[Any], bytes] | None:
    """Of a subclass's instance; None for a nested or foreign one."""
    for kind in (str, int, float, bytes):
        if isinstance(content, kind):
            return _WRITERS[kind]
    return None


def _nested(content: Any, depth: int) -> bytes:
    if depth:
        return _members(content, depth)
    try:
        return _members(content, 0)
    except TooDeepError:
        return _foreign_value(content)


def _members(content: Any, depth: int) -> bytes:
    kind = type(content)
    members: list[Any] | tuple[Any, ...] | None
    if kind is dict:
        members = tuple(content.items())
    else:
        members = list(content) if kind is list or kind is tuple else unfolded(content)
    if members is None:
        return _foreign_value(content)
    is_array = type(members) is list
    depth += 2 if is_array else 3
    if depth > DEPTH_LIMIT:
        raise TooDeepError
    if is_array:
        return message(b"\x2a", b"".join([message(b"\x0a", value(one, depth)) for one in members]))
    pairs = [(key if type(key) is str else described(key), one) for key, one in members]
    return message(b"\x32", b"".join(_key_values(b"\x0a", pairs, depth)))

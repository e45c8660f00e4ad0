"""The protobuf wire format in plain Python: fields of a message, one after the other.

Source: protobuf's "Encoding" page, and for what it leaves open the behaviour of the `upb` parser: a tag takes at most 5
bytes and 32 bits, a length at most 5 bytes, a varint at most 10 bytes of which 64 bits count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sonde.otlp.schema import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FIXED32", "FIXED64", "LEN", "VARINT", "Piece", "RefusedError", "field", "fields"]

VARINT, FIXED64, LEN, FIXED32 = 0, 1, 2, 5


class RefusedError(Exception):
    """A message that is not valid.

    Attributes:
        reason: one of `schema.REASONS`.
        at: offset of the tag of the field that does not hold.
        tag: that tag; 0 when the tag itself is wrong.
        offset: where exactly, when that is inside the field.
        path: names of the fields on the way to it, the innermost first.
        is_placed: whether the message that holds the field has added its name to the path.
    """

    def __init__(self, reason: str, at: int, tag: int, offset: int = -1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.tag = tag
        self.offset = at if offset < 0 else offset
        self.path: list[str] = []
        self.is_placed = False


class Piece(NamedTuple):
    """One field as it lies on the wire.

    Attributes:
        at: offset of its tag.
        tag: field number times 8 plus wire type.
        body: offset of its content, after tag and length.
        stop: offset of the byte after it.
        value: of a varint or a fixed number, unsigned; 0 for a field with a length.
    """

    at: int
    tag: int
    body: int
    stop: int
    value: int


def varint(data: bytes, pos: int, end: int, limit: int) -> tuple[int, int]:
    """The number at `pos` and the offset after it; -1 as offset when it is cut short, -2 when it is longer than `limit` bytes."""
    value = 0
    for index in range(limit):
        if pos >= end:
            return 0, -1
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, pos
    return 0, -2


def _tag(data: bytes, at: int, end: int) -> tuple[int, int]:
    tag, pos = varint(data, at, end, 5)
    if pos == -1:
        raise RefusedError(REASONS.tag_cut, at, 0)
    if pos == -2 or tag > 0xFFFFFFFF:
        raise RefusedError(REASONS.tag_long, at, 0)
    if tag < 8:
        raise RefusedError(REASONS.field_zero, at, 0)
    return tag, pos


def _span(data: bytes, at: int, tag: int, pos: int, end: int) -> tuple[int, int]:
    length, body = varint(data, pos, end, 5)
    if body < 0:
        raise RefusedError(REASONS.length_cut if body == -1 else REASONS.length_long, at, tag)
    if length > end - body:
        raise RefusedError(REASONS.length_past, at, tag)
    return body, body + length


def field(data: bytes, at: int, end: int) -> Piece:
    """The field whose tag is at `at`, in a message that ends at `end`.

    Raises:
        RefusedError: there is no whole field.
    """
    tag, pos = _tag(data, at, end)
    kind = tag & 7
    if kind == LEN:
        body, stop = _span(data, at, tag, pos, end)
        return Piece(at, tag, body, stop, 0)
    if kind == VARINT:
        value, stop = varint(data, pos, end, 10)
        if stop < 0:
            raise RefusedError(REASONS.varint_cut if stop == -1 else REASONS.varint_long, at, tag)
        return Piece(at, tag, pos, stop, value & 0xFFFFFFFFFFFFFFFF)
    if kind in (FIXED64, FIXED32):
        stop = pos + (8 if kind == FIXED64 else 4)
        if stop > end:
            raise RefusedError(REASONS.fixed_cut, at, tag)
        return Piece(at, tag, pos, stop, int.from_bytes(data[pos:stop], "little"))
    raise RefusedError(REASONS.group if kind in (3, 4) else REASONS.wire_type, at, tag)


def fields(data: bytes, pos: int, end: int) -> Iterator[Piece]:
    """The fields of the message that lies in `data[pos:end]`, in wire order.

    Raises:
        RefusedError: at the first that is not whole.
    """
    while pos < end:
        piece = field(data, pos, end)
        yield piece
        pos = piece.stop

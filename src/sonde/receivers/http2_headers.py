"""Header blocks in: HPACK decoding with the table in the peer's hands, and the rules for a request's fields.

The dynamic table and the Huffman code are those of the `hpack` library; the loop over a block is here, because the
library's own costs 40 to 50 µs for the block of a small gRPC request, more than everything else in it together (here: 4 to
7 µs). A block that leaves the table untouched means the same until the table changes; the connection remembers such blocks
(see `sonde.receivers.http2`), for which it reads `HeaderDecoder.version`.

Limits: a list above `max_list_bytes` (counted as RFC 9113, section 6.5.2 counts: 32 bytes a field more than its octets) is
decoded to keep the table in step, but not kept: `decode` then returns None; at eight times that the connection ends. A
block's own size is bounded by the caller. Integers above 2^28 are refused, so that no arithmetic here grows.

Source: RFC 7541 (HPACK); RFC 9113 sections 8.2 and 8.3 (which fields a request may carry).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hpack.exceptions import HPACKError
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

from sonde.receivers.http2_frames import ErrorCode, H2ConnectionError, H2StreamError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["TABLE_BYTES", "Field", "HeaderDecoder", "check_request"]

Field = tuple[bytes, bytes]

TABLE_BYTES: Final = 4096
_STATIC: Final[tuple[Field, ...]] = HeaderTable.STATIC_TABLE
_STATIC_COUNT: Final = len(_STATIC)
_BOMB: Final = 8

# Names that need no look at their letters: what OTLP clients send.
_KNOWN: Final = frozenset(
    b"content-type te user-agent grpc-timeout grpc-encoding grpc-accept-encoding content-length authorization"
    b" grpc-previous-rpc-attempts grpc-trace-bin grpc-tags-bin traceparent tracestate x-scope-orgid".split()
)
_PSEUDO: Final = frozenset((b":method", b":scheme", b":path", b":authority"))
_CONNECTION_BOUND: Final = frozenset(
    (b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade")
)
_NAME: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_BAD_VALUE: Final = re.compile(rb"[\0\r\n]")


class HeaderDecoder:
    """One direction of one connection: the peer's dynamic table.

    Args:
        max_list_bytes: the greatest header list kept.

    Attributes:
        version: grows with every change of the dynamic table.
    """

    __slots__ = ("_max_list_bytes", "_table", "version")

    def __init__(self, max_list_bytes: int) -> None:
        self._table = HeaderTable()
        self._max_list_bytes = max_list_bytes
        self.version = 0

    def decode(self, block: bytes) -> list[Field] | None:
        """The fields of a whole header block in order; None if the list is over the limit.

        Raises:
            H2ConnectionError: the block is not HPACK, so the table is lost and the connection with it
                (COMPRESSION_ERROR); or the list is a bomb (ENHANCE_YOUR_CALM).
        """
        try:
            return self._decode(block)
        except (HPACKError, IndexError) as error:
            raise H2ConnectionError(ErrorCode.COMPRESSION_ERROR, f"header block: {error}") from None

    def _decode(self, block: bytes) -> list[Field] | None:
        fields: list[Field] = []
        entries = self._table.dynamic_entries
        position, end, size = 0, len(block), 0
        while position < end:
            first = block[position]
            if first & 0x80:  # indexed field, section 6.1
                index = first & 0x7F
                position += 1
                if index == 0x7F:
                    index, position = _integer(block, position, 0x7F)
                entry = entries[index - _STATIC_COUNT - 1] if index > _STATIC_COUNT else _static(index)
            elif first & 0xE0 == 0x20:  # table size, section 6.3
                position = self._resize(block, position, at_start=not size)
                continue
            else:
                entry, position = self._literal(block, position, first)
            size += 32 + len(entry[0]) + len(entry[1])
            if size <= self._max_list_bytes:
                fields.append(entry)
            elif size > _BOMB * self._max_list_bytes:
                raise H2ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "header list far over the limit")
        return fields if size <= self._max_list_bytes else None

    def _literal(self, block: bytes, position: int, first: int) -> tuple[Field, int]:
        """A literal with (section 6.2.1) or without (6.2.2, 6.2.3) entering the table."""
        mask = 0x3F if first & 0x40 else 0x0F
        index = first & mask
        position += 1
        if index == mask:
            index, position = _integer(block, position, mask)
        if index > _STATIC_COUNT:
            name = self._table.dynamic_entries[index - _STATIC_COUNT - 1][0]
        elif index:
            name = _STATIC[index - 1][0]
        else:
            name, position = _string(block, position)
        value, position = _string(block, position)
        if first & 0x40:
            self._table.add(name, value)
            self.version += 1
        return (name, value), position

    def _resize(self, block: bytes, position: int, *, at_start: bool) -> int:
        size = block[position] & 0x1F
        position += 1
        if size == 0x1F:
            size, position = _integer(block, position, 0x1F)
        if size > TABLE_BYTES or not at_start:
            raise H2ConnectionError(ErrorCode.COMPRESSION_ERROR, "table size update out of range or out of place")
        self._table.maxsize = size
        self.version += 1
        return position


def _static(index: int) -> Field:
    if not index:
        raise H2ConnectionError(ErrorCode.COMPRESSION_ERROR, "header block: index 0")
    return _STATIC[index - 1]


def _integer(block: bytes, position: int, value: int) -> tuple[int, int]:
    """The rest of an integer whose prefix was all ones (RFC 7541, section 5.1): its value and where it ends."""
    for shift in (0, 7, 14, 21):
        octet = block[position]
        position += 1
        value += (octet & 0x7F) << shift
        if octet < 0x80:
            return value, position
    raise H2ConnectionError(ErrorCode.COMPRESSION_ERROR, "header block: integer too long")


def _string(block: bytes, position: int) -> tuple[bytes, int]:
    """A string literal (RFC 7541, section 5.2): its octets and where it ends."""
    first = block[position]
    length = first & 0x7F
    position += 1
    if length == 0x7F:
        length, position = _integer(block, position, 0x7F)
    end = position + length
    if end > len(block):
        raise H2ConnectionError(ErrorCode.COMPRESSION_ERROR, "header block: string cut short")
    octets = block[position:end]
    return (decode_huffman(octets) if first & 0x80 else octets), end


def check_request(fields: Iterable[Field]) -> dict[bytes, bytes]:
    """The fields of a request by name, after the checks that RFC 9113 asks of a server; repeated names are joined by commas.

    Raises:
        H2StreamError: the request is malformed (section 8.1.1): PROTOCOL_ERROR.
    """
    head: dict[bytes, bytes] = {}
    regular = False
    for name, value in fields:
        if name[:1] == b":":
            if regular or name in head or name not in _PSEUDO:
                raise _malformed("pseudo-header field repeated, unknown or out of place")
        else:
            regular = True
            if name not in _KNOWN:
                _check_name(name)
        if _BAD_VALUE.search(value):
            raise _malformed("control character in a field's value")
        head[name] = head[name] + b"," + value if name in head else value
    if not (head.get(b":method") and head.get(b":scheme") and head.get(b":path")):
        raise _malformed(":method, :scheme or :path is missing")
    if head.get(b"te", b"trailers") != b"trailers":
        raise _malformed("te may only say trailers")
    return head


def _check_name(name: bytes) -> None:
    if name in _CONNECTION_BOUND or not _NAME.fullmatch(name):
        raise _malformed("field name that HTTP/2 does not allow")


def _malformed(reason: str) -> H2StreamError:
    return H2StreamError(ErrorCode.PROTOCOL_ERROR, reason)

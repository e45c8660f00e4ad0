"""Header blocks of one connection: put together from HEADERS and CONTINUATION, decoded, and remembered.

A client repeats its header block octet for octet once its dynamic table has settled: the same fields are then the same
indices. `call` keeps what such blocks said. A block is remembered only if it left the table as it was, and all are
forgotten when any block changes the table, so that a remembered block means what it would mean if it were decoded. At
most 16 blocks of at most 1 KiB are kept.

Source: RFC 9113 sections 4.3, 6.2 and 6.10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_frames import ErrorCode, H2ConnectionError
from sonde.receivers.http2_headers import HeaderDecoder, check_request

if TYPE_CHECKING:
    from sonde.receivers.http2_stream import Call, Service

__all__ = ["Blocks"]

_REMEMBERED = 16
_MEMORABLE_BYTES = 1024


class Blocks:
    """The header blocks that one client sends.

    Args:
        service: says what a request's fields mean.
        max_list_bytes: the greatest header list that is looked at; see `HeaderDecoder`.
        max_block_bytes: the greatest block, as sent.

    Attributes:
        is_open: a block has begun and not ended; nothing but its CONTINUATION may come.
    """

    __slots__ = ("_block", "_decoder", "_ends", "_max_block_bytes", "_remembered", "_service", "_stream_id", "is_open")

    def __init__(self, service: Service, max_list_bytes: int, max_block_bytes: int) -> None:
        self._service = service
        self._max_block_bytes = max_block_bytes
        self._decoder = HeaderDecoder(max_list_bytes)
        self._remembered: dict[bytes, Call] = {}
        self._block = b""
        self._stream_id = 0
        self._ends = False
        self.is_open = False

    def begin(self, flags: int, stream_id: int, payload: memoryview) -> bytes | None:
        """A HEADERS frame: the block when it is complete, else None.

        Raises:
            H2ConnectionError: the padding or the stream's number is wrong.
        """
        if not stream_id & 1:
            raise H2ConnectionError(ErrorCode.PROTOCOL_ERROR, "clients open odd streams")
        if flags & (h2.PADDED | h2.PRIORITY_FLAG):
            payload = _content(flags, payload)
        if flags & h2.END_HEADERS:
            return bytes(payload)
        self._block = bytes(payload)
        self._stream_id = stream_id
        self._ends = bool(flags & h2.END_STREAM)
        self.is_open = True
        return None

    def go_on(self, flags: int, stream_id: int, payload: memoryview) -> tuple[bytes, bool] | None:
        """A CONTINUATION frame: the block and whether it ends its stream when it is complete, else None.

        Raises:
            H2ConnectionError: it continues nothing, or the block is too long.
        """
        if not self.is_open or stream_id != self._stream_id:
            raise H2ConnectionError(ErrorCode.PROTOCOL_ERROR, "CONTINUATION without a header block")
        self._block += payload
        if len(self._block) > self._max_block_bytes:
            raise H2ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "header block too long")
        if not flags & h2.END_HEADERS:
            return None
        self.is_open = False
        return self._block, self._ends

    def call(self, block: bytes) -> Call:
        """What a request's header block says.

        Raises:
            H2StreamError: the request is malformed.
            H2ConnectionError: the block cannot be decoded.
        """
        return self._remembered.get(block) or self._read(block)

    def pass_over(self, block: bytes) -> None:
        """Keep the table in step with a block that nobody needs, such as a client's trailers.

        Raises:
            H2ConnectionError: the block cannot be decoded.
        """
        version = self._decoder.version
        self._decoder.decode(block)
        if self._decoder.version != version:
            self._remembered.clear()

    def _read(self, block: bytes) -> Call:
        decoder = self._decoder
        version = decoder.version
        fields = decoder.decode(block)
        is_settled = decoder.version == version
        if not is_settled:
            self._remembered.clear()
        if fields is None:
            return self._service.oversized
        call = self._service.begin(check_request(fields))
        if is_settled and len(block) <= _MEMORABLE_BYTES:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[block] = call
        return call


def _content(flags: int, payload: memoryview) -> memoryview:
    """A HEADERS frame's block without padding and priority (section 6.2)."""
    start, stop = 0, len(payload)
    if flags & h2.PADDED:
        start = 1
        stop -= payload[0] if payload else 1
    if flags & h2.PRIORITY_FLAG:
        start += 5
    if start > stop:
        raise H2ConnectionError(ErrorCode.PROTOCOL_ERROR, "padding longer than its frame")
    return payload[start:stop]

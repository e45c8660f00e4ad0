"""The sending half of a connection: answers as constants with a number between them, within the peer's windows.

An answer is three frames (HEADERS, DATA with one message, HEADERS with the trailers) or, for an error, one HEADERS frame
with everything in it ("Trailers-Only"). None of the blocks depends on the connection, so an answer is `bytes.join` of
constants with the stream's number as the separator. What is written while a batch of frames is read, or while a journal
commit is reported, leaves in one `transport.write`.

Invariants: DATA is sent only within both of the peer's windows; an answer for which there is no window waits,
and its stream keeps its place under the connection's limit. No frame exceeds 16,384 bytes, which every peer
accepts, so that the peer's SETTINGS_MAX_FRAME_SIZE needs no further regard.

Source: RFC 9113 sections 5.2 and 6.9 (flow control); gRPC over HTTP/2, "Responses".
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sonde.receivers.http2_frames import (
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    HEADERS_OK,
    MAX_WINDOW,
    ErrorCode,
    H2ConnectionError,
    H2StreamError,
    field,
    rst_stream,
)
from sonde.receivers.http2_stream import PREFIX_BYTES, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Sender"]

_DEFAULT_WINDOW = 65_535
_LARGEST_MESSAGE = 16_384 - PREFIX_BYTES


def _head(kind: int, flags: int, size: int) -> bytes:
    """A frame's first five bytes; the stream's number follows."""
    return size.to_bytes(3, "big") + bytes((kind, flags))


_TRAILERS_OK = field(b"grpc-status", b"0")
_OPENING = _head(HEADERS, END_HEADERS, len(HEADERS_OK))
_CLOSING = _head(HEADERS, END_HEADERS | END_STREAM, len(_TRAILERS_OK))


def _answer(message: bytes) -> tuple[bytes, ...]:
    """An answer's bytes, cut where the stream's number goes."""
    size = len(message)
    prefix = b"\0" + size.to_bytes(4, "big")
    return (
        _OPENING,
        HEADERS_OK + _head(DATA, 0, PREFIX_BYTES + size),
        prefix + message + _CLOSING,
        _TRAILERS_OK,
    )


_EMPTY_ANSWER = _answer(b"")


class Sender:
    """What a connection has to say, and how much of it the peer takes.

    Attributes:
        out: frames to be written at the next flush.
        window: bytes of DATA that the peer accepts on the connection.
        initial_window: what the peer accepts on a new stream.
        is_noted: a flush is due in this turn of the loop.
        waiting: answers that wait for a window, by stream number.
    """

    __slots__ = ("_transport", "initial_window", "is_noted", "out", "waiting", "window")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.is_noted = False
        self.out: list[bytes] = []
        self.window = _DEFAULT_WINDOW
        self.initial_window = _DEFAULT_WINDOW
        self.waiting: dict[int, tuple[Stream, bytes]] = {}

    def answer(self, stream: Stream, message: bytes) -> bool:
        """Send one message and an OK status; False when it has to wait for the peer's window.

        Args:
            stream: the call that is answered.
            message: at most 16,379 bytes.
        """
        size = PREFIX_BYTES + len(message)
        if self.window < size or self.initial_window + stream.credit < size:
            assert len(message) <= _LARGEST_MESSAGE
            self.waiting[stream.id] = (stream, message)
            return False
        self.window -= size
        stream.credit -= size
        self.out.append(stream.number.join(_answer(message) if message else _EMPTY_ANSWER))
        return True

    def refuse(self, stream: Stream, block: bytes) -> None:
        """Send a Trailers-Only answer; `block` is its header block. HEADERS are not subject to flow control.

        When the client has not finished its side, it is told to stop (RFC 9113, section 8.1).
        """
        frames = stream.number.join((_head(HEADERS, END_HEADERS | END_STREAM, len(block)), block))
        if not stream.ended:
            frames += rst_stream(stream.id, ErrorCode.NO_ERROR)
        self.out.append(frames)

    def widen(self, increment: int) -> list[Stream]:
        """The peer enlarged the connection's window: the streams that are answered now.

        Raises:
            H2ConnectionError: the increment is 0 or the window would pass 2^31-1 (RFC 9113, section 6.9.1).
        """
        if not increment:
            raise H2ConnectionError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0")
        self.window += increment
        if self.window > MAX_WINDOW:
            raise H2ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "connection window above 2^31-1")
        return self._release() if self.waiting else []

    def widen_stream(self, stream: Stream, increment: int) -> list[Stream]:
        """The peer enlarged one stream's window: the streams that are answered now.

        Raises:
            H2StreamError: the increment is 0 or the window would pass 2^31-1.
        """
        if not increment:
            raise H2StreamError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0")
        stream.credit += increment
        if self.initial_window + stream.credit > MAX_WINDOW:
            raise H2StreamError(ErrorCode.FLOW_CONTROL_ERROR, "stream window above 2^31-1")
        return self._release() if self.waiting else []

    def set_initial_window(self, size: int, streams: Iterable[Stream]) -> list[Stream]:
        """The peer changed SETTINGS_INITIAL_WINDOW_SIZE, which moves every open stream's window (section 6.9.2).

        Raises:
            H2ConnectionError: a window would pass 2^31-1.
        """
        if size > MAX_WINDOW or any(size + stream.credit > MAX_WINDOW for stream in streams):
            raise H2ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "stream window above 2^31-1")
        self.initial_window = size
        return self._release() if self.waiting else []

    def forget(self, stream_id: int) -> bool:
        """Drop the answer of a cancelled stream; False when none was waiting."""
        return self.waiting.pop(stream_id, None) is not None

    def flush(self) -> None:
        """Hand everything to the transport in one piece."""
        if self.out:
            data = b"".join(self.out)
            self.out.clear()
            if not self._transport.is_closing():
                self._transport.write(data)

    def _release(self) -> list[Stream]:
        if self.window < PREFIX_BYTES:
            return []
        waiting, self.waiting = self.waiting, {}
        kept: dict[int, tuple[Stream, bytes]] = {}
        released = []
        for stream, message in waiting.values():
            if self.answer(stream, message):
                released.append(stream)
            else:
                kept |= self.waiting
                self.waiting = {}
        self.waiting = kept
        return released

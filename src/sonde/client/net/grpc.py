"""gRPC's unary calls, one after the other on an HTTP/2 connection; no input or output of its own.

A call is a stream: our HEADERS and DATA, the server's HEADERS, DATA and trailers. One stream at a time is all that a
pooled connection carries, so the whole state is two windows, the open call, and what both sides said about going on.

A message waits for the server's windows: `feed` hands out what a window update allows. The server's own window is as
large as it can be, because an answer is a sentence or two; messages beyond what is kept are thrown away as they
arrive, for only the trailers after them say what became of the call.

Bounds: frames of 16 KiB, a header block of 64 KiB, and 10,000 frames a call, after which the server is cut off.
Not promised: a look at what a server does to streams other than ours (there are none), or at its priorities.

Sources: RFC 9113: 5.2 (flow control), 6.8 (GOAWAY: a stream above its last-stream-id was not processed), 8.7
(REFUSED_STREAM: not processed); "gRPC over HTTP2" (requests, Trailers-Only, the mapping of reset codes to gRPC's).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any, Final

from sonde.client.net import frames
from sonde.client.net.exchange import AttemptError, Reply, Request, unwritable_headers

__all__ = ["Grpc", "message"]

# RFC 9113, section 8.2.1; what is refused is not shown, for it may be a secret.
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_ENABLE_PUSH, _INITIAL_WINDOW_SIZE, _MAX_FRAME_SIZE, _MAX_HEADER_LIST_SIZE = 2, 4, 5, 6
_MAX_WINDOW: Final = (1 << 31) - 1
_DEFAULT_WINDOW: Final = 65535
_MAX_FRAME_BYTES: Final = 16384
_MAX_BLOCK_BYTES: Final = 65536
_MAX_FRAMES: Final = 10_000
_CREDIT_STEP: Final = 1 << 20
_REFUSED_STREAM: Final = 7
# What a reset of our stream means, by HTTP/2 error code; others are INTERNAL ("gRPC over HTTP2", "Errors").
_RESET_CODES: Final = {7: "UNAVAILABLE", 8: "CANCELLED", 11: "RESOURCE_EXHAUSTED", 12: "PERMISSION_DENIED"}
_RETRYABLE_RESETS: Final = frozenset({"UNAVAILABLE", "CANCELLED"})


@cache
def _hpack() -> Any:
    return import_module("hpack")  # processes that send over HTTP/1.1 don't need it


def message(body: bytes, *, is_compressed: bool) -> bytes:
    """A length-prefixed message ("gRPC over HTTP2", Length-Prefixed-Message)."""
    return b"%c%b%b" % (is_compressed, len(body).to_bytes(4, "big"), body)


class Grpc:
    """The client's side of one connection: a `Machine`.

    Args:
        max_reply_bytes: bytes of an answer's messages that are kept.
    """

    def __init__(self, max_reply_bytes: int) -> None:
        self._max_reply_bytes = max_reply_bytes
        self._decoder = _hpack().Decoder(max_header_list_size=_MAX_BLOCK_BYTES)
        self._window = _DEFAULT_WINDOW  # what may be sent on the connection
        self._first_window = _DEFAULT_WINDOW  # what may be sent on a new stream
        self._max_frame_bytes = _MAX_FRAME_BYTES
        self._owed = 0  # bytes received and not yet credited to the server
        self._rest = b""
        self._block: frames.Frame | None = None  # HEADERS that go on in CONTINUATION
        self._is_settled = False
        self._is_leaving = False
        self._is_over = False
        self._stream = -1
        self._start(memoryview(b""))

    def _start(self, body: memoryview) -> None:
        self.reply: Reply | None = None
        self.has_heard = False
        self._unsent = body
        self._stream_window = self._first_window
        self._frames = 0
        self._headers: dict[str, str] = {}
        self._trailers: dict[str, str] = {}
        self._body = bytearray()
        self._is_cut = False

    @property
    def partial(self) -> None:
        """Nothing: only the trailers tell what became of a call."""
        return None

    @property
    def is_sent(self) -> bool:
        """True when the last byte of the message has been handed out."""
        return self._stream > 0 and not self._unsent

    @property
    def is_reusable(self) -> bool:
        """True between calls, while the server takes more of them."""
        is_between = self._stream < 0 or self.reply is not None
        return is_between and not self._unsent and not self._is_leaving and not self._is_over

    # -- sending -------------------------------------------------------------------------------------------------------

    def begin(self, request: Request) -> bytes:
        """The preface on a new connection, the headers, and as much of the message as the windows allow."""
        headers = (("te", "trailers"), *request.headers)
        if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers):
            raise unwritable_headers()
        if not _VALUE.fullmatch(request.target) or self._stream + 2 > _MAX_WINDOW:
            raise unwritable_headers()
        out = [] if self._stream > 0 else [_greeting()]
        self._stream += 2
        self._start(memoryview(request.body))
        block = frames.header_block(request.scheme, request.authority, request.target, headers)
        kind = frames.HEADERS
        while len(block) > self._max_frame_bytes:
            out.append(frames.frame(kind, 0, self._stream, block[: self._max_frame_bytes]))
            block, kind = block[self._max_frame_bytes :], frames.CONTINUATION
        out.append(frames.frame(kind, frames.END_HEADERS, self._stream, block))
        self._push(out)
        return b"".join(out)

    def _push(self, out: list[Any]) -> None:
        """Hand out what the windows allow of the message; the stream ends with its last byte."""
        while self._unsent:
            size = min(self._window, self._stream_window, self._max_frame_bytes, len(self._unsent))
            if size <= 0:
                return
            part, self._unsent = self._unsent[:size], self._unsent[size:]
            flags = 0 if self._unsent else frames.END_STREAM
            out += (frames.frame_head(size, frames.DATA, flags, self._stream), part)
            self._window -= size
            self._stream_window -= size

    # -- receiving -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Take what arrived; returns acknowledgements, and more of the message where a window opened."""
        if not data:
            self._is_over = True
            if self.reply is None:
                raise AttemptError("errno.ECONNRESET", "the server closed the connection before it answered")
            return b""
        if not self._is_settled and not self._rest and data.startswith(b"HTTP/1"):
            raise self._fault("it is HTTP/1.1; is this the port of OTLP/HTTP?")
        self.has_heard = True
        out: list[Any] = []
        try:
            arrived, self._rest = frames.cut(self._rest + data, _MAX_FRAME_BYTES)
            for each in arrived:
                self._take(each, out)
        except ValueError as error:
            raise self._fault(str(error)) from error
        except _hpack().HPACKError as error:
            raise self._fault(f"its headers cannot be decoded: {error}") from error
        if self.reply is None:
            self._push(out)
        return b"".join(out)

    def _fault(self, reason: str) -> AttemptError:
        self._is_over = True
        return AttemptError("protocol.http2", f"the answer is not HTTP/2 as it should be: {reason}")

    def _take(self, arrived: frames.Frame, out: list[Any]) -> None:
        """Act on a frame; kinds without an entry are PRIORITY and extensions, which are ignored (section 4.1)."""
        kind = arrived.kind
        self._frames += 1
        if not self._is_settled and kind != frames.SETTINGS:
            raise ValueError("it does not begin with SETTINGS")
        if (self._block is not None) != (kind == frames.CONTINUATION):
            raise ValueError("a header block is interrupted")
        if self._frames > _MAX_FRAMES + self._max_reply_bytes // 1024:
            raise ValueError("frames without end")
        act = _ACTIONS.get(kind)
        if act is not None:
            act(self, arrived, out)

    def _on_data(self, arrived: frames.Frame, out: list[Any]) -> None:
        self._owed += len(arrived.payload)
        if self._owed >= _CREDIT_STEP:
            out.append(frames.frame(frames.WINDOW_UPDATE, 0, 0, self._owed.to_bytes(4, "big")))
            self._owed = 0
        if not self._is_ours(arrived):
            return
        part = frames.unpadded(arrived)
        free = self._max_reply_bytes - len(self._body)
        self._body += part[:free]
        self._is_cut = self._is_cut or len(part) > free
        if arrived.flags & frames.END_STREAM:
            self._finish()

    def _on_headers(self, arrived: frames.Frame, _out: list[Any]) -> None:
        whole = arrived._replace(payload=frames.unpadded(arrived))
        if arrived.flags & frames.END_HEADERS:
            self._on_block(whole)
        else:
            self._block = whole

    def _on_continuation(self, arrived: frames.Frame, _out: list[Any]) -> None:
        before = self._block
        assert before is not None, "_take sees to it"
        whole = before._replace(payload=before.payload + arrived.payload)
        if arrived.stream != before.stream or len(whole.payload) > _MAX_BLOCK_BYTES:
            raise ValueError("a header block of another stream, or without end")
        self._block = None if arrived.flags & frames.END_HEADERS else whole
        if self._block is None:
            self._on_block(whole)

    def _on_block(self, whole: frames.Frame) -> None:
        """Headers or trailers; decoded even if nobody waits for them, because the table changes with each block."""
        pairs = self._decoder.decode(whole.payload, raw=True)
        if not self._is_ours(whole):
            return
        fields = {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in pairs}
        status = fields.get(":status", "")
        if status and not status.startswith("1"):
            self._headers = fields
        elif not status:
            self._trailers = fields
        if whole.flags & frames.END_STREAM:
            self._finish()

    def _on_reset(self, arrived: frames.Frame, _out: list[Any]) -> None:
        if len(arrived.payload) != 4:
            raise ValueError("RST_STREAM of a wrong size")
        if not self._is_ours(arrived):
            return
        code = int.from_bytes(arrived.payload, "big")
        name = _RESET_CODES.get(code, "INTERNAL")
        raise AttemptError(
            f"grpc.{name}",
            f"the server reset the call (HTTP/2 code {code})",
            undelivered=code == _REFUSED_STREAM,
            retryable=name in _RETRYABLE_RESETS,
        )

    def _on_settings(self, arrived: frames.Frame, out: list[Any]) -> None:
        if len(arrived.payload) % 6 or arrived.stream:
            raise ValueError("SETTINGS of a wrong size, or of a stream")
        self._is_settled = True
        if arrived.flags & frames.ACK:
            return
        for key, value in frames.settings_of(arrived.payload):
            if key == _INITIAL_WINDOW_SIZE:
                self._stream_window = _window(self._stream_window + value - self._first_window)
                self._first_window = _window(value)
            elif key == _MAX_FRAME_SIZE:
                self._max_frame_bytes = max(_MAX_FRAME_BYTES, min(value, (1 << 24) - 1))
        out.append(frames.frame(frames.SETTINGS, frames.ACK, 0))

    def _on_push(self, _arrived: frames.Frame, _out: list[Any]) -> None:
        raise ValueError("a push, which nobody asked for")

    def _on_ping(self, arrived: frames.Frame, out: list[Any]) -> None:
        if len(arrived.payload) != 8 or arrived.stream:
            raise ValueError("PING of a wrong size, or of a stream")
        if not arrived.flags & frames.ACK:
            out.append(frames.frame(frames.PING, frames.ACK, 0, arrived.payload))

    def _on_goaway(self, arrived: frames.Frame, _out: list[Any]) -> None:
        payload = arrived.payload
        self._is_leaving = True
        last_stream = int.from_bytes(payload[:4], "big") & _MAX_WINDOW
        if len(payload) >= 8 and self.reply is None and self._stream > last_stream:
            code, words = int.from_bytes(payload[4:8], "big"), payload[8:200].decode("utf-8", "replace")
            message = f"the server is going away (HTTP/2 code {code}) {words}".rstrip()
            raise AttemptError("grpc.UNAVAILABLE", message, undelivered=True)

    def _on_window(self, arrived: frames.Frame, _out: list[Any]) -> None:
        increment = int.from_bytes(arrived.payload, "big") & _MAX_WINDOW
        if len(arrived.payload) != 4 or not increment:
            raise ValueError("WINDOW_UPDATE of nothing")
        if not arrived.stream:
            self._window = _window(self._window + increment)
        elif arrived.stream == self._stream:
            self._stream_window = _window(self._stream_window + increment)

    def _is_ours(self, arrived: frames.Frame) -> bool:
        return arrived.stream == self._stream and self.reply is None

    def _finish(self) -> None:
        status = self._headers.get(":status", "")
        self.reply = Reply(
            status=int(status) if len(status) == 3 and status.isdecimal() else 0,
            headers=self._headers,
            body=bytes(self._body),
            trailers=self._trailers or self._headers,
            is_cut=self._is_cut,
        )


def _greeting() -> bytes:
    """What a client says first (section 3.4), with a window that is never in a server's way."""
    first = {_ENABLE_PUSH: 0, _INITIAL_WINDOW_SIZE: _MAX_WINDOW, _MAX_HEADER_LIST_SIZE: _MAX_BLOCK_BYTES}
    more = (_MAX_WINDOW - _DEFAULT_WINDOW).to_bytes(4, "big")
    return frames.PREFACE + frames.settings(first) + frames.frame(frames.WINDOW_UPDATE, 0, 0, more)


def _window(size: int) -> int:
    if size > _MAX_WINDOW:
        raise ValueError("a window larger than there may be")
    return size


_ACTIONS: Final = {
    frames.DATA: Grpc._on_data,  # noqa: SLF001 -- the class's own table of methods
    frames.HEADERS: Grpc._on_headers,  # noqa: SLF001 -- likewise
    frames.CONTINUATION: Grpc._on_continuation,  # noqa: SLF001 -- likewise
    frames.RST_STREAM: Grpc._on_reset,  # noqa: SLF001 -- likewise
    frames.SETTINGS: Grpc._on_settings,  # noqa: SLF001 -- likewise
    frames.PUSH_PROMISE: Grpc._on_push,  # noqa: SLF001 -- likewise
    frames.PING: Grpc._on_ping,  # noqa: SLF001 -- likewise
    frames.GOAWAY: Grpc._on_goaway,  # noqa: SLF001 -- likewise
    frames.WINDOW_UPDATE: Grpc._on_window,  # noqa: SLF001 -- likewise
}

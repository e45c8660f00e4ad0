"""gRPC's unary calls, one after the other on a connection, over `h2`; no input or output of its own.

`h2` keeps the rules of HTTP/2: header compression, stream states, windows, answers to PING and SETTINGS. Two things are
done here because it cannot: a GOAWAY that lets our call finish would make it refuse the call's answer, so such frames
are taken out before it sees them; and what a reset or GOAWAY says about delivery is kept.

A body waits for the server's windows: `feed` hands out what a window update allows. Messages of an answer beyond what
is kept are thrown away as they arrive, because only the trailers after them say what became of the call.

Sources: RFC 9113, section 6.8 (GOAWAY: a stream above its last-stream-id was not processed), 8.7 (REFUSED_STREAM: not
processed); "gRPC over HTTP2" (requests, Trailers-Only, the mapping of reset codes to gRPC's).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any, Final

from sonde.client.net.exchange import AttemptError, Reply, Request, unwritable_headers

__all__ = ["Grpc", "message"]

_HEADER_BYTES: Final = 9
_GOAWAY: Final = 7
# h2 could check this too, but shows the value, which may be a secret, and takes longer (RFC 9113, section 8.2.1).
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_MAX_FRAME_BYTES: Final = 16384
_REFUSED_STREAM: Final = 7
# What a reset of our stream means, by HTTP/2 error code; others are INTERNAL ("gRPC over HTTP2", "Errors").
_RESET_CODES: Final = {7: "UNAVAILABLE", 8: "CANCELLED", 11: "RESOURCE_EXHAUSTED", 12: "PERMISSION_DENIED"}
_RETRYABLE_RESETS: Final = frozenset({"UNAVAILABLE", "CANCELLED"})


@cache
def _library(name: str) -> Any:
    # Imported at first use: processes that send over HTTP/1.1 don't need it.
    return import_module(f"h2.{name}")


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
        config = _library("config").H2Configuration(
            client_side=True,
            header_encoding=None,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._h2 = _library("connection").H2Connection(config)
        self._rest = b""
        self._is_greeted = False
        self._is_leaving = False
        self._is_over = False
        self._stream = 0
        self._start(memoryview(b""))

    def _start(self, body: memoryview) -> None:
        self.reply: Reply | None = None
        self.has_heard = False
        self._unsent = body
        self._headers: dict[str, str] | None = None
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
        return bool(self._stream) and not self._unsent

    @property
    def is_reusable(self) -> bool:
        """True between calls, while the server takes more of them."""
        return not self._is_leaving and not self._is_over and not self._unsent and (
            not self._stream or self.reply is not None
        )  # fmt: skip

    # -- sending -------------------------------------------------------------------------------------------------------

    def begin(self, request: Request) -> bytes:
        """The preface on a new connection, the headers, and as much of the message as the windows allow."""
        if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in request.headers):
            raise unwritable_headers()
        if not self._is_greeted:
            self._greet()
        self._start(memoryview(request.body))
        headers = [
            (":method", "POST"), (":scheme", request.scheme), (":path", request.target),
            (":authority", request.authority), ("te", "trailers"), *request.headers,
        ]  # fmt: skip
        try:
            self._stream = self._h2.get_next_available_stream_id()
            self._h2.send_headers(self._stream, [(name.encode(), value.encode()) for name, value in headers])
        except _library("exceptions").ProtocolError as error:
            self._is_over = True
            raise AttemptError(
                "protocol.http2", f"the connection takes no more calls: {error}", undelivered=True
            ) from error
        self._push()
        return self._written()

    def _greet(self) -> None:
        settings = _library("settings")
        codes = settings.SettingCodes
        self._h2.local_settings = settings.Settings(
            client=True, initial_values={codes.ENABLE_PUSH: 0, codes.MAX_HEADER_LIST_SIZE: 1 << 16}
        )
        self._h2.initiate_connection()
        self._is_greeted = True

    def _push(self) -> None:
        """Hand out what the windows allow of the message; the stream ends with its last byte."""
        h2, stream = self._h2, self._stream
        while self._unsent:
            size = min(h2.local_flow_control_window(stream), h2.max_outbound_frame_size, len(self._unsent))
            if size <= 0:
                break
            part, self._unsent = self._unsent[:size], self._unsent[size:]
            h2.send_data(stream, part, end_stream=not self._unsent)

    def _written(self) -> bytes:
        octets: bytes = self._h2.data_to_send()
        return octets

    # -- receiving -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Take what arrived; returns acknowledgements, and more of the message where a window opened."""
        if not data:
            self._is_over = True
            if self.reply is None:
                raise AttemptError("errno.ECONNRESET", "the server closed the connection before it answered")
            return b""
        if not self.has_heard and not self._rest and data.startswith(b"HTTP/1"):
            raise self._fail("the server speaks HTTP/1.1: is this the port of OTLP/HTTP?")
        self.has_heard = True
        try:
            for run in self._without_goaway(data):
                for event in self._h2.receive_data(run):
                    self._take(event)
            if self.reply is None:
                self._push()
        except _library("exceptions").ProtocolError as error:
            if self.reply is None:
                raise self._fail(f"the answer is not HTTP/2: {error}") from error
            self._is_over = True
        return self._written()

    def _fail(self, message: str) -> AttemptError:
        self._is_over = True
        return AttemptError("protocol.http2", message)

    def _without_goaway(self, data: bytes) -> list[bytes]:
        """Whole frames, in runs; GOAWAY among them is acted on and left out."""
        data = self._rest + data
        runs: list[bytes] = []
        begin = at = 0
        while at + _HEADER_BYTES <= len(data):
            size = int.from_bytes(data[at : at + 3], "big")
            if size > _MAX_FRAME_BYTES:
                raise self._fail(f"the answer is not HTTP/2: a frame of {size} bytes")
            end = at + _HEADER_BYTES + size
            if end > len(data):
                break
            if data[at + 3] == _GOAWAY:
                runs.append(data[begin:at])
                self._leave(data[at + _HEADER_BYTES : end])
                begin = end
            at = end
        runs.append(data[begin:at])
        self._rest = data[at:]
        return [run for run in runs if run]

    def _leave(self, payload: bytes) -> None:
        self._is_leaving = True
        last_stream = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
        if self.reply is None and self._stream > last_stream:
            code, reason = int.from_bytes(payload[4:8], "big"), payload[8:200].decode("utf-8", "replace")
            raise AttemptError(
                "grpc.UNAVAILABLE", f"the server is going away (HTTP/2 code {code}) {reason}".rstrip(), undelivered=True
            )

    def _take(self, event: Any) -> None:
        events = _library("events")
        if isinstance(event, events.DataReceived):
            self._keep(event)
        elif isinstance(event, events.ResponseReceived):
            self._headers = _fields(event.headers)
        elif isinstance(event, events.TrailersReceived):
            self._trailers = _fields(event.headers)
        elif isinstance(event, events.StreamEnded):
            self._finish()
        elif isinstance(event, events.StreamReset) and event.stream_id == self._stream and self.reply is None:
            self._was_reset(int(event.error_code))

    def _keep(self, event: Any) -> None:
        free = self._max_reply_bytes - len(self._body)
        self._body += event.data[:free]
        self._is_cut = self._is_cut or len(event.data) > free
        if event.flow_controlled_length:
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)

    def _finish(self) -> None:
        headers = self._headers or {}
        status = headers.get(":status", "")
        self.reply = Reply(
            status=int(status) if status.isdecimal() else 0,
            headers=headers,
            body=bytes(self._body),
            trailers=self._trailers or headers,
            is_cut=self._is_cut,
        )

    def _was_reset(self, code: int) -> None:
        name = _RESET_CODES.get(code, "INTERNAL")
        raise AttemptError(
            f"grpc.{name}",
            f"the server reset the call (HTTP/2 code {code})",
            undelivered=code == _REFUSED_STREAM,
            retryable=name in _RETRYABLE_RESETS,
        )


def _fields(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in pairs}

"""One HTTP/2 connection of a server that answers unary gRPC calls and nothing else.

Only what such a call needs is spoken: requests in, answers out, flow control both ways, and the rules by which both sides part.
There is no server push, no priority, no tunnelling, no interim response, no upgrade from HTTP/1.1: clients begin with the
preface, in clear text ("prior knowledge") or after TLS with ALPN `h2`.

    preface -> settings -> open -> leaving -> lingering -> gone

    preface    24 bytes are awaited; a client that speaks HTTP/1.1 gets an answer that it can read
    settings   the first frame must be SETTINGS
    open       calls come and go
    leaving    GOAWAY was sent, calls under way are still answered, new ones are ignored (the client sends them elsewhere)
    lingering  the last bytes were sent; what still arrives is thrown away, so that the client can read them

The parts: `http2_reader` cuts frames and acts on them, `http2_blocks` and `http2_headers` decode header blocks,
`http2_calls` keeps the calls, `http2_stream` a call and its message, `http2_send` the sending half, `http2_server` what all
connections share. What arrives is read into one buffer shared by all connections: `buffer_updated` uses it up before
it returns, or copies what it must keep.

Invariants: calls without an answer never exceed `max_streams`; memory held for a connection is what its calls took from the
budget plus at most two header blocks; reading stops while the client does not read its answers. A stream that breaks a
rule is reset; a connection that does is told why (GOAWAY).

Not promised: fairness between streams; an answer to a stream that the client has reset; an error for every frame on a
stream that is closed (they are thrown away, for they may have crossed its end); a look at content-length (gRPC's own
length says how long a message is).

Source: RFC 9113; section numbers stand beside the code.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_calls import Calls
from sonde.receivers.http2_frames import ErrorCode, H2ConnectionError
from sonde.receivers.http2_greeting import http1_answer
from sonde.receivers.http2_reader import Reader
from sonde.receivers.http2_send import Sender

if TYPE_CHECKING:
    from sonde.receivers.http2_server import Server

__all__ = ["Connection"]

_log = logging.getLogger(__name__)


class Connection(asyncio.BufferedProtocol):
    """One client's connection.

    Args:
        server: what all connections of a receiver share.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_admitted = False
        self._preface_due = True
        self._is_half_closed = False
        self._born = server.time()
        self._is_paused = False
        self._partial_since = self._stuck_since = self._linger_until = 0.0

    # -- asyncio's side ------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or hang up when there are as many connections as may be."""
        self._transport = cast("asyncio.Transport", transport)
        self._sender = Sender(self._transport)
        self.calls = Calls(self._server, self._sender)
        self._reader = Reader(self._server, self.calls)
        self._reader.now = self._born
        self._is_admitted = self._server.admit(self)
        if not self._is_admitted:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """Give back what unfinished calls held; the service's answers to the others find nobody."""
        self.calls.drop_all()
        self._reader.direct = None
        if self._is_admitted:
            self._server.dismiss(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 -- asyncio's signature
        """Where to read to: the shared buffer, or the message itself in the middle of a large frame."""
        direct = self._reader.direct
        return self._server.buffer if direct is None else direct

    def buffer_updated(self, nbytes: int) -> None:
        """Use up what was read."""
        if self._linger_until:
            return
        reader, calls = self._reader, self.calls
        reader.now = self._server.time()
        calls.in_batch = True
        try:
            if reader.direct is not None:
                reader.take_direct(nbytes)
            elif reader.rest or self._preface_due:
                self._take_joined(nbytes)
            else:
                reader.frames(self._server.buffer, 0, nbytes)
            reader.after_batch()
        except H2ConnectionError as fault:
            self._fail(fault.code, fault.reason)
        except Exception:
            _log.exception("a gRPC connection met a defect of this server and is closed")
            self._fail(ErrorCode.INTERNAL_ERROR, "defect of the server")
        calls.in_batch = False
        self._sender.flush()

    def eof_received(self) -> bool:
        """Calls whose message has arrived are still answered; the sweep closes the connection after them."""
        self._is_half_closed = True
        self.calls.drop_unfinished()
        return bool(self.calls.streams) and self._transport.get_extra_info("ssl_object") is None

    def pause_writing(self) -> None:
        """The client does not read its answers: read nothing more from it."""
        self._is_paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._is_paused = False
        self._transport.resume_reading()

    # -- the beginning -------------------------------------------------------------------------------------------------

    def _take_joined(self, count: int) -> None:
        """What was read continues something kept from before."""
        reader = self._reader
        data = reader.rest + self._server.buffer[:count]
        reader.rest = b""
        start = self._read_preface(data) if self._preface_due else 0
        if start >= 0:
            reader.frames(memoryview(data), start, len(data))

    def _read_preface(self, data: bytes) -> int:
        """Where frames begin; -1 when the preface is not complete, or is something else."""
        expected = len(h2.PREFACE)
        if data.startswith(h2.PREFACE):
            # Section 3.4 lets the server speak first; waiting keeps the answer to an HTTP/1.1 client readable.
            self._preface_due = False
            self._sender.out.append(self._server.greeting)
            return expected
        if len(data) < expected and h2.PREFACE.startswith(data):
            self._reader.rest = data
            return -1
        self._server.stats.refused["not_http2"] += 1
        answer = http1_answer(data)
        if answer:
            self._sender.out.append(answer)
            self._linger()
        else:
            self._transport.abort()
        return -1

    # -- the end -------------------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Take no new calls; close when those under way are answered (section 6.8)."""
        if not self._linger_until and not self.calls.is_leaving:
            self.calls.is_leaving = True
            self._sender.out.append(h2.goaway(self._reader.last_stream, ErrorCode.NO_ERROR))
            self._sender.flush()

    def abort(self) -> None:
        """Close at once; what was not answered never will be."""
        self._transport.abort()

    def _fail(self, code: int, reason: str) -> None:
        """Tell the client why, and close."""
        self._server.stats.refused["http2_fault"] += 1
        _log.debug("gRPC connection closed: %s", reason)
        self._sender.out.append(h2.goaway(self._reader.last_stream, code, reason))
        self.calls.drop_all()
        self._linger()

    def _linger(self) -> None:
        """Say the last words; closing with unread input would make the kernel throw them away."""
        self._reader.rest = b""
        self._reader.direct = None
        self._linger_until = self._server.time() + self._server.deadlines.linger_s
        self._sender.flush()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    # -- deadlines -----------------------------------------------------------------------------------------------------

    def sweep(self, now: float) -> None:
        """Act on what has lasted too long."""
        deadlines = self._server.deadlines
        reader = self._reader
        reader.strikes >>= 1
        if self._linger_until:
            if now > self._linger_until:
                self._transport.abort()
        elif not self._is_reading_in_time(now, deadlines.write_s):
            self._expire("write")
        elif not self._is_header_in_time(now, deadlines.header_s):
            self._expire("header")
        elif self.calls.streams:
            self.calls.expire(now, deadlines.body_s)
            self._sender.flush()
        elif self._is_half_closed or (self.calls.is_leaving and now - reader.now > deadlines.linger_s):
            self._transport.close()
        elif now - reader.now > deadlines.idle_s:
            self._server.stats.expired["grpc", "idle"] += 1
            self.leave()

    def _is_header_in_time(self, now: float, header_s: float) -> bool:
        """Whether the preface and settings, or the frame that has begun, are not overdue."""
        reader = self._reader
        if self._preface_due or reader.settings_due:
            return now - self._born <= header_s
        if not reader.is_partial:
            self._partial_since = 0.0
            return True
        self._partial_since = self._partial_since or now
        return now - self._partial_since <= header_s

    def _is_reading_in_time(self, now: float, write_s: float) -> bool:
        """Whether the client takes its answers, from its socket and by its windows."""
        if not (self._is_paused or self._sender.waiting):
            self._stuck_since = 0.0
            return True
        self._stuck_since = self._stuck_since or now
        return now - self._stuck_since <= write_s

    def _expire(self, which: str) -> None:
        self._server.stats.expired["grpc", which] += 1
        self._transport.abort()

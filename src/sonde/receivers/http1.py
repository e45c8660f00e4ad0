"""One HTTP/1.1 connection of a receiver: requests in, answers out in order, every byte and second of it bounded.

`httptools` (Node's llhttp) parses; this module decides what to read, what to hold and when to stop. It knows nothing of
OTLP: a `Door` looks at a header and returns an `Exchange`, gets the body when it is whole, and answers whenever it can.

States of the reading side (`_state`), each with its deadline:

    NEW ---> HEAD ---> BODY ---> IDLE ---> HEAD ...      header_s, header_s, body_s, idle_s
      `-------`---------`---------`------> ENDING        linger_s

ENDING is entered with the last answer. What still arrives is thrown away, for a while: closing a socket with unread
input makes the kernel send a reset, which can overtake the answer.

Invariants:
- Answers leave in the order of their requests, one `write` each; an exchange is answered once.
- Bytes of a body are taken from the budget as they arrive, and returned once: here while the body is incomplete, by the
  exchange's owner after that.
- Reading is paused while answers back up, while `MAX_PIPELINED` requests wait for theirs, and while the waiting
  requests of the connection hold more than one body limit. The pause never counts against the client's deadlines.
- A request whose header was seen before is not parsed again (`sonde.receivers.http1_heads`); it takes the same way.
- A header is bounded by `max_header_bytes` (plus one read of the socket), and so is what comes within or after a body
  and is not body: chunk extensions and trailers.

Not promised: `Upgrade` is ignored, and the connection closes after the answer; HTTP/1.0 closes after each answer.

Sources: RFC 9110 (100-continue in section 10.1.1), RFC 9112 (section 9: connection management).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final, cast

import httptools

from sonde.core.errors import DeadlineError, ExhaustedError, MalformedError, SondeError, TooLargeError, UnsupportedError
from sonde.core.units import format_size
from sonde.receivers.http1_exchange import Door, Exchange
from sonde.receivers.http1_heads import Seen

__all__ = ["Connection"]

MAX_PIPELINED: Final = 16
"""Requests of one connection that may wait for their answers before reading pauses."""

_NEW, _HEAD, _BODY, _IDLE, _ENDING = range(5)
_STATE_NAMES = ("header", "header", "body", "idle", "linger")
# A refused request whose body is this small is read to its end, so that the connection can be kept.
_DRAIN_BYTES = 64 * 1024
# Connections over the limit that are told so and linger; beyond this many they are dropped without a word.
_MAX_TURNED_AWAY = 256
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_log = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """The protocol of one connection; see the module.

    Args:
        door: the receiver it belongs to.
    """

    __slots__ = (
        "_aside",
        "_door",
        "_exchange",
        "_fresh",
        "_has_slot",
        "_head_bytes",
        "_headers",
        "_held",
        "_is_cut",
        "_is_paused",
        "_is_write_paused",
        "_max_header_bytes",
        "_parser",
        "_pending",
        "_phase",
        "_seen_phase",
        "_since",
        "_state",
        "_target",
        "_transport",
    )

    def __init__(self, door: Door) -> None:
        self._door = door
        self._max_header_bytes = door.max_header_bytes
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._state = _NEW
        self._phase, self._seen_phase, self._since = 0, -1, 0.0
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._head_bytes = 0
        self._aside = 0
        self._exchange: Exchange | None = None
        self._fresh: Exchange | None = None
        self._pending: deque[Exchange] = deque()
        self._held = 0
        self._is_paused = self._is_write_paused = self._is_cut = self._has_slot = False

    # ---- the transport's calls ---------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102 -- asyncio's
        door = self._door
        # uvloop's transports have the methods of asyncio.Transport and not its class.
        self._transport = cast("asyncio.Transport", transport)
        if not door.slots.take():
            self._turn_away(self._transport)
            return
        self._has_slot = True
        door.stats.accepted["http"] += 1
        door.stats.connections["http"] += 1
        door.sweeper.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002, D102 -- asyncio's
        door = self._door
        self._transport = None
        self._state = _ENDING
        self._drop_body()
        self._pending.clear()
        door.sweeper.discard(self)
        if self._has_slot:
            self._has_slot = False
            door.slots.give()
            door.stats.connections["http"] -= 1
        door.closed()

    def data_received(self, data: bytes) -> None:  # noqa: D102 -- asyncio's
        state = self._state
        if state == _ENDING:
            return
        heads = self._door.heads
        seen = heads.look(data) if state in (_NEW, _IDLE) else None
        if seen is None or not self._recall(seen, data):
            self._parse(data)
            fresh, self._fresh = self._fresh, None
            if seen is not None and fresh is not None:
                heads.remember(seen, data, fresh)
        if len(self._pending) >= MAX_PIPELINED or self._held > self._door.max_body_bytes:
            self._steer()

    def _recall(self, seen: Seen, data: bytes) -> bool:
        """Take a request whose header is remembered; False, and nothing done, where the parser has to look."""
        door = self._door
        model = door.heads.find(seen.key)
        exchange = None if model is None else model.again(self)
        size = len(data) - seen.body_at
        if exchange is None or size > door.max_body_bytes or not door.budget.take(size):
            return False
        exchange.size = size
        self._enter(_IDLE)
        self._held += size
        self._pending.append(exchange)
        door.finish(exchange, data[seen.body_at :])
        return True

    def _parse(self, data: bytes) -> None:
        before = self._phase
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._close_after_pending()
        except httptools.HttpParserError as error:
            self._broken(error)
        if self._state in (_HEAD, _BODY) and self._phase == before:
            self._check_progress(len(data))

    def eof_received(self) -> bool:  # noqa: D102 -- asyncio's
        transport = self._transport
        if self._state == _IDLE and self._pending and transport is not None and transport.can_write_eof():
            self._close_after_pending()
            return True
        return False

    def pause_writing(self) -> None:  # noqa: D102 -- asyncio's
        self._is_write_paused = True
        self._phase += 1
        self._steer()

    def resume_writing(self) -> None:  # noqa: D102 -- asyncio's
        self._is_write_paused = False
        self._phase += 1
        self._steer()

    # ---- the parser's calls ------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self._state == _ENDING:
            return
        self._enter(_HEAD)
        self._headers = {}
        self._target = b""
        self._head_bytes = 0

    def on_url(self, part: bytes) -> None:
        """The request's target, or a part of it."""
        self._target += part
        self._head_bytes += len(part)
        if self._head_bytes > self._max_header_bytes:
            self._refuse_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line; after the body, one trailer, which is counted and ignored."""
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > self._max_header_bytes:
            self._refuse_head()
        elif self._state == _HEAD:
            headers = self._headers
            name = name.lower()
            headers[name] = value if name not in headers else headers[name] + b", " + value

    def on_headers_complete(self) -> None:
        """The end of the header: the door decides what becomes of the request."""
        if self._state != _HEAD:
            return
        self._enter(_BODY)
        self._head_bytes = 0
        headers, parser = self._headers, self._parser
        exchange = self._exchange = self._door.begin(self, parser.get_method(), self._target, headers)
        self._pending.append(exchange)
        if not parser.should_keep_alive() or (b"connection" in headers and parser.get_http_version() == "1.0"):
            exchange.closes = True
        if b"upgrade" in headers:
            exchange.closes = True
        if b"expect" in headers and exchange.response is None:
            self._meet_expectation(exchange, headers[b"expect"])
        else:
            exchange.can_repeat = not exchange.closes
        if exchange.response is not None:
            # Whoever expects 100 may or may not send the body now: what follows cannot be told from a next request.
            body_bytes = int(headers.get(b"content-length", b"0"))
            if body_bytes > _DRAIN_BYTES or b"transfer-encoding" in headers or b"expect" in headers:
                exchange.closes = True
            self.answered(exchange)

    def on_body(self, data: bytes) -> None:
        """A part of the body, without its transfer coding."""
        exchange = self._exchange
        if exchange is None or exchange.response is not None:
            return
        self._aside = -1
        door = self._door
        size = exchange.size + len(data)
        if size > door.max_body_bytes:
            self._refuse(413, TooLargeError(f"the body is larger than {format_size(door.max_body_bytes)}"))
        elif not door.budget.take(len(data)):
            self._refuse(503, ExhaustedError("this receiver holds as many bytes of requests as it may; try again"))
        else:
            exchange.size = size
            exchange.hold(data)

    def on_message_complete(self) -> None:
        """The end of the body: the request is the door's."""
        exchange = self._exchange
        if self._state != _BODY or exchange is None:
            return
        self._exchange = None
        self._enter(_ENDING if exchange.closes else _IDLE)
        if exchange.response is None:
            self._held += exchange.size
            self._fresh = exchange
            self._door.finish(exchange, exchange.body())

    # ---- answers -----------------------------------------------------------------------------------------------------

    def answered(self, exchange: Exchange) -> None:
        """Send what can be sent now that this exchange has its answer; harmless when the connection is gone."""
        pending, transport = self._pending, self._transport
        if transport is None or not pending or pending[0] is not exchange:
            return
        while pending and pending[0].response is not None:
            exchange = pending.popleft()
            if exchange is not self._exchange:
                self._held -= exchange.size
            if exchange.closes or (self._door.is_draining and not pending):
                self._end(transport, exchange)
                return
            transport.write(exchange.response)  # type: ignore[arg-type]  # the loop's condition
        if pending and pending[0].wants_continue:
            pending[0].wants_continue = False
            transport.write(_CONTINUE)
        if self._state == _IDLE:
            self._phase += 1
        if self._is_paused:
            self._steer()

    def drain(self) -> None:
        """End the connection as soon as nothing is owed to the client."""
        if self._transport is not None and not self._pending and self._state in (_NEW, _IDLE):
            self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        if self._transport is not None:
            self._transport.abort()

    def _end(self, transport: asyncio.Transport, exchange: Exchange) -> None:
        """Send the last answer. With everything read the connection closes, else it lingers."""
        self._pending.clear()
        is_read = self._state in (_IDLE, _ENDING) and not self._is_cut
        self._enter(_ENDING)
        self._drop_body()
        transport.write((exchange.response or b"").replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        if is_read or not transport.can_write_eof():
            transport.close()
        else:
            transport.write_eof()
            self._steer()

    def _close_after_pending(self) -> None:
        """Read no more; answer what is owed, then close."""
        if self._pending:
            self._pending[-1].closes = True
            self._enter(_ENDING)
        elif self._transport is not None:
            self._transport.close()

    def _turn_away(self, transport: asyncio.Transport) -> None:
        door = self._door
        door.stats.turned_away["http"] += 1
        self._enter(_ENDING)
        if len(door.sweeper) >= door.slots.limit + _MAX_TURNED_AWAY:
            transport.abort()
            return
        door.sweeper.add(self)
        error = ExhaustedError(f"this receiver has {door.slots.limit} connections open, as many as it may; try again")
        transport.write(door.refusal(None, 503, error).replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        if transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()

    # ---- refusals ----------------------------------------------------------------------------------------------------

    def _refuse(self, status: int, error: SondeError) -> None:
        """Answer the request that is being read with an error, and end the connection with it."""
        exchange = self._exchange
        if exchange is None:
            exchange = Exchange(self, self._door.refusal(None, status, error))
            self._pending.append(exchange)
        elif exchange.response is None:
            exchange.response = self._door.refusal(exchange, status, error)
        exchange.closes = self._is_cut = True
        self._drop_body()
        self._enter(_ENDING)
        self.answered(exchange)

    def _drop_body(self) -> None:
        exchange = self._exchange
        if exchange is not None:
            self._door.budget.give(exchange.size)
            exchange.size = 0
            exchange.parts = []

    def _broken(self, error: httptools.HttpParserError) -> None:
        if self._state == _ENDING:
            return
        if isinstance(error, httptools.HttpParserCallbackError):
            _log.error("a request failed in a way it should not", exc_info=error)
            self.abort()
            return
        self._refuse(400, MalformedError(f"not a valid HTTP/1.1 request: {error}"))

    def _meet_expectation(self, exchange: Exchange, expected: bytes) -> None:
        if expected.strip().lower() != b"100-continue":
            error = UnsupportedError(f"expectation {expected[:40].decode('latin-1')!r} cannot be met")
            exchange.response = self._door.refusal(exchange, 417, error)
        elif self._pending[0] is not exchange:
            exchange.wants_continue = True
        elif self._transport is not None:
            self._transport.write(_CONTINUE)

    def _refuse_head(self) -> None:
        if self._state != _ENDING:
            limit = format_size(self._max_header_bytes)
            self._refuse(431, TooLargeError(f"the request's header, trailer or chunk extensions are over {limit}"))

    def _check_progress(self, size: int) -> None:
        """Bound what was read without finishing a header, or without a byte of body: it is all overhead."""
        exchange = self._exchange
        if self._aside < 0 or (exchange is not None and exchange.response is not None):
            self._aside = 0  # the body moved, or is being thrown away
            return
        self._aside += size
        if self._aside > self._max_header_bytes:
            self._refuse_head()

    # ---- time and pressure -------------------------------------------------------------------------------------------

    def _enter(self, state: int) -> None:
        self._state = state
        self._phase += 1
        self._aside = 0

    def _steer(self) -> None:
        """Pause or resume reading, whichever is due."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        pause = self._state != _ENDING and (
            self._is_write_paused or len(self._pending) >= MAX_PIPELINED or self._held > self._door.max_body_bytes
        )
        if pause != self._is_paused:
            self._is_paused = pause
            (transport.pause_reading if pause else transport.resume_reading)()

    def sweep(self, now: float) -> None:
        """End the connection when its phase has lasted longer than its deadline allows."""
        is_stuck = self._is_write_paused
        if self._phase != self._seen_phase or (self._is_paused and not is_stuck):
            self._seen_phase = self._phase
            self._since = now
            return
        deadlines = self._door.deadlines
        state = self._state
        if is_stuck:
            name, limit_s = "write", deadlines.write_s
        elif self._pending and state in (_IDLE, _ENDING):
            return
        else:
            limits = (deadlines.header_s, deadlines.header_s, deadlines.body_s, deadlines.idle_s, deadlines.linger_s)
            name, limit_s = _STATE_NAMES[state], limits[state]
        if now - self._since > limit_s:
            self._door.stats.expired["http", name] += 1
            self._expire(name, limit_s)

    def _expire(self, name: str, limit_s: float) -> None:
        if self._state in (_HEAD, _BODY) and not self._is_write_paused:
            self._refuse(408, DeadlineError(f"the request's {name} did not arrive within {limit_s:g} s"))
        elif self._state in (_NEW, _IDLE) and self._transport is not None and not self._is_write_paused:
            self._transport.close()
        else:
            self.abort()

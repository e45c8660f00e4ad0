"""The OTLP/HTTP receiver: traces, metrics and logs by HTTP/1.1, as protobuf or JSON.

    POST /v1/traces | /v1/metrics | /v1/logs
    Content-Type:     application/x-protobuf (or application/protobuf), application/json
    Content-Encoding: any of `sonde.otlp.compression.ENCODINGS`, one of them at most

Signals in: traces, metrics, logs; what comes out goes to the intake as protobuf bytes. State: open connections, and the
bodies of requests between their first byte and their answer. It loses nothing that it acknowledged: 200 is sent after
the sink confirmed. What it refuses, it refuses with a `google.rpc.Status` in the request's content type (JSON where the
request has none that is known), counted in `DoorStats`:

    400 malformed     404 another path     405 another method     408 too slow             413 too large
    415 content type or encoding           417 expectation        431 header too large     403 tenant not allowed
    503 with Retry-After: no memory or disk to keep it, or too many connections

The whole of a request is held in memory, compressed and then not; the budget of the intake bounds that over all
requests. What inflates or parses to much is decoded on a thread, so that it does not hold back the rest.
JSON has a limit of its own, because parsed JSON takes up to twenty times its size.

Cost: a request of 20 spans takes about 60 % of the CPU that a bare uvicorn needs to read and answer it, most of it the
kernel's and the event loop's (`benchmarks/door_http.py`); memory is the bodies in flight and about 32 MiB.

Source: OpenTelemetry Protocol specification 1.x, "OTLP/HTTP". Web pages may send from origins that `cors_origins`
allows; `sonde.receivers.cors` says how.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache, partial
from http import HTTPStatus
from socket import socket
from typing import Final, NamedTuple

from sonde.core.errors import (
    InternalError,
    MalformedError,
    NotFoundError,
    SondeError,
    TooLargeError,
    UnavailableError,
    UnsupportedError,
)
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.core.units import format_size
from sonde.otlp import json as otlp_json
from sonde.otlp.compression import ENCODINGS, decompress
from sonde.otlp.status import response_bytes, response_json, retry_delay_s, status_bytes, status_json
from sonde.receivers.cors import LOCAL_ORIGINS, Origins
from sonde.receivers.http1 import Connection
from sonde.receivers.http1_exchange import Exchange, Peer
from sonde.receivers.http1_heads import Heads
from sonde.receivers.intake import DoorStats, Intake
from sonde.receivers.transport import ConnectionSlots, Deadlines, Sweeper, TLSConfig, TLSContext, listen

__all__ = ["Config", "Receiver"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Config:
    """How the OTLP/HTTP receiver behaves.

    Attributes:
        max_body_bytes: the largest request body, as sent and decompressed.
        max_json_bytes: the largest JSON body, decompressed; parsed JSON takes many times its size in memory.
        max_header_bytes: the largest request line and header together.
        max_connections: connections open at once; further ones are told 503.
        deadlines: how long clients may take.
        cors_origins: origins of web pages that may send; patterns of `sonde.receivers.cors.Origins`, empty for none.
        tls: certificates; None for plain HTTP.
        offload_bytes: JSON larger than this is parsed on a thread; so is what inflates to eight times as much.
    """

    max_body_bytes: int = 64 * 1024 * 1024
    max_json_bytes: int = 16 * 1024 * 1024
    max_header_bytes: int = 32 * 1024
    max_connections: int = 4096
    deadlines: Deadlines = field(default_factory=Deadlines)
    cors_origins: tuple[str, ...] = LOCAL_ORIGINS
    tls: TLSConfig | None = None
    offload_bytes: int = 128 * 1024


class _Media(NamedTuple):
    """A content type that is spoken here."""

    name: bytes
    is_json: bool


_JSON: Final = _Media(b"application/json", is_json=True)
_MEDIA: Final = {
    b"application/x-protobuf": _Media(b"application/x-protobuf", is_json=False),
    b"application/protobuf": _Media(b"application/protobuf", is_json=False),
    b"application/json": _JSON,
}
_PATHS: Final = {signal.http_path.encode(): signal for signal in Signal}
_PATH_NAMES: Final = ", ".join(f"POST {path.decode()}" for path in _PATHS)
_ALLOW: Final = b"allow: POST, OPTIONS\r\n"
_REASONS: Final = {status.value: status.phrase.encode() for status in HTTPStatus}
_OK_KEYS: Final = {signal: ("http", signal.value, "200") for signal in Signal}


@lru_cache(maxsize=256)
def _media(content_type: bytes) -> _Media | None:
    """The media type of a content-type header; None where it is not spoken here, or not in UTF-8."""
    name, *parameters = content_type.lower().split(b";")
    for parameter in parameters:
        key, _, value = parameter.partition(b"=")
        if key.strip() == b"charset" and value.strip(b' "') not in {b"utf-8", b"utf8", b"us-ascii"}:
            return None
    return _MEDIA.get(name.strip())


class _Export(Exchange):
    """One OTLP request: what its header said, and the way back to the client."""

    __slots__ = ("encoding", "extra", "inflated_bytes", "media", "receiver", "signal", "tenant")

    def __init__(self, connection: Peer, receiver: Receiver, signal: Signal, media: _Media) -> None:
        super().__init__(connection)
        self.receiver = receiver
        self.signal = signal
        self.media = media
        self.tenant = ""
        self.encoding = ""
        self.extra = b""
        self.inflated_bytes = 0

    def again(self, connection: Peer) -> _Export:
        """A fresh export whose header says the same."""
        made = _Export(connection, self.receiver, self.signal, self.media)
        made.tenant, made.encoding, made.extra = self.tenant, self.encoding, self.extra
        return made

    def settle(self, result: Outcome | SondeError) -> None:
        """Turn what became of the request into its answer, and return its bytes to the budget."""
        receiver = self.receiver
        receiver.budget.give(self.size + self.inflated_bytes)
        if isinstance(result, SondeError):
            answer = receiver.error(result.traits.http_status, result, self)
        else:
            receiver.stats.requests[_OK_KEYS[self.signal]] += 1
            answer = receiver.accepted(result, self)
        self.answer(answer)
        receiver.settled()


class Receiver:
    """Serves OTLP/HTTP on sockets that are handed to it; one event loop, one thread.

    Args:
        config: limits, deadlines, certificates.
        intake: where requests go.
        stats: counters to write to.

    Raises:
        ConfigError: the TLS files cannot be used.
    """

    def __init__(self, config: Config, intake: Intake, stats: DoorStats) -> None:
        self.config = config
        self.stats = stats
        self.budget = intake.budget
        self.deadlines = config.deadlines
        self.max_header_bytes = config.max_header_bytes
        self.max_body_bytes = config.max_body_bytes
        self.slots = ConnectionSlots(config.max_connections)
        self.sweeper = Sweeper(config.deadlines.sweep_s, self._each_sweep)
        self.heads = Heads()
        self.is_draining = False
        self._offer = intake.offer
        self._tenants = intake.tenants
        self._tenant_header = intake.tenants.header.encode()
        self._origins = Origins(config.cors_origins)
        self._tls = TLSContext(config.tls, alpn=("http/1.1",)) if config.tls else None
        self._servers: list[asyncio.Server] = []
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="otlp-http")
        self._unsettled = 0
        self._quiet = asyncio.Event()
        self._refresh_date()

    # ---- life --------------------------------------------------------------------------------------------------------

    async def start(self, sockets: Sequence[socket]) -> None:
        """Accept connections on sockets that are bound and listening."""
        self.sweeper.start()
        self._servers = await listen(
            sockets, lambda: Connection(self), tls=self._tls, handshake_s=self.deadlines.handshake_s
        )

    async def stop(self, grace_s: float) -> None:
        """Stop accepting, answer what has arrived, and close; what is not done after `grace_s` seconds is cut off."""
        self.is_draining = True
        for server in self._servers:
            server.close()
        for connection in self._connections():
            connection.drain()
        if not self._is_quiet():
            self._quiet.clear()
            try:
                await asyncio.wait_for(self._quiet.wait(), grace_s)
            except TimeoutError:
                _log.warning("%d connections were cut off at the end of the grace period", len(self.sweeper))
        for connection in self._connections():
            connection.abort()
        self.sweeper.stop()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _connections(self) -> list[Connection]:
        return [member for member in self.sweeper.members() if isinstance(member, Connection)]

    def _is_quiet(self) -> bool:
        return not len(self.sweeper) and not self._unsettled

    def closed(self) -> None:
        """A connection is gone."""
        if self.is_draining and self._is_quiet():
            self._quiet.set()

    def settled(self) -> None:
        """A request has its answer."""
        self._unsettled -= 1
        self.closed()

    def _each_sweep(self, _now: float) -> None:
        self._refresh_date()
        if self._tls is not None:
            self._tls.refresh_if_changed()

    def _refresh_date(self) -> None:
        self._date = b"date: " + formatdate(usegmt=True).encode() + b"\r\n"
        self._accepted = {
            media: self._build(200, media, b"{}" if media.is_json else b"") for media in (*_MEDIA.values(),)
        }

    # ---- requests ----------------------------------------------------------------------------------------------------

    def begin(self, connection: Peer, method: bytes, target: bytes, headers: dict[bytes, bytes]) -> Exchange:
        """Judge a header: an export to be read, or an exchange that is refused already."""
        signal = _PATHS.get(target) or _PATHS.get(_path(target))
        media = _media(headers.get(b"content-type", b""))
        if signal is not None and method == b"POST" and media is not None:
            export = _Export(connection, self, signal, media)
            try:
                self._admit(export, headers)
            except SondeError as error:
                export.response = self.error(error.traits.http_status, self._counted(error), export)
            return export
        return Exchange(connection, self._answer_other(signal, method, target, headers))

    def _admit(self, export: _Export, headers: dict[bytes, bytes]) -> None:
        """Read the headers that matter into the export, or raise why it is refused."""
        if b"origin" in headers:
            export.extra = self._origins.headers(headers[b"origin"])
        if b"content-encoding" in headers:
            export.encoding = _encoding(headers[b"content-encoding"])
        if int(headers.get(b"content-length", 0)) > self.max_body_bytes:
            raise TooLargeError(f"the body is larger than {format_size(self.max_body_bytes)}")
        if self._tenant_header:
            value = headers.get(self._tenant_header)
            export.tenant = self._tenants.resolve(None if value is None else value.decode("latin-1"))
        else:
            export.tenant = self._tenants.resolve(None)

    def _answer_other(self, signal: Signal | None, method: bytes, target: bytes, headers: dict[bytes, bytes]) -> bytes:
        """The answer to anything that is not a POST of OTLP."""
        media = _media(headers.get(b"content-type", b"")) or _JSON
        origin = headers.get(b"origin")
        extra = b"" if origin is None else self._origins.headers(origin)
        if signal is None:
            path = _path(target)[:200].decode("latin-1")
            return self._refuse(
                404, NotFoundError(f"there is nothing at {path!r}; this is {_PATH_NAMES}"), media, extra, method
            )
        if method == b"OPTIONS":
            if origin is not None and b"access-control-request-method" in headers:
                extra = self._origins.preflight(origin, headers.get(b"access-control-request-headers", b""))
            return self._build(204, None, b"", _ALLOW + extra)
        if method != b"POST":
            error = UnsupportedError(f"{method.decode('latin-1')} is not spoken here; POST {signal.http_path}")
            return self._refuse(405, error, media, _ALLOW + extra, method)
        given = headers.get(b"content-type", b"")[:80].decode("latin-1")
        types = " and ".join(name.decode() for name in _MEDIA)
        return self._refuse(
            415, UnsupportedError(f"content type {given!r} in this charset is not one of {types}"), media, extra, method
        )

    def finish(self, exchange: Exchange, body: bytes) -> None:
        """Decode a whole request, here or on a thread, and offer it."""
        assert isinstance(exchange, _Export)
        self._unsettled += 1
        self.stats.wire_bytes["http"] += len(body)
        if not exchange.encoding and not exchange.media.is_json:
            self._offer(exchange.signal, exchange.tenant, body, exchange.settle)
        else:
            self._decode_here(exchange, body)

    def _decode_here(self, export: _Export, body: bytes) -> None:
        """Decode what stays small; what is large, or turns out to be, goes to a thread."""
        limit = self._limit(export)
        small = min(limit, self.config.offload_bytes * (1 if export.media.is_json else 8))
        try:
            payload = _decode(export, body, small) if len(body) <= small else None
        except TooLargeError as error:
            if small == limit:
                export.settle(self._counted(error))
                return
            payload = None
        except SondeError as error:
            export.settle(self._counted(error))
            return
        except Exception as error:  # a defect costs its request, not the connection's bytes of budget
            self._defect(export, error)
            return
        if payload is None:
            future = asyncio.get_running_loop().run_in_executor(self._workers, _decode, export, body, limit)
            future.add_done_callback(partial(self._decoded, export))
        else:
            self._take(export, payload)

    def _limit(self, export: _Export) -> int:
        limit = self.max_body_bytes
        return min(limit, self.config.max_json_bytes) if export.media.is_json else limit

    def _decoded(self, export: _Export, future: asyncio.Future[bytes]) -> None:
        if future.cancelled():
            export.settle(self._counted(UnavailableError("this receiver is shutting down; try again")))
            return
        error = future.exception()
        if error is None:
            self._take(export, future.result())
        elif isinstance(error, SondeError):
            export.settle(self._counted(error))
        else:
            self._defect(export, error)

    def _defect(self, export: _Export, error: BaseException) -> None:
        _log.error("decoding failed in a way it should not", exc_info=error)
        export.settle(self._counted(InternalError("the request could not be decoded; the server's log says why")))

    def _take(self, export: _Export, payload: bytes) -> None:
        # The body as sent is garbage from here on, but its connection counts it until the answer; so does the budget.
        grown = max(0, len(payload) - export.size)
        if not self.budget.take(grown):
            error = UnavailableError("this receiver holds as many bytes of requests as it may; try again")
            export.settle(self._counted(error))
            return
        export.inflated_bytes = grown
        self._offer(export.signal, export.tenant, payload, export.settle)

    def _counted(self, error: SondeError) -> SondeError:
        self.stats.refused[error.traits.category.value] += 1
        return error

    # ---- answers -----------------------------------------------------------------------------------------------------

    def accepted(self, outcome: Outcome, export: _Export) -> bytes:
        """The answer of a request that was kept, wholly or in part."""
        media = export.media
        if not outcome.is_partial and not export.extra:
            return self._accepted[media]
        body = response_json(outcome, export.signal) if media.is_json else response_bytes(outcome)
        return self._build(200, media, body, export.extra)

    def error(self, status: int, error: SondeError, export: _Export) -> bytes:
        """The answer of an OTLP request that was not kept."""
        self.stats.requests["http", export.signal.value, str(status)] += 1
        return self._error(status, error, export.media, export.extra)

    def refusal(self, exchange: Exchange | None, status: int, error: SondeError) -> bytes:
        """The answer of a request that its connection refuses."""
        self._counted(error)
        if isinstance(exchange, _Export):
            return self.error(status, error, exchange)
        self.stats.requests["http", "", str(status)] += 1
        return self._error(status, error, _JSON, b"")

    def _refuse(self, status: int, error: SondeError, media: _Media, extra: bytes, method: bytes) -> bytes:
        self._counted(error)
        self.stats.requests["http", "", str(status)] += 1
        answer = self._error(status, error, media, extra)
        return answer[: answer.index(b"\r\n\r\n") + 4] if method == b"HEAD" else answer

    def _error(self, status: int, error: SondeError, media: _Media, extra: bytes) -> bytes:
        if status == 415:
            # RFC 9110, section 12.5.3: says which content encodings would have been accepted.
            extra += b"accept-encoding: " + ", ".join(ENCODINGS).encode() + b"\r\n"
        delay_s = retry_delay_s(error)
        if delay_s is not None and status in {429, 503}:
            extra += b"retry-after: %d\r\n" % max(1, math.ceil(delay_s))
        return self._build(status, media, status_json(error) if media.is_json else status_bytes(error), extra)

    def _build(self, status: int, media: _Media | None, body: bytes, extra: bytes = b"") -> bytes:
        head = b"HTTP/1.1 %d %b\r\n%b%b" % (status, _REASONS[status], self._date, extra)
        if media is None:
            return head + b"\r\n"
        return b"%bcontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (head, media.name, len(body), body)


def _decode(export: _Export, body: bytes, limit_bytes: int) -> bytes:
    payload = decompress(export.encoding, body, limit_bytes)
    return otlp_json.to_protobuf(export.signal, payload) if export.media.is_json else payload


def _path(target: bytes) -> bytes:
    """The path of a request target, which may be absolute (RFC 9112, section 3.2.2) and have a query."""
    if not target.startswith(b"/"):
        _, found, rest = target.partition(b"://")
        target = b"/" + rest.partition(b"/")[2] if found else target
    return target.partition(b"?")[0]


def _encoding(header: bytes) -> str:
    """The one content coding of a body; empty for none.

    Raises:
        UnsupportedError: there is more than one; each would multiply what a small body can become.
        MalformedError: the header is not ASCII.
    """
    try:
        codings = [name.strip().lower() for name in header.decode("ascii").split(",")]
    except UnicodeDecodeError:
        raise MalformedError("the content-encoding header is not ASCII", path="content-encoding") from None
    codings = [name for name in codings if name not in {"", "identity"}]
    if len(codings) > 1:
        raise UnsupportedError(f"a body may have one content encoding, not {len(codings)}")
    if codings and codings[0] not in {*ENCODINGS, "x-gzip"}:
        raise UnsupportedError(f"content encoding {codings[0][:80]!r} is not one of {', '.join(ENCODINGS)}")
    return codings[0] if codings else ""

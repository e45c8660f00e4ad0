"""OTLP over gRPC: the three `Export` calls and gRPC's health check, on Sonde's own HTTP/2 server.

Signals in: traces, metrics, logs. A request's message goes to the intake as it came (decompressed if need be); no message object
is made. The answer is sent when the intake says what became of it, which with a journal is after the commit. State: none but
what is in flight. What is refused is answered with a gRPC status, and counted; nothing that was accepted is lost here.

    success              status 0 with an empty (or partial-success) response message
    malformed            3 INVALID_ARGUMENT
    too large            8 RESOURCE_EXHAUSTED without RetryInfo, which OTLP clients do not retry; as gRPC's own servers answer
    no room for now      8 RESOURCE_EXHAUSTED or 14 UNAVAILABLE with RetryInfo, as the error's class says
    deadline passed      4 DEADLINE_EXCEEDED
    unknown method or compression                12 UNIMPLEMENTED (with grpc-accept-encoding for the latter)
    content-type that is not application/grpc    HTTP status 415

Compression by `grpc-encoding`: gzip, deflate, zstd, snappy, identity; inflated at most to the message limit. A tenant is named
by metadata (`TenantConfig`). Clients that speak HTTP/1.1 to this port are told to use the other one.

What HTTP/2 needs is in `sonde.receivers.http2`; why it is not grpcio's server is told in docs/adr/0007.

Cost: see `benchmarks/door_grpc.py`.

Source: "gRPC over HTTP2" (PROTOCOL-HTTP2.md) for headers, framing and statuses; "gRPC Compression"; "GRPC Health Checking
Protocol"; OpenTelemetry Protocol specification, "OTLP/gRPC".
"""

from __future__ import annotations

import asyncio
import base64
import logging
import math
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from sonde.core.errors import (
    ExhaustedError,
    InternalError,
    MalformedError,
    SondeError,
    UnavailableError,
)
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.otlp.compression import decompress
from sonde.otlp.status import response_bytes, status_bytes
from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_reader import FULL
from sonde.receivers.http2_server import Limits, Server
from sonde.receivers.transport import ConnectionSlots, Deadlines, TLSConfig, TLSContext, listen

if TYPE_CHECKING:
    from socket import socket

    from sonde.receivers.http2_calls import Calls
    from sonde.receivers.http2_stream import Stream
    from sonde.receivers.intake import Budget, DoorStats, Intake, Tenants

__all__ = ["Config", "Receiver"]

_log = logging.getLogger(__name__)

ENCODINGS: Final = ("gzip", "zstd", "deflate", "snappy", "identity")
_ACCEPTED: Final = h2.field(b"grpc-accept-encoding", ",".join(ENCODINGS).encode())
_HEALTH_PATH: Final = b"/grpc.health.v1.Health/Check"
_RESOURCE_EXHAUSTED: Final = 8
_UNIMPLEMENTED: Final = 12
_INTERNAL: Final = 13
_TIMEOUT: Final = re.compile(rb"([0-9]{1,8})([HMSmun])")
_TIMEOUT_UNIT: Final = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_CERTIFICATES_EVERY_S = 1.0
_MOST_TEXT = 1024
_MOST_ANSWER = 8 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """How OTLP/gRPC is received.

    Attributes:
        limits: what one connection may use; `limits.max_message_bytes` also bounds a message once it is decompressed.
        deadlines: how long a client may take. Idle connections are kept longer than HTTP's because exporters of metrics
            speak once a minute.
        max_connections: how many connections may be open at once; at least 1.
        tls: certificates; None listens in clear text.
        offload_bytes: compressed messages from this size are decompressed on a thread.
        sweep_s: seconds between two looks at deadlines; how exact they are.
    """

    limits: Limits = field(default_factory=Limits)
    deadlines: Deadlines = field(default_factory=lambda: Deadlines(idle_s=600.0))
    max_connections: int = 4096
    tls: TLSConfig | None = None
    offload_bytes: int = 128 * 1024
    sweep_s: float = 0.25


class _Method:
    """What a header block asks for; shared by all calls with the same block.

    Attributes:
        signal: what is exported; None for the health check.
        encoding: the message's compression, if its prefix says that it is compressed; empty if none was named.
        tenant: who the records belong to.
        timeout_s: what the client gives the call.
        refusal: the header block of the answer when the header decides it.
        counted: the key of `DoorStats.requests` for a success.
    """

    __slots__ = ("counted", "encoding", "refusal", "signal", "tenant", "timeout_s")

    def __init__(self, signal: Signal | None, encoding: str, tenant: str, timeout_s: float) -> None:
        self.signal = signal
        self.encoding = encoding
        self.tenant = tenant
        self.timeout_s = timeout_s
        self.refusal: bytes | None = None
        self.counted = ("grpc", signal.value if signal else "", "0")


class _StatusError(Exception):
    """A status that is decided by the header alone, with the code that gRPC's documents give it."""

    def __init__(self, code: int, message: str, extra: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extra = extra


class Exports:
    """The service behind the HTTP/2 server: what gRPC says about a call.

    Args:
        intake: where requests go.
        stats: counters to write to.
        max_message_bytes: the greatest message after decompression.
        offload_bytes: compressed messages from this size are decompressed on a thread.
    """

    def __init__(self, intake: Intake, stats: DoorStats, max_message_bytes: int, offload_bytes: int) -> None:
        self._intake = intake
        self._stats = stats
        self._budget: Budget = intake.budget
        self._tenants: Tenants = intake.tenants
        self._max_message_bytes = max_message_bytes
        self._offload_bytes = offload_bytes
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="otlp-grpc")
        self._signals = {signal.grpc_method.encode(): signal for signal in Signal}
        self.is_leaving = False
        self.oversized = self._refused(
            _StatusError(_RESOURCE_EXHAUSTED, "the call's metadata is larger than this server accepts")
        )

    # -- what the HTTP/2 server asks -----------------------------------------------------------------------------------

    def begin(self, fields: dict[bytes, bytes]) -> _Method:
        """What a call's header says; one with a `refusal` when it cannot be served."""
        try:
            return self._method(fields)
        except _StatusError as refused:
            return self._refused(refused)
        except SondeError as error:
            return self._refused(_StatusError(error.traits.grpc_code, error.message))

    def complete(self, calls: Calls, stream: Stream, message: bytes | memoryview, *, compressed: bool) -> None:
        """Take a call's whole message and answer it when the intake has settled it."""
        method: _Method = stream.call  # type: ignore[assignment]  # `begin` made it
        self._stats.wire_bytes["grpc"] += len(message)
        if compressed:
            self._inflate(calls, stream, method, message)
        else:
            self._take(calls, stream, method, bytes(message))

    def refusal(self, call: object, error: SondeError | None = None) -> bytes:
        """The header block for a call that the HTTP/2 server ends, for an error or the call's own refusal."""
        if error is None:
            assert isinstance(call, _Method)
            self._stats.requests[call.counted] += 1
            self._stats.refused["validation"] += 1
            return call.refusal or b""
        self._stats.refused[error.traits.category.value] += 1
        return self._error_block(call, error)

    def close(self) -> None:
        """Stop the threads; what they still hold is refused."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    # -- headers -------------------------------------------------------------------------------------------------------

    def _method(self, fields: dict[bytes, bytes]) -> _Method:
        if fields[b":method"] != b"POST":
            raise _StatusError(_UNIMPLEMENTED, "gRPC calls are POST requests")
        content_type = fields.get(b"content-type", b"")
        if not content_type.startswith(b"application/grpc") or content_type[16:17] not in (b"", b"+", b";"):
            return _wrong_content_type()
        path = fields[b":path"]
        signal = self._signals.get(path)
        if signal is None and path != _HEALTH_PATH:
            raise _StatusError(
                _UNIMPLEMENTED,
                f"unknown method {_shown(path)}; this server has OTLP's Export for traces, metrics and logs",
            )
        encoding = fields.get(b"grpc-encoding", b"").decode("latin-1")
        if encoding and encoding not in ENCODINGS:
            raise _StatusError(
                _UNIMPLEMENTED, f"compression {encoding[:80]!r} is not one of {', '.join(ENCODINGS)}", _ACCEPTED
            )
        tenant = self._tenants.resolve(self._tenant_header(fields))
        return _Method(signal, encoding, tenant, _timeout_s(fields.get(b"grpc-timeout")))

    def _tenant_header(self, fields: dict[bytes, bytes]) -> str | None:
        header = self._tenants.header
        value = fields.get(header.encode()) if header else None
        return None if value is None else value.decode("latin-1")

    # -- messages ------------------------------------------------------------------------------------------------------

    def _take(self, calls: Calls, stream: Stream, method: _Method, message: bytes) -> None:
        """A plain message: to the intake, whose answer becomes the call's."""
        signal = method.signal
        if signal is None:
            self._check_health(calls, stream, message)
            return
        stats = self._stats

        def done(result: Outcome | SondeError) -> None:
            if isinstance(result, Outcome):
                stats.requests[method.counted] += 1
                calls.settle(stream, _message(result) if result.is_partial else b"")
            else:
                calls.settle(stream, None, self._error_block(method, result))

        self._intake.offer(signal, method.tenant, message, done)

    def _inflate(self, calls: Calls, stream: Stream, method: _Method, message: bytes | memoryview) -> None:
        """A compressed message; a large one is decompressed on a thread, so that it does not hold back small ones."""
        if method.encoding in ("", "identity"):
            text = "the message is marked as compressed, but grpc-encoding names no compression"
            self._stats.requests["grpc", "", str(_INTERNAL)] += 1
            calls.settle(stream, None, _status_block(_INTERNAL, text))
        elif len(message) < self._offload_bytes:
            self._take_inflated(calls, stream, method, self._decompress(method.encoding, message))
        else:
            work = self._workers.submit(self._decompress, method.encoding, bytes(message))
            asyncio.wrap_future(work).add_done_callback(partial(self._inflated, calls, stream, method))

    def _decompress(self, encoding: str, message: bytes | memoryview) -> bytes | SondeError:
        """The plain message, or why there is none; never raises."""
        try:
            return decompress(encoding, message, self._max_message_bytes)
        except SondeError as error:
            return error
        except Exception:
            _log.exception("decompression failed in a way it should not")
            return InternalError("the message could not be decompressed; the server's log says why")

    def _inflated(
        self, calls: Calls, stream: Stream, method: _Method, future: asyncio.Future[bytes | SondeError]
    ) -> None:
        """A thread has decompressed a message."""
        is_lost = future.cancelled()
        result = UnavailableError("this receiver is shutting down; try again") if is_lost else future.result()
        self._take_inflated(calls, stream, method, result)

    def _take_inflated(self, calls: Calls, stream: Stream, method: _Method, plain: bytes | SondeError) -> None:
        if isinstance(plain, SondeError):
            self._refuse(calls, stream, method, plain)
            return
        # The message as sent is garbage from here on; only what it has grown by is taken in addition.
        grown = max(0, len(plain) - stream.held)
        if self._budget.take(grown):
            stream.held += grown
            self._take(calls, stream, method, plain)
        else:
            self._refuse(calls, stream, method, ExhaustedError(FULL))

    def _check_health(self, calls: Calls, stream: Stream, message: bytes) -> None:
        """`HealthCheckRequest { 1: service }` to `HealthCheckResponse { 1: status }`: 1 SERVING, 2 NOT_SERVING."""
        service = message[2:] if message[:1] == b"\x0a" and len(message) < 130 else message
        if service and b"/" + service + b"/Export" not in self._signals:
            calls.settle(stream, None, _status_block(5, f"no service {_shown(service)}"))
            return
        self._stats.requests["grpc", "", "0"] += 1
        calls.settle(stream, b"\x08\x02" if self.is_leaving else b"\x08\x01")

    # -- errors --------------------------------------------------------------------------------------------------------

    def _refuse(self, calls: Calls, stream: Stream, method: _Method, error: SondeError) -> None:
        """Answer an offered call with an error that the intake has not seen, and has not counted."""
        calls.settle(stream, None, self.refusal(method, error))

    def _error_block(self, call: object, error: SondeError) -> bytes:
        code = error.traits.grpc_code
        signal = call.signal if isinstance(call, _Method) else None
        self._stats.requests["grpc", signal.value if signal else "", str(code)] += 1
        details = status_bytes(error) if error.traits.retryable else b""
        return _status_block(code, error.message, details)

    def _refused(self, refused: _StatusError) -> _Method:
        method = _Method(None, "", "", math.inf)
        method.refusal = _status_block(refused.code, refused.message, b"", refused.extra)
        method.counted = ("grpc", "", str(refused.code))
        return method


class Receiver:
    """Receives OTLP over gRPC.

    Args:
        config: limits, deadlines, certificates.
        intake: where requests go.
        stats: counters to write to.
    """

    def __init__(self, config: Config, intake: Intake, stats: DoorStats) -> None:
        self._config = config
        self._exports = Exports(intake, stats, config.limits.max_message_bytes, config.offload_bytes)
        self._budget = intake.budget
        self._stats = stats
        self._tls = TLSContext(config.tls, alpn=("h2",)) if config.tls else None
        self._listeners: list[asyncio.Server] = []
        self._server: Server | None = None
        self._certificates_due = 0.0

    async def start(self, sockets: list[socket]) -> None:
        """Serve on sockets that are bound and listening."""
        config = self._config
        server = self._server = Server(
            self._exports,
            limits=config.limits,
            deadlines=config.deadlines,
            slots=ConnectionSlots(config.max_connections),
            budget=self._budget,
            stats=self._stats,
            sweep_s=config.sweep_s,
            each_sweep=self._refresh_certificates,
        )
        server.sweeper.start()
        self._listeners = await listen(
            sockets, server.connection, tls=self._tls, handshake_s=config.deadlines.handshake_s
        )

    async def stop(self, grace_s: float) -> None:
        """Accept nothing more, let calls under way be answered for at most `grace_s` seconds, and close."""
        for listener in self._listeners:
            listener.close()
        self._exports.is_leaving = True
        if self._server is not None:
            await self._server.leave(grace_s)
        self._exports.close()

    def _refresh_certificates(self, now: float) -> None:
        if self._tls is not None and now >= self._certificates_due:
            self._certificates_due = now + _CERTIFICATES_EVERY_S
            self._tls.refresh_if_changed()


def _timeout_s(value: bytes | None) -> float:
    if value is None:
        return math.inf
    match = _TIMEOUT.fullmatch(value)
    if match is None:
        raise MalformedError(
            f"grpc-timeout {_shown(value)} is not a number of up to 8 digits and a unit", path="grpc-timeout"
        )
    return int(match[1]) * _TIMEOUT_UNIT[match[2]]


def _message(outcome: Outcome) -> bytes:
    """The response message; its text is cut so that it fits one frame."""
    message = response_bytes(outcome)
    if len(message) > _MOST_ANSWER:
        message = response_bytes(Outcome(outcome.accepted, outcome.rejected, outcome.message[:_MOST_TEXT]))
    return message


def _status_block(code: int, message: str, details: bytes = b"", extra: bytes = b"") -> bytes:
    """The header block of a Trailers-Only answer."""
    block = h2.HEADERS_OK + h2.field(b"grpc-status", str(code).encode())
    if message:
        block += h2.field(b"grpc-message", _percent_encoded(message))
    if details:
        block += h2.field(b"grpc-status-details-bin", base64.b64encode(details).rstrip(b"="))
    return block + extra


def _percent_encoded(text: str) -> bytes:
    """Visible ASCII but `%` as it is, every other octet as `%XX` (PROTOCOL-HTTP2.md, "Status-Message")."""
    octets = text[:_MOST_TEXT].encode("utf-8", "replace")
    return b"".join(
        bytes((octet,)) if 0x20 <= octet <= 0x7E and octet != 0x25 else b"%%%02X" % octet for octet in octets
    )


def _wrong_content_type() -> _Method:
    method = _Method(None, "", "", math.inf)
    # Static table entry 8 is the name `:status`, as a literal without indexing.
    method.refusal = b"\x08\x03415"
    method.counted = ("grpc", "", "http-415")
    return method


def _shown(octets: bytes) -> str:
    return repr(octets[:100].decode("latin-1"))

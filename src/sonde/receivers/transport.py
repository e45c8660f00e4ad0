"""What the receivers' transports share: deadlines and the sweep that enforces them, connection slots, TLS.

Deadlines are kept without a timer per request. Each connection counts its phases (waiting for a request, reading a
header, reading a body, ...); a periodic sweep notes when it first saw a phase and expires the connection once the phase
has lasted too long. A request that comes and goes between two sweeps costs nothing; a deadline is exact to one sweep,
and is never early.

TLS certificates are re-read when a file's time or size changes. The listening sockets keep their context; it hands
every new handshake to the newest one, so neither connections nor listeners are restarted. Files that cannot be read or do not fit
together leave the previous certificate in use, with the reason logged and in `TLSContext.trouble`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Protocol

from sonde.core.errors import ConfigError

__all__ = ["ConnectionSlots", "Deadlines", "Sweepable", "Sweeper", "TLSConfig", "TLSContext", "listen"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a client may take, in seconds; all greater than zero.

    Attributes:
        header_s: from the first byte of a request (or the connection) to the end of its header.
        body_s: from the end of the header to the end of the body.
        idle_s: between requests on a connection that is kept open.
        write_s: how long answers may stay unread by the client.
        handshake_s: the TLS handshake.
        linger_s: how long the rest of a refused request is read and thrown away, so that the answer arrives.
    """

    header_s: float = 10.0
    body_s: float = 30.0
    idle_s: float = 75.0
    write_s: float = 30.0
    handshake_s: float = 10.0
    linger_s: float = 2.0

    @property
    def sweep_s(self) -> float:
        """How often to sweep: a quarter of the shortest deadline, between 20 ms and 1 s."""
        shortest = min(self.header_s, self.body_s, self.idle_s, self.write_s, self.linger_s)
        return min(1.0, max(0.02, shortest / 4))


class Sweepable(Protocol):
    """Something with deadlines, usually a connection."""

    def sweep(self, now: float) -> None:
        """Look at the clock (`loop.time()`, seconds) and act on what has lasted too long; must not raise."""


class Sweeper:
    """Calls `sweep` of everything in it at a fixed period, from one timer of the event loop.

    Args:
        period_s: seconds between sweeps.
        each: called once a sweep with the time, after the members; for work such as looking at certificates.
    """

    def __init__(self, period_s: float, each: Callable[[float], None] | None = None) -> None:
        self._period_s = period_s
        self._each = each
        self._members: set[Sweepable] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.add = self._members.add
        self.discard = self._members.discard

    def __len__(self) -> int:
        return len(self._members)

    def members(self) -> list[Sweepable]:
        """A copy of what is in it now."""
        return list(self._members)

    def start(self) -> None:
        """Begin to sweep on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._period_s, self._tick)

    def stop(self) -> None:
        """Sweep no more; harmless when it never started."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop = None

    def _tick(self) -> None:
        loop = self._loop
        if loop is None:
            return
        self._timer = loop.call_later(self._period_s, self._tick)
        now = loop.time()
        for member in tuple(self._members):
            member.sweep(now)
        if self._each is not None:
            self._each(now)


class ConnectionSlots:
    """How many connections may be open at once.

    Args:
        limit: the most connections; at least 1.
    """

    __slots__ = ("limit", "open")

    def __init__(self, limit: int = 4096) -> None:
        self.limit = limit
        self.open = 0

    def take(self) -> bool:
        """Take a slot; False when all are taken."""
        if self.open >= self.limit:
            return False
        self.open += 1
        return True

    def give(self) -> None:
        """Return a slot that was taken."""
        self.open -= 1


@dataclass(frozen=True, slots=True)
class TLSConfig:
    """Certificates of a receiver.

    Attributes:
        cert_file: PEM certificate chain of the server.
        key_file: PEM private key; may be the same file.
        client_ca_file: PEM certificates that client certificates must lead to; empty asks for none (no mTLS).
    """

    cert_file: str
    key_file: str
    client_ca_file: str = ""


class TLSContext:
    """A server's `ssl.SSLContext` that follows its files.

    Args:
        config: the files.
        alpn: protocols to offer, `("h2",)` for gRPC.

    Raises:
        ConfigError: a file cannot be read, or key and certificate do not fit together.
    """

    def __init__(self, config: TLSConfig, *, alpn: Sequence[str] = ()) -> None:
        self._config = config
        self._alpn = list(alpn)
        self._newest = self._load()
        self._seen = self._fingerprint()
        self.context = self._newest
        """What to listen with; stays the same object for the whole life of the listener."""
        self.context.sni_callback = self._choose
        self.trouble = ""
        """Why the newest files are not in use; empty when they are."""

    def refresh_if_changed(self) -> bool:
        """Re-read the files when one of them changed; True when new handshakes use new certificates from now on."""
        fingerprint = self._fingerprint()
        if fingerprint == self._seen:
            return False
        self._seen = fingerprint
        try:
            self._newest = self._load()
        except ConfigError as error:
            self.trouble = error.message
            _log.warning("TLS files changed but cannot be used, the previous ones stay: %s", error.message)
            return False
        self.trouble = ""
        _log.info("TLS certificates re-read from %s", self._config.cert_file)
        return True

    def _choose(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:  # noqa: ARG002 -- the signature is ssl's
        # OpenSSL calls this in every handshake, with or without a server name; the new context brings its own CAs.
        if self._newest is not context:
            connection.context = self._newest

    def _load(self) -> ssl.SSLContext:
        config = self._config
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Resumed sessions would keep a certificate alive that has been replaced.
        context.options |= ssl.OP_NO_TICKET
        if self._alpn:
            context.set_alpn_protocols(self._alpn)
        try:
            context.load_cert_chain(config.cert_file, config.key_file)
            if config.client_ca_file:
                context.load_verify_locations(config.client_ca_file)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(filter(None, (config.cert_file, config.key_file, config.client_ca_file)))
            raise ConfigError(f"TLS files {files} cannot be used: {error}") from error
        return context

    def _fingerprint(self) -> tuple[tuple[int, int, int], ...]:
        config = self._config
        marks = []
        for name in filter(None, (config.cert_file, config.key_file, config.client_ca_file)):
            try:
                found = Path(name).stat()
            except OSError:
                marks.append((0, 0, 0))
            else:
                marks.append((found.st_mtime_ns, found.st_size, found.st_ino))
        return tuple(marks)


async def listen(
    sockets: Sequence[socket],
    factory: Callable[[], asyncio.BaseProtocol],
    *,
    tls: TLSContext | None = None,
    handshake_s: float = 10.0,
    backlog: int = 1024,
) -> list[asyncio.Server]:
    """Serve `factory`'s protocols on sockets that are already bound; one server each, accepting at once."""
    loop = asyncio.get_running_loop()
    return [
        await loop.create_server(
            factory,
            sock=sock,
            backlog=backlog,
            ssl=tls.context if tls else None,
            ssl_handshake_timeout=handshake_s if tls else None,
        )
        for sock in sockets
    ]

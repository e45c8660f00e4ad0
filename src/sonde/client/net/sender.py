"""`open_sender`: deliver requests to one endpoint from threads, one attempt at a time, over pooled connections.

Bounds: `connections` sockets at once (whoever needs another waits for one, within its attempt's time), `max_reply_bytes`
of an answer, and `timeout_s` for everything that an attempt does: waiting for a connection, looking up the name,
connecting, TLS, sending, and the answer. No exception leaves `send`.

Not promised: a connection that is idle is closed no sooner than at the next request (there is no thread that watches);
a proxy named in the environment after the sender was opened is not noticed.
"""

from __future__ import annotations

import threading

from sonde.client.credentials import Credentials
from sonde.client.delivery import Delivery
from sonde.client.endpoint import Endpoint
from sonde.client.net.attempt import Attempt
from sonde.client.net.connection import Connection
from sonde.client.net.exchange import AttemptError, Reply, Request
from sonde.client.net.failure import closed, late, unforeseen
from sonde.client.net.pool import Pool
from sonde.client.net.route import Route
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal

__all__ = ["NetSender", "open_sender"]

_MIB = 1 << 20


def open_sender(
    endpoint: Endpoint,
    *,
    connections: int = 4,
    idle_s: float = 60.0,
    age_s: float = 600.0,
    max_reply_bytes: int = 4 * _MIB,
    credentials: Credentials | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> NetSender:
    """A sender to an endpoint. Nothing is connected before the first request.

    Args:
        endpoint: where requests go, and how.
        connections: sockets at once, at least 1.
        idle_s: seconds after which an idle connection is closed.
        age_s: seconds after which a connection is not used again.
        max_reply_bytes: bytes of an answer's body that are kept.
        credentials: asked for headers at every request.
        clock: of deadlines, ages, and dates in `Retry-After`.
    """
    return NetSender(Route.to(endpoint, max_reply_bytes), Pool(idle_s, age_s, clock), connections, credentials, clock)


class NetSender:
    """A `Sender` over sockets. Thread-safe.

    Args:
        route: the way to the endpoint.
        pool: its connections.
        connections: how many there may be at once.
        credentials: None for none.
        clock: of deadlines.
    """

    def __init__(
        self, route: Route, pool: Pool[Connection], connections: int, credentials: Credentials | None, clock: Clock
    ) -> None:
        self._route = route
        self._pool = pool
        self._connections = max(1, connections)
        self._permits = threading.Semaphore(self._connections)
        self._credentials = credentials
        self._clock = clock

    def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery:
        """Try once to deliver an OTLP request in protobuf, within `timeout_s` seconds; never raises."""
        deadline = self._clock.monotonic() + timeout_s
        attempt = Attempt(self._route, self._credentials, self._clock)
        try:
            attempt.prepare(signal, payload, timeout_s)
            while attempt.delivery is None:
                self._try(attempt, deadline)
        except AttemptError as error:
            attempt.finish(error)
        except Exception as error:
            attempt.finish(unforeseen(error))
        assert attempt.delivery is not None, "an error ends the attempt"
        return attempt.delivery

    def close(self) -> None:
        """Close idle connections; attempts under way end soon, later ones at once."""
        self._pool.close()

    def forget(self) -> None:
        """In a forked child: drop the parent's connections; the next request opens new ones."""
        self._permits = threading.Semaphore(self._connections)
        self._route.resolver.forget()
        if self._route.certificates is not None:
            self._route.certificates.forget()
        self._pool.forget()

    def _try(self, attempt: Attempt, deadline: float) -> None:
        """One request and its outcome."""
        request = attempt.request()
        permits = self._permits
        if not permits.acquire(timeout=max(0.0, min(deadline - self._clock.monotonic(), threading.TIMEOUT_MAX))):
            raise late("connect", f"all {self._connections} connections are busy", undelivered=True)
        try:
            self._try_over(self._connection(fresh=attempt.needs_fresh), attempt, request, deadline)
        finally:
            permits.release()

    def _try_over(self, connection: Connection, attempt: Attempt, request: Request, deadline: float) -> None:
        was_used = connection.was_used
        outcome: Reply | AttemptError
        try:
            if not was_used:
                connection.open(deadline)
            outcome = connection.exchange(request, deadline)
        except AttemptError as error:
            outcome = error
        finally:
            if connection.was_used and connection.is_reusable:
                self._pool.give(connection)
            else:
                self._pool.drop(connection)
        attempt.finish(outcome, was_pooled=was_used, has_heard=connection.has_heard)

    def _connection(self, *, fresh: bool) -> Connection:
        connection = None if fresh else self._pool.take()
        if connection is None:
            connection = Connection(self._route, self._clock)
            if not self._pool.add(connection):
                raise closed(undelivered=True)
        return connection

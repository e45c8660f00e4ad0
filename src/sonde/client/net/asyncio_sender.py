"""`open_async_sender`: deliver requests to one endpoint from asyncio, one attempt each, over pooled connections.

The same attempt, pool, route and protocol machines as the blocking sender's, and the same bounds. What would hold up
the loop, OTLP/JSON and sources of credentials, runs on a thread.

A sender belongs to the loop that it was used on last; on another one it begins with an empty pool.
"""

from __future__ import annotations

import asyncio

from sonde.client.credentials import Credentials
from sonde.client.delivery import Delivery
from sonde.client.endpoint import Endpoint
from sonde.client.net.asyncio_connection import AsyncConnection
from sonde.client.net.attempt import Attempt
from sonde.client.net.exchange import AttemptError, Reply, Request
from sonde.client.net.failure import closed, late, unforeseen
from sonde.client.net.pool import Pool
from sonde.client.net.route import Route
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal

__all__ = ["AsyncSender", "open_async_sender"]

_MIB = 1 << 20
# Compressing so much takes longer than a loop should be held up, and longer than a thread costs.
_LARGE_BYTES = _MIB


def open_async_sender(
    endpoint: Endpoint,
    *,
    connections: int = 4,
    idle_s: float = 60.0,
    age_s: float = 600.0,
    max_reply_bytes: int = 4 * _MIB,
    credentials: Credentials | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> AsyncSender:
    """A sender to an endpoint, for asyncio; arguments as for `open_sender`. Needs no running loop."""
    return AsyncSender(Route.to(endpoint, max_reply_bytes), Pool(idle_s, age_s, clock), connections, credentials, clock)


class AsyncSender:
    """Makes one attempt to deliver a request. For one loop at a time; any number of tasks.

    Args:
        route: the way to the endpoint.
        pool: its connections.
        connections: how many there may be at once.
        credentials: None for none.
        clock: of ages and dates.
    """

    def __init__(
        self, route: Route, pool: Pool[AsyncConnection], connections: int, credentials: Credentials | None, clock: Clock
    ) -> None:
        self._route = route
        self._pool = pool
        self._connections = max(1, connections)
        self._permits = asyncio.Semaphore(self._connections)
        self._credentials = credentials
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery:
        """Try once to deliver an OTLP request in protobuf, within `timeout_s` seconds.

        Raises:
            asyncio.CancelledError: the caller's task was cancelled; nothing else is ever raised.
        """
        self._move_to(asyncio.get_running_loop())
        attempt = Attempt(self._route, self._credentials, self._clock)
        deadline = asyncio.get_running_loop().time() + timeout_s
        try:
            if self._route.endpoint.protocol == "http/json" or len(payload) >= _LARGE_BYTES:
                await asyncio.to_thread(attempt.prepare, signal, payload, timeout_s)
            else:
                attempt.prepare(signal, payload, timeout_s)
            while attempt.delivery is None:
                await self._try(attempt, deadline)
        except AttemptError as error:
            attempt.finish(error)
        except Exception as error:
            attempt.finish(unforeseen(error))
        assert attempt.delivery is not None, "an error ends the attempt"
        return attempt.delivery

    async def close(self) -> None:
        """Close all connections; attempts under way end at once, as do later ones."""
        self._pool.close()
        await asyncio.sleep(0)  # asyncio closes descriptors in the turn after

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            self._pool.forget()
            self._permits = asyncio.Semaphore(self._connections)
            self._loop = loop

    async def _try(self, attempt: Attempt, deadline: float) -> None:
        """One request and its outcome."""
        try:
            async with asyncio.timeout_at(deadline):
                request = attempt.request() if self._credentials is None else await asyncio.to_thread(attempt.request)
                await self._permits.acquire()
        except TimeoutError:
            what = "waiting for a credential, or for one of the connections"
            raise late("connect", what, undelivered=True) from None
        try:
            await self._try_over(self._connection(fresh=attempt.needs_fresh), attempt, request, deadline)
        finally:
            self._permits.release()

    async def _try_over(self, connection: AsyncConnection, attempt: Attempt, request: Request, deadline: float) -> None:
        was_used = connection.was_used
        outcome: Reply | AttemptError
        try:
            outcome = await self._outcome(connection, request, deadline)
        finally:
            if connection.was_used and connection.is_reusable:
                self._pool.give(connection)
            else:
                self._pool.drop(connection)
        if self._credentials is None:
            attempt.finish(outcome, was_pooled=was_used, has_heard=connection.has_heard)
        else:
            await asyncio.to_thread(attempt.finish, outcome, was_pooled=was_used, has_heard=connection.has_heard)

    async def _outcome(self, connection: AsyncConnection, request: Request, deadline: float) -> Reply | AttemptError:
        try:
            async with asyncio.timeout_at(deadline):
                if not connection.was_used:
                    await connection.open(deadline)
                return await connection.exchange(request)
        except AttemptError as error:
            error.undelivered = error.undelivered or connection.stage == "connect"
            return error
        except TimeoutError:
            stage = connection.stage
            return connection.partial or late(stage, self._doing(stage), undelivered=stage != "reply")

    def _doing(self, stage: str) -> str:
        return self._route.doing if stage == "connect" else f"asking {self._route.endpoint.authority}"

    def _connection(self, *, fresh: bool) -> AsyncConnection:
        connection = None if fresh else self._pool.take()
        if connection is None:
            connection = AsyncConnection(self._route, self._clock)
            if not self._pool.add(connection):
                raise closed(undelivered=True)
        return connection

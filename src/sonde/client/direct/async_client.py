"""`AsyncOtlpClient`: what `OtlpClient` is, awaited.

    async with AsyncOtlpClient("http://localhost:4318") as client:
        delivery = await client.send_logs([log("started", service="shop")])

Made anywhere, also where no loop runs; works on whichever loop it is used on, on one at a time: after `asyncio.run` ends,
the next one may use the same client. Requests run side by side when their callers do; the parts of one request one
after the other. Turning dicts into OTLP takes CPU time on the loop (about 40 us a span), bytes and records hardly any.
"""

from __future__ import annotations

import asyncio
import random as chance
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Protocol as Shape
from typing import Self

from sonde.client import net
from sonde.client.credentials import Credentials
from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.direct.balancer import FITNESS, Balance
from sonde.client.direct.courses import Course, Parcel, Try, Wait
from sonde.client.direct.payload import Data, Mixture, parcels_of, payload_of
from sonde.client.direct.servers import CLOSED, DEFAULT_RETRY, Servers, endpoints_of
from sonde.client.endpoint import Compression, Endpoint, Protocol, TlsSettings
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal
from sonde.resilience import BreakerSettings, RetryPolicy
from sonde.resilience.forks import survives_fork

__all__ = ["AsyncOtlpClient"]


class _AsyncSender(Shape):
    async def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery: ...
    async def close(self) -> None: ...


class AsyncOtlpClient:
    """Sends OTLP from asyncio. Arguments, answers and errors are those of `OtlpClient`.

    Cancelling a `send_…` abandons its attempt; the server may or may not have taken it.

    Args:
        endpoint: the server's address, an `Endpoint`, or several of either.
        protocol: `grpc`, `http/protobuf` or `http/json`; None: gRPC for port 4317, else http/protobuf.
        headers: sent with every request.
        compression: `none`, `gzip`, `deflate`, `zstd` or `br`.
        timeout_s: seconds for one attempt, above 0; 10 by default.
        credentials: who the client is; asked on a thread, since it may fetch.
        tls: certificates, for `https`.
        balance: `round_robin`, `weighted`, `least_in_flight`, `trace_id` or `failover`.
        retry: when to try again, for how long in all; None for never.
        fitness: when one of several servers is left alone and how it comes back.
        connect: opens the sender of an endpoint; None: over the network.
        clock: for deadlines and rests.
        random: numbers from 0 up to 1, for jitter and choices.

    Raises:
        ConfigError: an argument cannot be used.
    """

    def __init__(
        self,
        endpoint: str | Endpoint | Iterable[str | Endpoint] = "http://localhost:4318",
        *,
        protocol: Protocol | None = None,
        headers: Mapping[str, str] | None = None,
        compression: Compression | None = None,
        timeout_s: float | None = None,
        credentials: Credentials | None = None,
        tls: TlsSettings | None = None,
        balance: Balance = "round_robin",
        retry: RetryPolicy | None = DEFAULT_RETRY,
        fitness: BreakerSettings = FITNESS,
        connect: Callable[..., _AsyncSender] | None = None,
        clock: Clock = SYSTEM_CLOCK,
        random: Callable[[], float] = chance.random,
    ) -> None:
        endpoints = endpoints_of(
            endpoint, protocol=protocol, headers=headers, compression=compression, timeout_s=timeout_s, tls=tls
        )
        self._servers = Servers(endpoints, balance, retry, fitness, clock, random)
        connect = net.open_async_sender if connect is None else connect
        self._senders = [connect(each, credentials=credentials) for each in endpoints]
        self._is_closed = False
        self._under_way: set[asyncio.Future[None]] = set()
        self._waits: set[asyncio.Future[None]] = set()
        survives_fork(self)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The servers, in the order in which they were given."""
        return tuple(self._servers.endpoints)

    async def send_traces(self, data: Data, *, timeout_s: float | None = None) -> Delivery:
        """Send spans; as `OtlpClient.send_traces`."""
        return await self._deliver([Parcel(Signal.TRACES, payload_of(Signal.TRACES, data))], timeout_s)

    async def send_metrics(self, data: Data, *, timeout_s: float | None = None) -> Delivery:
        """Send metrics; as `OtlpClient.send_metrics`."""
        return await self._deliver([Parcel(Signal.METRICS, payload_of(Signal.METRICS, data))], timeout_s)

    async def send_logs(self, data: Data, *, timeout_s: float | None = None) -> Delivery:
        """Send log records; as `OtlpClient.send_logs`."""
        return await self._deliver([Parcel(Signal.LOGS, payload_of(Signal.LOGS, data))], timeout_s)

    async def send_batch(self, items: Mixture, *, timeout_s: float | None = None) -> Delivery:
        """Send a mixture, sorted by signal; as `OtlpClient.send_batch`."""
        return await self._deliver(parcels_of(items), timeout_s)

    async def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery:
        """Make one attempt with a valid request: failover, but no waiting and no retry."""
        return await self._drive(self._servers.once(Parcel(signal, payload), timeout_s)) if payload else ACCEPTED

    async def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait for what other tasks of this loop are sending; True when nothing of it is under way any more."""
        loop = asyncio.get_running_loop()
        ours = {future for future in self._under_way if future.get_loop() is loop}
        return not ours or not (await asyncio.wait(ours, timeout=timeout_s))[1]

    async def shutdown(self, timeout_s: float = 5.0) -> bool:
        """Take nothing more, end waits between retries, wait for attempts under way, and close; idempotent.

        Returns:
            True when everything under way had ended in time.
        """
        self._is_closed = True
        for wait in self._waits:
            if not wait.done():
                wait.set_result(None)
        is_done = await self.flush(timeout_s)
        for sender in self._senders:
            await sender.close()
        return is_done

    async def close(self) -> None:
        """As `shutdown`, without waiting: attempts under way end with a `Delivery`."""
        await self.shutdown(0.0)

    def renew_after_fork(self) -> None:
        """In a forked child: what was under way stayed with the parent; its loop's connections are not used."""
        self._servers.courses.forget()
        self._under_way, self._waits = set(), set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shutdown()

    def __repr__(self) -> str:
        return f"AsyncOtlpClient({', '.join(each.authority for each in self._servers.endpoints)})"

    async def _deliver(self, parcels: list[Parcel], timeout_s: float | None) -> Delivery:
        parcels = [parcel for parcel in parcels if parcel.payload]
        return await self._drive(self._servers.whole(parcels, timeout_s)) if parcels else ACCEPTED

    async def _drive(self, course: Course) -> Delivery:
        if self._is_closed:
            return CLOSED
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way.add(done)
        try:
            step = next(course)
            while True:
                step = course.send(await self._take(step))
        except StopIteration as end:
            delivery: Delivery = end.value
            return delivery
        finally:
            course.close()
            self._under_way.discard(done)
            if not done.done():
                done.set_result(None)

    async def _take(self, step: Try | Wait) -> Delivery | bool:
        if isinstance(step, Wait):
            return await self._wait(step.seconds)
        signal, payload = step.parcel
        return await self._senders[step.endpoint].send(signal, payload, timeout_s=step.timeout_s)

    async def _wait(self, seconds: float) -> bool:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits.add(woken)
        try:
            if not self._is_closed:
                await asyncio.wait({woken}, timeout=seconds)
        finally:
            self._waits.discard(woken)
        return not self._is_closed

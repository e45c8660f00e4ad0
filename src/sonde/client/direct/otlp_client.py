"""`OtlpClient`: send telemetry that you have as data, without the SDK, to one OTLP server or several.

    with OtlpClient("http://localhost:4318", compression="gzip") as client:
        delivery = client.send_traces([span("checkout", service="shop", attributes={"cart.items": 3})])
        if not delivery.accepted: ...

Each `send_…` returns when the server has answered, or when retrying was given up. What the network and the server do is
a value, `Delivery`, partial success included; only a mistake of the caller raises (`ValidationError`). How requests are
balanced, retried, cut and handed to another server is told in `sonde.client.direct.courses`.

Thread-safe. In a forked child the client opens its own connections. After `shutdown` it answers `client.closed`.
"""

from __future__ import annotations

import random as chance
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sonde.client import net
from sonde.client.credentials import Credentials
from sonde.client.delivery import ACCEPTED, Delivery, Sender
from sonde.client.direct.balancer import FITNESS, Balance
from sonde.client.direct.courses import Course, Parcel, Try, Wait
from sonde.client.direct.payload import Data, Mixture, parcels_of, payload_of
from sonde.client.direct.servers import CLOSED, DEFAULT_RETRY, Servers, endpoints_of
from sonde.client.endpoint import Compression, Endpoint, Protocol, TlsSettings
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.signal import Signal
from sonde.resilience import BreakerSettings, RetryPolicy
from sonde.resilience.forks import survives_fork

__all__ = ["OtlpClient"]


class OtlpClient:
    """Sends OTLP, blocking.

    Args:
        endpoint: the server's address, an `Endpoint`, or several of either. Weights are set on `Endpoint`.
        protocol: `grpc`, `http/protobuf` or `http/json`; None: gRPC for port 4317, else http/protobuf.
        headers: sent with every request.
        compression: `none`, `gzip`, `deflate`, `zstd` or `br`.
        timeout_s: seconds for one attempt, above 0; 10 by default.
        credentials: who the client is; see `sonde.client.credentials`.
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
        connect: Callable[..., Sender] | None = None,
        clock: Clock = SYSTEM_CLOCK,
        random: Callable[[], float] = chance.random,
    ) -> None:
        endpoints = endpoints_of(
            endpoint, protocol=protocol, headers=headers, compression=compression, timeout_s=timeout_s, tls=tls
        )
        self._servers = Servers(endpoints, balance, retry, fitness, clock, random)
        connect = net.open_sender if connect is None else connect
        self._senders = [connect(each, credentials=credentials) for each in endpoints]
        self._closing = threading.Event()
        self._renew()
        survives_fork(self)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The servers, in the order in which they were given."""
        return tuple(self._servers.endpoints)

    def send_traces(self, data: Data, *, timeout_s: float | None = None) -> Delivery:
        """Send spans.

        Args:
            data: an export request as protobuf bytes; as a dict in the shape of OTLP/JSON (`{"resourceSpans": […]}`);
                spans made by `sonde.client.direct.builders.span`; or an iterable of these.
            timeout_s: seconds for everything, retries included; None: as the retry policy has it.

        Raises:
            ValidationError: the data is not that of spans; the message says where and what is wrong.
        """
        return self._deliver([Parcel(Signal.TRACES, payload_of(Signal.TRACES, data))], timeout_s)

    def send_metrics(self, data: Data, *, timeout_s: float | None = None) -> Delivery:
        """Send metrics; as `send_traces`, with `resourceMetrics`, or `counter`, `gauge` and `histogram`."""
        return self._deliver([Parcel(Signal.METRICS, payload_of(Signal.METRICS, data))], timeout_s)

    def send_logs(self, data: Data, *, timeout_s: float | None = None) -> Delivery:
        """Send log records; as `send_traces`, with `resourceLogs`, or `log`."""
        return self._deliver([Parcel(Signal.LOGS, payload_of(Signal.LOGS, data))], timeout_s)

    def send_batch(self, items: Mixture, *, timeout_s: float | None = None) -> Delivery:
        """Send a mixture: records and dicts are sorted by signal, one request each; bytes come as `(Signal, bytes)`.

        The one `Delivery` sums up: accepted when anything was, `rejected` counts what was not.

        Raises:
            ValidationError: an item's signal cannot be told, or an item is wrong.
        """
        return self._deliver(parcels_of(items), timeout_s)

    def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery:
        """Make one attempt with a valid request: failover, and cutting what is too large, but no wait and no retry.

        This is what a `Sender` does, so that a client can stand wherever one is asked for.
        """
        return self._drive(self._servers.once(Parcel(signal, payload), timeout_s)) if payload else ACCEPTED

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait for what other threads are sending; True when nothing is under way any more."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._under_way, timeout_s)

    def shutdown(self, timeout_s: float = 5.0) -> bool:
        """Take nothing more, end waits between retries, wait for attempts under way, and close; idempotent.

        Returns:
            True when everything under way had ended in time.
        """
        self._closing.set()
        is_done = self.flush(timeout_s)
        for sender in self._senders:
            sender.close()
        return is_done

    def close(self) -> None:
        """As `shutdown`, without waiting: attempts under way end with a `Delivery`."""
        self.shutdown(0.0)

    def forget(self) -> None:
        """In a forked child: leave the parent's connections alone; new ones are opened at need. Called there unasked."""
        self._servers.courses.forget()
        self._renew()
        for sender in self._senders:
            sender.forget()

    renew_after_fork = forget

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    def __repr__(self) -> str:
        return f"OtlpClient({', '.join(each.authority for each in self._servers.endpoints)})"

    def _renew(self) -> None:
        self._under_way = 0
        self._idle = threading.Condition()
        was_closed, self._closing = self._closing.is_set(), threading.Event()
        if was_closed:
            self._closing.set()

    def _deliver(self, parcels: list[Parcel], timeout_s: float | None) -> Delivery:
        parcels = [parcel for parcel in parcels if parcel.payload]
        return self._drive(self._servers.whole(parcels, timeout_s)) if parcels else ACCEPTED

    def _drive(self, course: Course) -> Delivery:
        with self._counted():
            if self._closing.is_set():
                return CLOSED
            try:
                step = next(course)
                while True:
                    step = course.send(self._take(step))
            except StopIteration as end:
                delivery: Delivery = end.value
                return delivery
            finally:
                course.close()

    def _take(self, step: Try | Wait) -> Delivery | bool:
        if isinstance(step, Wait):
            return not self._closing.wait(step.seconds)
        signal, payload = step.parcel
        return self._senders[step.endpoint].send(signal, payload, timeout_s=step.timeout_s)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            self._under_way += 1
        try:
            yield
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

"""What both clients are made of: the servers with their settings, and the courses that requests take to them.

`OtlpClient` and `AsyncOtlpClient` differ in how they wait; what they send where, and when again, is `Servers`.
"""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sonde.client.delivery import Delivery
from sonde.client.direct.balancer import FITNESS, Balance, Balancer, Member
from sonde.client.direct.courses import Course, Courses, Parcel
from sonde.client.endpoint import COMPRESSIONS, PROTOCOLS, Compression, Endpoint, Protocol, TlsSettings
from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.errors import ConfigError
from sonde.resilience import BreakerSettings, RetryBudget, RetryPolicy, current_deadline

__all__ = ["CLOSED", "DEFAULT_RETRY", "Servers", "endpoints_of"]

DEFAULT_RETRY = RetryPolicy()
"""Full jitter from one second to thirty, for a minute in all."""

CLOSED = Delivery(accepted=False, code="client.closed", message="the client was shut down", undelivered=True)
"""The answer to what is sent after `shutdown`."""

_SHORTEST_S = 0.001


def endpoints_of(
    endpoint: str | Endpoint | Iterable[str | Endpoint],
    *,
    protocol: Protocol | None = None,
    headers: Mapping[str, str] | None = None,
    compression: Compression | None = None,
    timeout_s: float | None = None,
    tls: TlsSettings | None = None,
) -> tuple[Endpoint, ...]:
    """The servers that a client's arguments mean; an argument that is given goes over what an `Endpoint` says.

    Raises:
        ConfigError: an address, protocol, compression or timeout that does not exist.
    """
    if protocol is not None and protocol not in PROTOCOLS:
        raise ConfigError(f"protocol {protocol!r} is unknown; use one of {', '.join(PROTOCOLS)}")
    if compression is not None and compression not in COMPRESSIONS:
        raise ConfigError(f"compression {compression!r} is unknown; use one of {', '.join(COMPRESSIONS)}")
    if timeout_s is not None and not timeout_s > 0:
        raise ConfigError(f"timeout_s is {timeout_s}; give seconds above 0")
    given: dict[str, Any] = {"protocol": protocol, "compression": compression, "timeout_s": timeout_s, "tls": tls}
    given = {name: value for name, value in given.items() if value is not None}
    each = [endpoint] if isinstance(endpoint, str | Endpoint) else list(endpoint)
    parsed = [Endpoint.parse(one, protocol=protocol) if isinstance(one, str) else one for one in each]
    return tuple(replace(one, **given).with_headers(*(headers or {}).items()) for one in parsed)


@dataclass(slots=True)
class Servers:
    """Servers, and how to deliver to them. Thread-safe.

    Attributes:
        endpoints: at least one.
        balance: how to choose among several.
        retry: when to try again; None for never.
        fitness: when a server rests and how it comes back.
        clock: for deadlines and rests.
        random: numbers from 0 up to 1.
    """

    endpoints: Sequence[Endpoint]
    balance: Balance = "round_robin"
    retry: RetryPolicy | None = DEFAULT_RETRY
    fitness: BreakerSettings = FITNESS
    clock: Clock = SYSTEM_CLOCK
    random: Callable[[], float] = chance.random
    courses: Courses = field(init=False)

    def __post_init__(self) -> None:
        members = [Member(each.authority, each.weight) for each in self.endpoints]
        self.courses = Courses(
            lambda: Balancer(members, self.balance, self.random, self.fitness), self.clock, self.random, RetryBudget()
        )

    def once(self, parcel: Parcel, timeout_s: float) -> Course:
        """One attempt, with failover and without waiting."""
        return self.courses.deliver([parcel], timeout_s, None)

    def whole(self, parcels: Sequence[Parcel], timeout_s: float | None) -> Course:
        """Delivery with retries, in `timeout_s` seconds at most, and within the deadline that the caller runs under."""
        left_s = current_deadline().remaining_s(self.clock.monotonic())
        attempt_s = max(each.timeout_s for each in self.endpoints)
        if self.retry is None:
            return self.courses.deliver(parcels, max(_SHORTEST_S, min(timeout_s or attempt_s, left_s)), None)
        total_s = max(_SHORTEST_S, min(timeout_s or self.retry.total_s, left_s))
        return self.courses.deliver(parcels, attempt_s, replace(self.retry, total_s=total_s))

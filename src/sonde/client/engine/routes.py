"""A way out: the sender of one or more signals, and what is known of the server behind it.

Signals that share a sender share a route, so what one of them learns of the server serves the others: the circuit
breaker (is it there?) and the pause that a server asked for (is it busy?). A server that answers, though it refuses or
asks for patience, is there; only silence, broken connections and answers of 5xx kind without a named wait count against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from sonde.client.delivery import Delivery, Sender
from sonde.core.clock import Clock
from sonde.core.signal import Signal
from sonde.resilience.breakers import Breaker
from sonde.resilience.budget import RetryBudget
from sonde.resilience.circuit import BreakerSettings, Pass, Phase

__all__ = ["CIRCUIT", "Route", "Unavailable", "describe", "routes_of"]

CIRCUIT = BreakerSettings(consecutive_failures=5, open_s=10.0)
"""Five failures in a row, and the server is away; every ten seconds one request finds out whether it is back."""

_LONGEST_PAUSE_S = 60.0


class Route:
    """One server as the engine knows it. Its breaker is thread-safe; the rest is held by the dispatch's lock.

    Args:
        sender: makes attempts.
        clock: for the breaker.

    Attributes:
        sender: makes attempts.
        breaker: whether the server is there.
        budget: how many retries its signals may make together.
        paused_until: monotonic seconds until which the server asked to be left alone.
        under_way: attempts that are being made.
        failing: the latest attempt, if it failed.
    """

    def __init__(self, sender: Sender, clock: Clock) -> None:
        self.sender = sender
        self.breaker = Breaker(CIRCUIT, clock, name="export")
        self.budget = RetryBudget(ratio=0.2, reserve=20)
        self.paused_until = 0.0
        self.under_way = 0
        self.failing: Delivery | None = None

    @property
    def is_away(self) -> bool:
        """True while the circuit is not closed: the server has not answered for a while."""
        return self.breaker.state is not Phase.CLOSED

    def open_at(self, now: float) -> float:
        """Monotonic seconds from which an attempt may be made; never, while the probe of a half-open circuit is out."""
        figures = self.breaker.statistics()
        if figures.phase is Phase.HALF_OPEN and self.under_way:
            return inf
        return max(self.paused_until, now + figures.retry_after_s)

    def learn(self, delivery: Delivery, admitted: Pass, now: float) -> None:
        """Take note of an attempt's outcome."""
        self.failing = None if delivery.accepted else delivery
        answered = delivery.accepted or not delivery.retryable or delivery.retry_after_s is not None
        self.breaker.record(answered, now - admitted.since, admitted)
        if delivery.retryable and delivery.retry_after_s is not None and delivery.retry_after_s > 0:
            self.paused_until = max(self.paused_until, now + min(delivery.retry_after_s, _LONGEST_PAUSE_S))


def routes_of(senders: Callable[[], Mapping[Signal, Sender]], clock: Clock) -> dict[Signal, Route]:
    """A route for every distinct sender; what cannot be made is replaced by one that says why at each attempt."""
    try:
        made = dict(senders())
    except Exception as error:  # the host must not feel it; every attempt tells it
        made = dict.fromkeys(Signal, Unavailable(f"no sender could be made: {error}"))
    known: dict[int, Route] = {}
    return {
        signal: known.setdefault(id(sender), Route(sender, clock))
        for signal in Signal
        for sender in [made.get(signal) or Unavailable(f"no endpoint for {signal.value}")]
    }


class Unavailable:
    """Stands in for a sender that could not be made: every attempt fails, retryably, and says why."""

    def __init__(self, message: str) -> None:
        self._delivery = Delivery(accepted=False, code="config", message=message, retryable=True, undelivered=True)

    def send(self, signal: Signal, payload: bytes, *, timeout_s: float) -> Delivery:  # noqa: ARG002  a sender's shape
        """Fail."""
        return self._delivery

    def close(self) -> None:
        """Nothing to close."""

    def forget(self) -> None:
        """Nothing to forget."""


def describe(route: Route) -> dict[str, Any]:
    """A route's figures, for `stats()`."""
    figures = route.breaker.statistics()
    return {
        "breaker": figures.phase.value,
        "opened": figures.opened,
        "retry_after_s": figures.retry_after_s,
    }

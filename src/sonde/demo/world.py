"""Time and misfortune inside one pretend request.

One process plays a whole shop, so nothing really waits: a handler *spends* milliseconds, which moves the request's own
clock, and spans and log lines are stamped with that clock. A request begins `lag_s` before the wall clock's now, so that
even a slow one ends in the past and no record comes from the future.

One thread drives it; it is not thread-safe. Durations are drawn from a seeded generator: the same seed gives the same shop.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from sonde.core.clock import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from sonde.demo.faults import Fault

__all__ = ["World"]

T = TypeVar("T")


class World:
    """The clock, the dice and the active faults that all services share.

    Args:
        random: the dice.
        clock: the wall clock.
        lag_s: how many seconds before now a request begins.

    Attributes:
        now_ns: the current request's own clock, nanoseconds since the Unix epoch.
        faults: the active faults with their progress, 0 to 1.
        touched: the faults that have touched the current request.
    """

    def __init__(self, random: Random, *, clock: Clock = SYSTEM_CLOCK, lag_s: float = 1.5) -> None:
        self.random = random
        self.faults: Mapping[Fault, float] = {}
        self.touched: set[Fault] = set()
        self._clock = clock
        self._lag_ns = int(lag_s * 1e9)
        self.now_ns = clock.now_ns() - self._lag_ns

    def begin(self) -> None:
        """Start a request: its clock stands at the wall clock's now less the lag, and nothing has touched it."""
        self.now_ns = self._clock.now_ns() - self._lag_ns
        self.touched = set()

    def spend(self, median_ms: float, spread: float = 0.35) -> float:
        """Let time pass: log-normal around `median_ms` milliseconds, as latencies are; returns the milliseconds."""
        spent_ms = self.random.lognormvariate(math.log(median_ms), spread)
        self.now_ns += int(spent_ms * 1e6)
        return spent_ms

    def together(self, first: Callable[[], T], *others: Callable[[], T]) -> list[T]:
        """Run branches as if at the same time: each starts now, and afterwards it is as late as the slowest ended."""
        start_ns = end_ns = self.now_ns
        results = []
        for branch in (first, *others):
            self.now_ns = start_ns
            results.append(branch())
            end_ns = max(end_ns, self.now_ns)
        self.now_ns = end_ns
        return results

    def chance(self, probability: float) -> bool:
        """True with `probability`, 0 to 1."""
        return self.random.random() < probability

    def suffer(self, fault: Fault, probability: float = 1.0) -> float | None:
        """Whether `fault` strikes here and now: its progress, noted against the request; None when it does not."""
        progress = self.faults.get(fault)
        if progress is None or not self.chance(probability):
            return None
        self.touched.add(fault)
        return progress

"""Bulkheads: at most so many calls at once, so that one slow dependency cannot take every thread of the process.

`bulkhead(8)` lets eight calls run where the caller runs, threads and coroutines counted together. `pool(8)` runs
plain functions on eight threads of its own, so that a caller can stop waiting for one that hangs.

Source: Michael Nygard, "Release It!", 2nd edition, chapter 5, "Bulkheads".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf
from typing import NamedTuple, TypeVar

from sonde.resilience.places import Gate
from sonde.resilience.policy import Policy
from sonde.resilience.world import SYSTEM_WORLD, World

__all__ = ["Bulkhead", "BulkheadStatistics", "bulkhead"]

T = TypeVar("T")


class BulkheadStatistics(NamedTuple):
    """A bulkhead's figures.

    Attributes:
        limit: how many places there are.
        in_use: how many are taken.
        waiting: how many calls wait for one.
        refused: how many calls were turned away since it was made.
    """

    limit: int
    in_use: int
    waiting: int
    refused: int


class Bulkhead(Policy):
    """At most so many calls at once; others wait in a fair queue of limited length. Thread-safe; survives a fork.

    Refuses with `ExhaustedError`, or `DeadlineError` when the deadline around the call passed in the queue.

    Args:
        limit: calls at once, at least 1.
        queue: how many more may wait.
        wait_s: how long one may wait, seconds; infinite leaves it to the deadline.
        name: names it in messages.
        world: time to measure deadlines with.
    """

    def __init__(
        self, limit: int, *, queue: int = 0, wait_s: float = inf, name: str = "", world: World = SYSTEM_WORLD
    ) -> None:
        self._gate = Gate(limit, queue, wait_s, f"bulkhead {name!r}" if name else "the bulkhead", world)

    def __repr__(self) -> str:
        return f"bulkhead({self._gate.places.limit}, queue={self._gate.places.queue})"

    def around(self, attempt: Callable[[], T]) -> T:
        """Run the attempt in a place of its own."""
        place = self._gate.enter()
        try:
            return attempt()
        finally:
            self._gate.leave(place)

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await the attempt in a place of its own."""
        place = await self._gate.enter_async()
        try:
            return await attempt()
        finally:
            self._gate.leave(place)

    def statistics(self) -> BulkheadStatistics:
        """The figures as they are; each is exact, together they may be of neighbouring moments."""
        places = self._gate.places
        return BulkheadStatistics(places.limit, places.in_use, places.waiting, self._gate.refused)


def bulkhead(
    limit: int, *, queue: int = 0, wait_s: float = inf, name: str = "", world: World = SYSTEM_WORLD
) -> Bulkhead:
    """At most `limit` calls at once, and `queue` more that wait; see `Bulkhead`."""
    return Bulkhead(limit, queue=queue, wait_s=wait_s, name=name, world=world)

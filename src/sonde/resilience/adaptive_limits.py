"""The adaptive limit as a policy: a gate whose width follows the machine of `sonde.resilience.gradient`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from threading import Lock
from typing import TypeVar

from sonde.resilience.deadlines import current_deadline
from sonde.resilience.forks import survives_fork
from sonde.resilience.gradient import Gradient
from sonde.resilience.places import Gate, Places
from sonde.resilience.policy import Policy
from sonde.resilience.verdicts import Which, is_retryable, matcher
from sonde.resilience.world import SYSTEM_WORLD, World

__all__ = ["AdaptiveLimit", "adaptive"]

T = TypeVar("T")


class AdaptiveLimit(Policy):
    """At most as many calls at once as the server seems to take. Thread-safe; survives a fork with its estimate.

    Refuses with `ExhaustedError`, or `DeadlineError` when the deadline around the call passed in the queue.

    Args:
        gradient: how the limit is found, and its bounds.
        queue: how many calls may wait for a place.
        wait_s: how long one may wait, seconds.
        drops: which exceptions mean that the server was overloaded.
        name: names it in messages.
        world: time to measure with.
    """

    def __init__(
        self,
        gradient: Gradient | None = None,
        *,
        queue: int = 0,
        wait_s: float = 1.0,
        drops: Which = is_retryable,
        name: str = "",
        world: World = SYSTEM_WORLD,
    ) -> None:
        self._gradient = gradient or Gradient()
        self._drops = matcher(drops)
        self._world = world
        self._estimate = self._gradient.start(world.now())
        self._gate = Gate(
            self._gradient.initial, queue, wait_s, f"adaptive limit {name!r}" if name else "the adaptive limit", world
        )
        self._lock = Lock()
        survives_fork(self)

    def __repr__(self) -> str:
        return f"<adaptive limit {self.limit}>"

    @property
    def limit(self) -> int:
        """Calls at once, now."""
        return int(self._estimate.limit)

    @property
    def in_flight(self) -> int:
        """Calls under way."""
        return self._gate.places.in_use

    def around(self, attempt: Callable[[], T]) -> T:
        """Run the attempt in a place of its own, and learn from how long it took."""
        place = self._gate.enter()
        in_flight, started_s = place.in_use, self._world.now()
        try:
            result = attempt()
        except BaseException as error:
            self._leave(place, in_flight, started_s, error)
            raise
        self._leave(place, in_flight, started_s, None)
        return result

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await the attempt in a place of its own, and learn from how long it took."""
        place = await self._gate.enter_async()
        in_flight, started_s = place.in_use, self._world.now()
        try:
            result = await attempt()
        except BaseException as error:
            self._leave(place, in_flight, started_s, error)
            raise
        self._leave(place, in_flight, started_s, None)
        return result

    def renew_after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = Lock()

    def _leave(self, place: Places, in_flight: int, started_s: float, error: BaseException | None) -> None:
        now = self._world.now()
        dropped = self._was_dropped(error, now)
        # A failure that is no drop says nothing about load: a refused credential is answered fast.
        if error is None or dropped:
            with self._lock:
                self._estimate = self._gradient.after_call(
                    self._estimate, now, duration_s=now - started_s, in_flight=in_flight, dropped=dropped
                )
            self._gate.resize(self.limit)
        self._gate.leave(place)

    def _was_dropped(self, error: BaseException | None, now: float) -> bool:
        if isinstance(error, Exception):
            return self._drops(error)
        return error is not None and current_deadline().has_passed(now)


def adaptive(
    gradient: Gradient | None = None,
    *,
    queue: int = 0,
    wait_s: float = 1.0,
    drops: Which = is_retryable,
    name: str = "",
    world: World = SYSTEM_WORLD,
) -> AdaptiveLimit:
    """At most as many calls at once as the server seems to take; see `AdaptiveLimit`."""
    return AdaptiveLimit(gradient, queue=queue, wait_s=wait_s, drops=drops, name=name, world=world)

"""Deadlines: a moment by which an answer is worth having, handed down to everything that is called on the way.

`deadline(10)` around other policies is the time for the whole operation; `retry(...) | deadline(2)` is the time of one
attempt. The remaining time travels in a context variable, so a deadline inside another can only tighten it, and whatever
waits in this room (a retry's pause, a bulkhead's queue, a limiter) never waits past it. Code that speaks to a server
reads it with `current_deadline()` and sets its socket timeout or its header (`sonde.resilience.headers`) from it.

What is enforced: a coroutine is cancelled when its time is up. A plain function cannot be stopped from outside without
harm; it is not started when the time is up, and it is told the remaining time. If it comes back late, its result is
returned all the same: late is better than lost. To stop waiting for a plain function, run it in a `pool`.

Invariants: a nested deadline is never later than the outer one; a deadline that has passed stays passed (monotonic clock).
All policies of one chain must be given the same clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import NamedTuple, TypeVar

from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.errors import DeadlineError
from sonde.resilience.policy import Policy
from sonde.resilience.world import SYSTEM_WORLD, World

__all__ = ["NO_DEADLINE", "Deadline", "current_deadline", "deadline", "within"]

T = TypeVar("T")


class Deadline(NamedTuple):
    """A moment on a monotonic clock; compares by time.

    Attributes:
        at: the clock's reading at that moment, seconds; infinite for none.
    """

    at: float

    @classmethod
    def after(cls, seconds: float, clock: Clock = SYSTEM_CLOCK) -> Deadline:
        """The moment `seconds` from now; zero or less has passed already."""
        return cls(clock.monotonic() + seconds)

    def remaining_s(self, now: float) -> float:
        """Seconds left at the clock's reading `now`; never negative, infinite when there is no deadline."""
        return max(0.0, self.at - now)

    def has_passed(self, now: float) -> bool:
        """True when no time is left at `now`."""
        return self.at <= now

    def tighten(self, seconds: float, now: float) -> Deadline:
        """The earlier of this deadline and `seconds` from `now`."""
        return Deadline(min(self.at, now + seconds))


NO_DEADLINE = Deadline(inf)
"""All the time in the world."""

_CURRENT: ContextVar[Deadline] = ContextVar("sonde_deadline", default=NO_DEADLINE)


def current_deadline() -> Deadline:
    """The deadline that the calling thread or task works under; `NO_DEADLINE` when none was set."""
    return _CURRENT.get()


@contextmanager
def within(limit: Deadline) -> Iterator[Deadline]:
    """Work under a deadline that came from elsewhere, such as a request's header; never looser than the current one.

    Yields the deadline in force. Nothing is raised or cancelled here: what is called inside looks at it.
    """
    token = _CURRENT.set(min(limit, _CURRENT.get()))
    try:
        yield _CURRENT.get()
    finally:
        _CURRENT.reset(token)


def deadline(seconds: float, *, world: World = SYSTEM_WORLD) -> Policy:
    """At most so many seconds for everything inside.

    Args:
        seconds: how long, more than zero.
        world: time to measure with.

    Raises (when called):
        DeadlineError: the time was up before an attempt started, or while a coroutine ran.
    """
    if not 0 < seconds < inf:
        raise ValueError(f"a deadline of {seconds} s makes no sense; give a finite number above zero")
    return _DeadlinePolicy(seconds, world)


class _DeadlinePolicy(Policy):
    __slots__ = ("_seconds", "_world")

    def __init__(self, seconds: float, world: World) -> None:
        self._seconds = seconds
        self._world = world

    def __repr__(self) -> str:
        return f"deadline({self._seconds:g})"

    def around(self, attempt: Callable[[], T]) -> T:
        with within(self._limit()) as limit:
            self._remaining_s(limit)
            return attempt()

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        import asyncio  # noqa: PLC0415 - a program that never awaits a policy has no use for it

        with within(self._limit()) as limit:
            timer = asyncio.timeout(self._remaining_s(limit))
            try:
                async with timer:
                    return await attempt()
            except TimeoutError as error:
                if timer.expired():
                    raise self._passed() from error
                raise

    def _limit(self) -> Deadline:
        return NO_DEADLINE.tighten(self._seconds, self._world.now())

    def _remaining_s(self, limit: Deadline) -> float:
        remaining_s = limit.remaining_s(self._world.now())
        if not remaining_s:
            raise self._passed()
        return remaining_s

    def _passed(self) -> DeadlineError:
        return DeadlineError(f"not done within {self._seconds:g} s, or within the deadline around it")

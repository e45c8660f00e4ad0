"""The rate limiter: at most `rate` calls a second in the long run and `burst` at once.

The Generic Cell Rate Algorithm, which is a token bucket that keeps one number: the moment at which the bucket would be
full again (the theoretical arrival time, TAT). A call conforms when TAT lies at most `(burst - 1) / rate` ahead, and then
moves it by `1 / rate`. Times are whole nanoseconds, the interval rounded up, so no sum of rounding errors ever
lets one call too many pass: in any span of t seconds at most `rate * t + burst` do.

A caller that may wait is given the next free moment and sleeps until then; moments are given out in order of asking,
so waiting is fair. Who is interrupted while waiting has spent its moment.

Sources: ITU-T I.371 (03/2004), annex A, and ATM Forum Traffic Management 4.0, section 4.4.2, virtual scheduling.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import TypeVar

from sonde.core.errors import DeadlineError, QuotaError
from sonde.resilience.deadlines import current_deadline
from sonde.resilience.forks import survives_fork
from sonde.resilience.policy import Policy
from sonde.resilience.world import SYSTEM_WORLD, World

__all__ = ["Rate", "RateLimiter", "rate_limit"]

T = TypeVar("T")
_LONGEST_S = 1e9  # an infinite wait, as whole nanoseconds


@dataclass(frozen=True, slots=True)
class Rate:
    """The machine: a rate and a burst. Its state is one integer, the theoretical arrival time, 0 at first.

    Attributes:
        per_s: calls a second in the long run, above zero and at most 1e9.
        burst: calls at once, at least 1.
    """

    per_s: float
    burst: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.per_s <= 1e9 or self.burst < 1:
            raise ValueError(
                f"{self.per_s} calls/s in bursts of {self.burst} make no sense; give 0 < rate <= 1e9, burst >= 1"
            )

    @property
    def interval_ns(self) -> int:
        """Nanoseconds between calls at the full rate, rounded up."""
        return ceil(1e9 / self.per_s)

    def reserve(self, arrival_ns: int, now_ns: int, wait_ns: int = 0) -> tuple[int, int]:
        """Ask for the next moment.

        Args:
            arrival_ns: the state.
            now_ns: the monotonic clock, nanoseconds.
            wait_ns: how long the caller would wait.

        Returns:
            The next state, unchanged when refused, and how many nanoseconds the caller has to wait: when that is more
            than `wait_ns` it was refused.
        """
        delay_ns = max(0, arrival_ns - (self.burst - 1) * self.interval_ns - now_ns)
        if delay_ns > wait_ns:
            return arrival_ns, delay_ns
        return max(arrival_ns, now_ns) + self.interval_ns, delay_ns


class RateLimiter(Policy):
    """Lets calls through at a limited rate. Thread-safe; survives a fork, where the child has a limiter of its own.

    Refuses with `QuotaError`, whose `retry_after_s` is when a call could pass.

    Args:
        per_s: calls a second in the long run.
        burst: calls at once.
        wait_s: how long a call may wait for its turn, seconds; a deadline around it tightens that.
        name: names it in messages.
        world: time and waiting.
    """

    def __init__(
        self, per_s: float, burst: int = 1, *, wait_s: float = 0.0, name: str = "", world: World = SYSTEM_WORLD
    ) -> None:
        if not wait_s >= 0:
            raise ValueError(f"waiting {wait_s} s makes no sense; give zero or more")
        self._rate = Rate(per_s, burst)
        self._wait_s = wait_s
        self._what = f"rate limit {name!r}" if name else "the rate limit"
        self._world = world
        self._arrival_ns = 0
        self._lock = Lock()
        survives_fork(self)

    def __repr__(self) -> str:
        return f"rate_limit({self._rate.per_s:g}, {self._rate.burst})"

    def allow(self) -> bool:
        """Whether a call may be made now; if so, it is counted."""
        return self._reserve(0.0)[1]

    def around(self, attempt: Callable[[], T]) -> T:
        """Run the attempt when its turn has come."""
        if delay_s := self._turn():
            self._world.sleep(delay_s)
        return attempt()

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await the attempt when its turn has come."""
        if delay_s := self._turn():
            await self._world.sleep_async(delay_s)
        return await attempt()

    def renew_after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = Lock()

    def _turn(self) -> float:
        """Seconds until this call's turn."""
        remaining_s = current_deadline().remaining_s(self._world.now())
        delay_s, granted = self._reserve(min(self._wait_s, remaining_s))
        if granted:
            return delay_s
        if remaining_s < self._wait_s:
            raise DeadlineError(f"{self._what} has no turn before the deadline", retry_after_s=delay_s)
        raise QuotaError(f"over {self._what} of {self._rate.per_s:g} calls/s", retry_after_s=delay_s)

    def _reserve(self, wait_s: float) -> tuple[float, bool]:
        with self._lock:
            now_ns = int(self._world.now() * 1e9)
            wait_ns = int(min(wait_s, _LONGEST_S) * 1e9)
            self._arrival_ns, delay_ns = self._rate.reserve(self._arrival_ns, now_ns, wait_ns)
        return delay_ns / 1e9, delay_ns <= wait_ns


def rate_limit(
    per_s: float, burst: int = 1, *, wait_s: float = 0.0, name: str = "", world: World = SYSTEM_WORLD
) -> RateLimiter:
    """At most `per_s` calls a second and `burst` at once; see `RateLimiter`."""
    return RateLimiter(per_s, burst, wait_s=wait_s, name=name, world=world)

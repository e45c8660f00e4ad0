"""How long to wait between attempts: pure formulas, chance handed in.

Waiting longer after each failure gives a struggling server room; spreading the waits by chance keeps clients that
failed together from coming back together. `RetryPolicy` refuses waits that are negative or not finite. Source of the formulas and of their names: Marc Brooker, "Exponential
Backoff And Jitter", AWS Architecture Blog, 2015. `FullJitter` did least work in its comparison and is the default
here; a wait may then be near zero, which is the point: the waits fill the whole interval evenly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

__all__ = ["Backoff", "DecorrelatedJitter", "Exponential", "Fixed", "FullJitter"]


class Backoff(Protocol):
    """Names the wait that follows a failed attempt."""

    def delay_s(self, attempt: int, previous_s: float, random: Callable[[], float]) -> float:
        """Seconds to wait, never negative.

        Args:
            attempt: how many attempts have failed so far; 1 after the first.
            previous_s: the wait before the attempt that failed; 0.0 after the first.
            random: returns the next number in [0, 1).
        """


class Fixed(NamedTuple):
    """Always the same wait. Clients that failed together come back together: for one client, not for a fleet.

    Attributes:
        seconds: the wait.
    """

    seconds: float = 1.0

    def delay_s(self, attempt: int, previous_s: float, random: Callable[[], float]) -> float:  # noqa: ARG002 - one shape for all
        """The same seconds every time."""
        return self.seconds


class Exponential(NamedTuple):
    """`min(cap, base * factor ** (attempt - 1))`: each wait longer by a factor, none by chance.

    Attributes:
        base_s: the wait after the first failure, seconds.
        factor: how much longer each wait is than the one before, at least 1.
        cap_s: the longest wait, seconds.
    """

    base_s: float = 1.0
    factor: float = 2.0
    cap_s: float = 30.0

    def delay_s(self, attempt: int, previous_s: float, random: Callable[[], float]) -> float:  # noqa: ARG002 - one shape for all
        """The capped power; no chance in it."""
        try:
            return min(self.cap_s, self.base_s * self.factor ** (attempt - 1))
        except OverflowError:
            return self.cap_s


class FullJitter(NamedTuple):
    """Anything between nothing and what `Exponential` would wait, evenly.

    Attributes:
        base_s: the longest wait after the first failure, seconds.
        factor: how much longer the longest wait gets each time, at least 1.
        cap_s: the longest wait of all, seconds.
    """

    base_s: float = 1.0
    factor: float = 2.0
    cap_s: float = 30.0

    def delay_s(self, attempt: int, previous_s: float, random: Callable[[], float]) -> float:
        """An even draw from [0, capped power)."""
        return random() * Exponential(self.base_s, self.factor, self.cap_s).delay_s(attempt, previous_s, random)


class DecorrelatedJitter(NamedTuple):
    """`min(cap, between(base, previous * 3))`: grows from what was drawn before, not from the number of attempts.

    Attributes:
        base_s: the shortest wait, seconds.
        cap_s: the longest wait, seconds.
    """

    base_s: float = 1.0
    cap_s: float = 30.0

    def delay_s(self, attempt: int, previous_s: float, random: Callable[[], float]) -> float:  # noqa: ARG002 - one shape for all
        """A draw between the base and three times the wait before."""
        longest_s = max(self.base_s, previous_s * 3)
        return min(self.cap_s, self.base_s + random() * (longest_s - self.base_s))

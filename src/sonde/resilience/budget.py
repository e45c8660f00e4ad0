"""A retry budget: retries may be at most a share of the calls, so that a fleet cannot multiply its own load.

Jitter spreads a storm, a budget bounds it: when everything fails, a policy of four attempts sends four times the load
to a server that is already down; with a budget of 0.2 it sends at most 1.2 times, but for a small reserve.

Rule: a balance starts at `reserve`; each call adds `ratio`, up to `reserve`; each retry takes 1 and is refused when
less is there. So among n calls there are at most `reserve + ratio * n` retries. Sources: retry budgets of Finagle
(`RetryBudget`, percentage and reserve) and gRPC's proposal A6, "Throttling Retry Attempts and Hedged RPCs".
"""

from __future__ import annotations

from threading import Lock

from sonde.resilience.forks import survives_fork

__all__ = ["RetryBudget"]


class RetryBudget:
    """A shared allowance of retries. Thread-safe; survives a fork, where the child goes on with a copy of the balance.

    Args:
        ratio: retries allowed per call in the long run, 0 to 1 or more.
        reserve: how many retries may be made in a burst; also the most that can be saved up. At least 1.
    """

    def __init__(self, ratio: float = 0.2, reserve: float = 10) -> None:
        if not 0 <= ratio < float("inf") or not 1 <= reserve < float("inf"):
            raise ValueError(
                f"a budget of ratio {ratio} and reserve {reserve} makes no sense; give ratio >= 0, reserve >= 1"
            )
        self._ratio = ratio
        self._reserve = float(reserve)
        self._balance = self._reserve
        self._lock = Lock()
        survives_fork(self)

    @property
    def balance(self) -> float:
        """Retries that could be made now, never negative and never over the reserve."""
        return self._balance

    def deposit(self) -> None:
        """A call is made (its first attempt)."""
        with self._lock:
            self._balance = min(self._reserve, self._balance + self._ratio)

    def withdraw(self) -> bool:
        """Take one retry from the balance; False, with nothing taken, when there is none."""
        with self._lock:
            if self._balance < 1:
                return False
            self._balance -= 1
            return True

    def renew_after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = Lock()

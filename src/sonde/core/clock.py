"""Time as a value that is handed in, so that machines which depend on it can be tested without waiting.

Two readings exist because they answer different questions. `now_ns` is the wall clock: what a record's receive time is,
and it may jump. `monotonic` never goes back: what deadlines, ages and intervals are measured with.
"""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "ManualClock", "SystemClock"]


class Clock(Protocol):
    """A source of wall-clock and monotonic time."""

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch; may jump in either direction."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary point; never decreases."""


class SystemClock:
    """The operating system's clocks."""

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        return time.time_ns()

    def monotonic(self) -> float:
        """Seconds of the system's monotonic clock."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move; for tests and simulations.

    Args:
        now_ns: the wall clock's first reading, nanoseconds since the Unix epoch.
    """

    def __init__(self, now_ns: int = 1_700_000_000_000_000_000) -> None:
        self._now_ns = now_ns
        self._monotonic = 0.0

    def now_ns(self) -> int:
        """The wall clock as last set or advanced."""
        return self._now_ns

    def monotonic(self) -> float:
        """Seconds advanced since the clock was made."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks; negative spans are refused because monotonic time cannot go back."""
        if seconds < 0:
            raise ValueError("a monotonic clock cannot go back; use jump() to move the wall clock alone")
        self._monotonic += seconds
        self._now_ns += round(seconds * 1e9)

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as an NTP step or an administrator would; may be negative."""
        self._now_ns += round(seconds * 1e9)


SYSTEM_CLOCK = SystemClock()

"""What happened lately: counts of calls, failures and slow calls over the last so many calls or seconds.

Windows are immutable values: `add` returns a new one. The empty window doubles as the setting, so that
`BreakerSettings(window=LastSeconds(30))` says both what to count over and where to begin.

`LastCalls` keeps a bit per call in two integers. `LastSeconds` keeps ten buckets, so what falls out does so in steps of a
tenth of the window; it holds between 90 % and 100 % of the span. Adding costs O(size / 64) and O(buckets).
A reading of the clock that is earlier than the last one counts as the last one.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

__all__ = ["LastCalls", "LastSeconds", "Tally", "Window"]

_BUCKETS = 10


class Tally(NamedTuple):
    """Counts over a window; `failures` and `slow` are each at most `calls`."""

    calls: int = 0
    failures: int = 0
    slow: int = 0


class Window(Protocol):
    """Counts what happened lately."""

    @property
    def extent(self) -> float:
        """How far it looks back, in a unit of its own; `BreakerSettings` refuses what is not above zero and finite."""

    def add(self, now: float, *, failed: bool, slow: bool) -> Window:
        """The window with one more call at `now` (monotonic seconds)."""

    def tally(self, now: float) -> Tally:
        """The counts as of `now`."""


class LastCalls(NamedTuple):
    """The last `size` calls, whenever they were.

    Attributes:
        size: how many calls, at least 1.
        calls: how many it holds.
        failed_bits: bit i is set when the call i before the latest failed.
        slow_bits: likewise for slow calls.
    """

    size: int = 100
    calls: int = 0
    failed_bits: int = 0
    slow_bits: int = 0

    @property
    def extent(self) -> float:
        """The size."""
        return self.size

    def add(self, now: float, *, failed: bool, slow: bool) -> LastCalls:  # noqa: ARG002 - one shape for all windows
        """The window with one more call and, when full, without the oldest."""
        mask = (1 << self.size) - 1
        return LastCalls(
            self.size,
            min(self.size, self.calls + 1),
            (self.failed_bits << 1 | failed) & mask,
            (self.slow_bits << 1 | slow) & mask,
        )

    def tally(self, now: float) -> Tally:  # noqa: ARG002 - one shape for all windows
        """The counts."""
        return Tally(self.calls, self.failed_bits.bit_count(), self.slow_bits.bit_count())


class LastSeconds(NamedTuple):
    """The calls of the last `seconds`.

    Attributes:
        seconds: how far back, more than zero.
        buckets: (number of the bucket, its counts), oldest first; at most ten, numbers rising.
    """

    seconds: float = 60.0
    buckets: tuple[tuple[int, Tally], ...] = ()

    @property
    def extent(self) -> float:
        """The seconds."""
        return self.seconds

    def add(self, now: float, *, failed: bool, slow: bool) -> LastSeconds:
        """The window with one more call and without what has grown too old."""
        kept = self._kept(now)
        number, last = kept[-1] if kept else (self._number(now), Tally())
        if number < self._number(now):
            number, last = self._number(now), Tally()
        else:
            kept = kept[:-1]
        added = Tally(last.calls + 1, last.failures + failed, last.slow + slow)
        return LastSeconds(self.seconds, (*kept, (number, added)))

    def tally(self, now: float) -> Tally:
        """The counts as of `now`."""
        counts = [tally for _, tally in self._kept(now)]
        return Tally(*map(sum, zip(*counts, strict=True))) if counts else Tally()

    def _number(self, now: float) -> int:
        return int(now / self.seconds * _BUCKETS)

    def _kept(self, now: float) -> tuple[tuple[int, Tally], ...]:
        oldest = self._number(now) - _BUCKETS + 1
        return tuple(bucket for bucket in self.buckets if bucket[0] >= oldest)

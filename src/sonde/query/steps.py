"""The time grid of a series: buckets of one length, aligned to the epoch, and how a growth is laid over them.

What a counter grew between two moments belongs to the buckets between those moments, in proportion. A counter that is
reported once a minute therefore gives an even rate at a ten-second step, and nothing is counted twice or lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from sonde.core.errors import ValidationError

__all__ = ["Grid", "grid"]

_ROUND_S = (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)
_USUAL_POINTS = 120
_MOST_POINTS = 11_000


@dataclass(frozen=True, slots=True)
class Grid:
    """Buckets from `start_ns` (inclusive) to `end_ns` (exclusive) of `step_ns` each; the first is aligned down."""

    start_ns: int
    end_ns: int
    step_ns: int

    @property
    def first(self) -> int:
        """Number of the first bucket; a bucket's number times the step is its start."""
        return self.start_ns // self.step_ns

    @property
    def last(self) -> int:
        """Number of the last bucket."""
        return (self.end_ns - 1) // self.step_ns

    def shares(self, from_ns: int, to_ns: int) -> list[tuple[int, float]]:
        """Which share of a growth between two moments falls into which bucket of this grid."""
        if from_ns >= to_ns:
            bucket = (to_ns - 1) // self.step_ns
            return [(bucket, 1.0)] if self.first <= bucket <= self.last else []
        length = to_ns - from_ns
        low = max(self.first, from_ns // self.step_ns)
        high = min(self.last, (to_ns - 1) // self.step_ns)
        return [
            (bucket, (min(to_ns, (bucket + 1) * self.step_ns) - max(from_ns, bucket * self.step_ns)) / length)
            for bucket in range(low, high + 1)
        ]


def grid(start_ns: int, end_ns: int, step_ns: int | None) -> Grid:
    """The grid of a range; without a step, the shortest round one that gives about a hundred points.

    Raises:
        ValidationError: an empty range, or more than 11,000 points.
    """
    if end_ns <= start_ns:
        raise ValidationError("end: it is not after start; write an earlier start, such as start=-1h")
    length_s = (end_ns - start_ns) / 1e9
    if step_ns is None:
        step_s = next((step for step in _ROUND_S if length_s / step <= _USUAL_POINTS), 86400)
        return Grid(start_ns, end_ns, step_s * 10**9)
    if step_ns < 1_000_000:
        raise ValidationError("step: it is shorter than a millisecond; write step=10s")
    if (end_ns - start_ns) // step_ns > _MOST_POINTS:
        raise ValidationError(
            f"step: the range would have more than {_MOST_POINTS} points; write a longer step, such as step=1m"
        )
    return Grid(start_ns, end_ns, step_ns)

"""Reading some of a range where all of it would take too long: short slices of time, one in the middle of every step.

Spans lie by time, so that the engine skips what is between slices by its index of times and reads little more than what
they hold, also of wide columns; and traces keep nearly all their spans. The same question has the same answer.
What lasts shorter than a step may lie between slices: counts that must be exact come from the rollup
(`sonde.query.volume`), and answers say which share was read. Where rows are wanted as they are spread, bursts
included, `sonde.query.sampled` is the better sample; it opens more of the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonde.query.filters import Filter

__all__ = ["TimeSlices", "time_slices"]

_MS = 10**6


@dataclass(frozen=True, slots=True)
class TimeSlices:
    """Which part of a range is read.

    Attributes:
        share: of the range's length, above 0 up to 1; 1 is all of it.
        width_ms: length of a slice; 0 where all is read.
        numbers: slices by their number since the epoch, in units of `width_ms`.
    """

    share: float = 1.0
    width_ms: int = 0
    numbers: list[int] = field(default_factory=list)

    def restrict(self, given: Filter) -> None:
        """Ask for spans of the slices only, in the form for which the engine uses its index of times."""
        if self.width_ms:
            width, numbers = given.bind(self.width_ms, "Int64"), given.bind(self.numbers, "Array(Int64)")
            given.add(f"intDiv(toUnixTimestamp64Milli(Timestamp), {width}) IN {numbers}")


def time_slices(start_ns: int, end_ns: int, spans: int, most: int, steps: int) -> TimeSlices:
    """The part to read of a range with so many spans, so that about `most` of them are read.

    Args:
        start_ns: where spans begin in it, so that no slice lies in emptiness.
        end_ns: where they end.
        spans: how many there are between.
        most: how many to read.
        steps: how many slices, one or more.
    """
    if spans <= most:
        return TimeSlices()
    length_ns = end_ns - start_ns
    width_ms = max(1, length_ns * most // spans // steps // _MS)
    middles = (start_ns + length_ns * (2 * number + 1) // (2 * steps) for number in range(steps))
    numbers = sorted({middle // _MS // width_ms for middle in middles})
    return TimeSlices(min(1.0, len(numbers) * width_ms * _MS / length_ns), width_ms, numbers)

"""Reading from the newest end backwards (or from the oldest forwards) in growing stretches of time.

The tables lie in order of minutes, so a statement that asks in that order (`by_time`) reads from the asked end and stops
when it has enough. Even so it reads whole minutes and consults the skip indexes of the whole range, which over weeks
costs more than the reading: the newest minute is asked first, and more only while the page is not full. Stretches grow
twentyfold, so that even years take six statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sonde.query.source import Source

__all__ = ["by_time", "kept_range", "stretches"]

FIRST_NS = 60 * 10**9
GROWTH = 20


def by_time(*, newest_first: bool) -> str:
    """The ORDER BY of rows by time, in the words by which the engine sees that the table lies in this order."""
    order = "DESC" if newest_first else "ASC"
    return f"toStartOfMinute(Timestamp) {order}, Timestamp {order}"


def kept_range(source: Source, table: str) -> tuple[int, int] | None:
    """The earliest and latest Timestamp of a table in nanoseconds; None where it is empty. Answered from metadata."""
    rows = source.rows(
        "SELECT toUnixTimestamp64Nano(min(Timestamp)) AS first, toUnixTimestamp64Nano(max(Timestamp)) AS last,"
        f" count() AS n FROM @{table}"
    )
    if not rows or not int(rows[0]["n"]):
        return None
    return int(rows[0]["first"]), int(rows[0]["last"])


def stretches(start_ns: int, end_ns: int, *, newest_first: bool) -> Iterator[tuple[int, int]]:
    """Adjoining stretches `(start, end)` that together cover start (inclusive) to end (exclusive)."""
    length = FIRST_NS
    while start_ns < end_ns:
        if newest_first:
            begin = max(start_ns, end_ns - length)
            yield begin, end_ns
            end_ns = begin
        else:
            finish = min(end_ns, start_ns + length)
            yield start_ns, finish
            start_ns = finish
        length *= GROWTH

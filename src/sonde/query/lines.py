"""Log records in a total order, a page at a time.

The order is time, then the hash of the line, so that lines of one nanosecond keep their places from page to page. A page
is read in two steps, because the hash needs nearly every column: the first walks time stretch by stretch over the time
column and what the conditions need, until it knows the moment at which the page is full; the second reads the whole
records between here and there.

A `Place` is the last line of a page: its time, its hash, how many lines equal to it the page holds, and how many lines of
its nanosecond were given so far. The first three decide what follows; the last is only how far to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.query.filters import Filter
from sonde.query.logrows import LOG_SELECT, line_of, read_logs
from sonde.query.slices import by_time, stretches

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonde.query.logrows import LogRecord
    from sonde.query.source import Source

__all__ = ["Place", "read_lines"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended.

    Attributes:
        time_ns: time of the last line.
        line: its hash.
        copies: lines with that time and hash given so far.
        given: lines with that time given so far.
    """

    time_ns: int
    line: int
    copies: int = 1
    given: int = 1


def read_lines(
    source: Source,
    conditions: Callable[[], Filter],
    within: tuple[int, int],
    *,
    newest_first: bool,
    limit: int,
    after: Place | None = None,
) -> tuple[list[LogRecord], Place | None]:
    """A page of log records.

    Args:
        source: the tenant's tables.
        conditions: makes the filter that lines must pass, without time.
        within: start (inclusive) and end (exclusive) in nanoseconds.
        newest_first: the direction.
        limit: how many lines.
        after: where the page before ended.

    Returns:
        The lines in order, and the place of the last one; None where nothing follows.
    """
    start_ns, end_ns = within
    if after is not None:
        start_ns, end_ns = (
            (start_ns, min(end_ns, after.time_ns + 1)) if newest_first else (max(start_ns, after.time_ns), end_ns)
        )
    most = limit + 1 + (after.given if after else 0)
    reach = _reach(source, conditions, (start_ns, end_ns), newest_first=newest_first, most=most)
    if reach is None:
        return [], None
    filled = conditions()
    filled.between(*((reach, end_ns) if newest_first else (start_ns, reach + 1)))
    order = "DESC" if newest_first else "ASC"
    rows = source.rows(
        f"{LOG_SELECT} WHERE {filled.sql} ORDER BY Timestamp {order}, LineHash {order} LIMIT {filled.bind(most, 'UInt64')}",
        filled.parameters,
    )
    records = read_logs(rows)
    fresh = records[_given_before(records, after, newest_first=newest_first) :]
    if len(records) < most and len(fresh) <= limit:
        return fresh, None
    page = fresh[:limit]
    return page, _place(page, after) if page else None


def _reach(
    source: Source, conditions: Callable[[], Filter], within: tuple[int, int], *, newest_first: bool, most: int
) -> int | None:
    """The time of the line that fills the page, or of the last line there is; None where there is none."""
    reach, left = None, most
    for stretch in stretches(*within, newest_first=newest_first):
        given = conditions()
        given.between(*stretch)
        rows = source.rows(
            f"SELECT toUnixTimestamp64Nano(Timestamp) AS at FROM @otel_logs WHERE {given.sql}"
            f" ORDER BY {by_time(newest_first=newest_first)} LIMIT {given.bind(left, 'UInt64')}",
            given.parameters,
        )
        left -= len(rows)
        if rows:
            reach = int(rows[-1]["at"])
        if left <= 0:
            break
    return reach


def _given_before(records: list[LogRecord], after: Place | None, *, newest_first: bool) -> int:
    """How many of the first records belong to the pages before."""
    if after is None:
        return 0
    sign = -1 if newest_first else 1
    last = (sign * after.time_ns, sign * after.line)
    copies = 0
    for position, record in enumerate(records):
        time_ns, line = line_of(record.id)
        here = (sign * time_ns, sign * line)
        copies += here == last
        if here > last or copies > after.copies:
            return position
    return len(records)


def _place(page: list[LogRecord], after: Place | None) -> Place:
    time_ns, line = line_of(page[-1].id)
    copies = sum(record.id == page[-1].id for record in page)
    given = sum(record.time_ns == time_ns for record in page)
    if after is not None and after.time_ns == time_ns:
        copies += after.copies if after.line == line else 0
        given += after.given
    return Place(time_ns, line, copies, given)

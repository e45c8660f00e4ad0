"""Following log records as they arrive: every record once, in the order of arrival, however late its own time is.

A table's rows carry the number of the insert that brought them (`_block_number`, kept through merges), and
`system.parts` says which numbers are there. What is there now and was not there before is what arrived: a pure
difference of ranges, computed from two readings. Nothing depends on clocks, and a record whose own time lies an hour
back is seen as surely as one of this moment.

Where rows have no such number (a table spread over a cluster), the last two minutes by time are read again and again and
what was already given is left out by id; there a record that arrives more than two minutes late is not seen.

States: a `Follower` knows the ranges it has seen; it begins with those of its first moment. Not thread-safe; one a client.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from sonde.query.located import LOG_COLUMNS, everywhere
from sonde.query.logrows import LOG_SELECT, read_logs
from sonde.query.logs import conditions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.core.clock import Clock
    from sonde.query.filters import Filter
    from sonde.query.logrows import LogRecord
    from sonde.query.logs import LogSearch
    from sonde.query.source import Source

__all__ = ["Blocks", "Follower", "fresh", "joined"]

Blocks: TypeAlias = "dict[str, list[tuple[int, int]]]"
"""By partition, the numbers of the inserts that are there: disjoint ranges, both ends included, ascending."""

_TABLE = "otel_logs"
_MAX_LINES = 20_000
_LATE_NS = 120 * 10**9


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges as few disjoint ones, ascending; adjoining ones become one."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return result


def fresh(now: Blocks, seen: Blocks) -> Blocks:
    """What is in `now` and not in `seen`; partitions without news are left out."""
    news = {}
    for partition, ranges in now.items():
        left = ranges
        for low, high in seen.get(partition, ()):
            left = [piece for one in left for piece in _without(one, low, high)]
        if left:
            news[partition] = left
    return news


def _without(one: tuple[int, int], low: int, high: int) -> list[tuple[int, int]]:
    """A range without the numbers from low to high."""
    begin, end = one
    if high < begin or end < low:
        return [one]
    return [piece for piece in ((begin, low - 1), (high + 1, end)) if piece[0] <= piece[1]]


class Follower:
    """What arrives after this moment and meets a search's conditions.

    Args:
        source: the tenant's tables.
        asked: the conditions; its range, order, limit and cursor are not looked at.
        clock: what is recent, where arrival has no number.
    """

    def __init__(self, source: Source, asked: LogSearch, clock: Clock) -> None:
        self._source, self._clock = source, clock
        # A key may first be seen, or seen elsewhere, while this goes on: every level is looked at.
        self._conditions = conditions(asked, everywhere(asked.where, LOG_COLUMNS))
        self._parts: list[tuple[str, str, tuple[int, int]]] = []
        self._numbered = self._has_numbers()
        self._seen: Blocks = self._blocks() if self._numbered else {}
        self._given: Counter[str] = Counter()
        if not self._numbered:
            self._given = Counter(record.id for record in self._recent())

    def poll(self) -> list[LogRecord]:
        """Records that arrived since the last call (at first: since this was made), oldest first; at once."""
        return self._arrived() if self._numbered else self._unseen()

    def _arrived(self) -> list[LogRecord]:
        now = self._blocks()
        news = fresh(now, self._seen)
        if not news:
            return []
        given = self._conditions()
        given.add(_inserts(given, news))
        old = [part for part, partition, numbers in self._parts if not fresh({partition: [numbers]}, self._seen)]
        # A part never changes; those that hold nothing new are left out by name, so that they are not opened.
        given.add(f"NOT has({given.bind(old, 'Array(String)')}, _part)")
        records = read_logs(
            self._source.rows(f"{LOG_SELECT} WHERE {given.sql} ORDER BY Timestamp, LineHash", given.parameters)
        )
        for partition, ranges in now.items():
            self._seen[partition] = joined([*self._seen.get(partition, ()), *ranges])
        return records

    def _unseen(self) -> list[LogRecord]:
        recent = self._recent()
        counted = Counter[str]()
        news = []
        for record in recent:
            counted[record.id] += 1
            if counted[record.id] > self._given[record.id]:
                news.append(record)
        self._given = counted
        return news

    def _recent(self) -> list[LogRecord]:
        given = self._conditions()
        given.between(self._clock.now_ns() - _LATE_NS, None)
        rows = self._source.rows(
            f"{LOG_SELECT} WHERE {given.sql} ORDER BY Timestamp, LineHash LIMIT {_MAX_LINES}", given.parameters
        )
        return read_logs(rows)

    def _blocks(self) -> Blocks:
        rows = self._source.rows(
            "SELECT name, partition_id, toInt64(min_block_number) AS low, toInt64(max_block_number) AS high FROM system.parts"
            " WHERE active AND database = {database:String} AND table = {table:String}",
            {"database": self._source.database, "table": _TABLE},
        )
        self._parts = [(row["name"], row["partition_id"], (int(row["low"]), int(row["high"]))) for row in rows]
        found: Blocks = {}
        for _name, partition, numbers in self._parts:
            found.setdefault(partition, []).append(numbers)
        return {partition: joined(ranges) for partition, ranges in found.items()}

    def _has_numbers(self) -> bool:
        rows = self._source.rows(
            "SELECT count() AS n FROM system.tables WHERE database = {database:String} AND name = {table:String}"
            " AND engine LIKE '%MergeTree' AND create_table_query LIKE '%enable_block_number_column = 1%'",
            {"database": self._source.database, "table": _TABLE},
        )
        return bool(rows and int(rows[0]["n"]))


def _inserts(given: Filter, news: Blocks) -> str:
    """The clause for rows of some inserts."""
    clauses = []
    for partition, ranges in news.items():
        numbers = " OR ".join(
            f"_block_number BETWEEN {given.bind(low, 'UInt64')} AND {given.bind(high, 'UInt64')}"
            for low, high in ranges
        )
        clauses.append(f"_partition_id = {given.bind(partition)} AND ({numbers})")
    return " OR ".join(clauses)

"""How much there is in a range, from the minute rollup: asked first, so that what follows can stay within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.query.filters import Filter

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["MINUTE_NS", "Volume", "add_minutes", "volume", "whole_minutes"]

MINUTE_NS = 60 * 10**9
_LAST_S = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Volume:
    """Spans of a range, widened to whole minutes.

    Attributes:
        spans: how many.
        errors: how many of them failed.
        first_ns: start of the first minute that has any; 0 without spans.
        last_ns: end of the last such minute.
    """

    spans: int
    errors: int
    first_ns: int
    last_ns: int


def volume(source: Source, start_ns: int, end_ns: int) -> Volume:
    """How many spans a range has."""
    given = Filter()
    add_minutes(given, start_ns, end_ns)
    (row,) = source.rows(
        "SELECT sum(Spans) AS spans, sum(Errors) AS errors, toInt64(toUnixTimestamp(min(Minute))) AS first,"
        f" toInt64(toUnixTimestamp(max(Minute))) AS last FROM @sonde_red WHERE {given.sql}",
        given.parameters,
    )
    spans = int(row["spans"])
    first_ns, last_ns = int(row["first"]) * 10**9, int(row["last"]) * 10**9 + MINUTE_NS
    return Volume(spans, int(row["errors"]), first_ns if spans else 0, last_ns if spans else 0)


def add_minutes(given: Filter, start_ns: int, end_ns: int) -> None:
    """Ask for the rollup's minutes that touch a range."""
    first, after = whole_minutes(start_ns, end_ns)
    given.add(f"Minute >= toDateTime({given.bind(min(first // 10**9, _LAST_S), 'Int64')})")
    given.add(f"Minute < toDateTime({given.bind(min(after // 10**9, _LAST_S), 'Int64')})")


def whole_minutes(start_ns: int, end_ns: int) -> tuple[int, int]:
    """A range widened to whole minutes."""
    return start_ns // MINUTE_NS * MINUTE_NS, -(-end_ns // MINUTE_NS) * MINUTE_NS

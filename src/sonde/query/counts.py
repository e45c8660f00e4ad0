"""How many spans every service sent and how many of them failed: in a range, in its steps, and in the range before.

Counts are exact. They come from the spans themselves or from the minute rollup, as the caller says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.query.filters import Filter
from sonde.query.services import ENTRY
from sonde.query.volume import MINUTE_NS, add_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.query.source import Source
    from sonde.query.steps import Grid

__all__ = ["Counts", "counts", "placed"]


@dataclass(frozen=True, slots=True)
class Counts:
    """One service's spans: those it is judged by (`sonde.query.services`).

    Attributes:
        has_entry: whether it has entry spans and is judged by these alone.
        spans: in the range.
        errors: those of them that failed.
        before: spans and errors of the range before.
        steps: spans and errors by number of the step.
        rows: rows of the rollup that were read for it; 0 where the spans were.
        first_ns: start of the first, of both ranges.
        last_ns: of the last: its start, or the end of its minute.
    """

    name: str
    has_entry: bool
    spans: int
    errors: int
    before: tuple[int, int]
    steps: dict[int, tuple[int, int]]
    rows: int
    first_ns: int
    last_ns: int


def counts(source: Source, grid: Grid, before_ns: int, *, is_exact: bool, most: int) -> tuple[list[Counts], int]:
    """The busiest services first, at most so many, and how many there are.

    Args:
        source: the tenant's tables.
        grid: the range and its steps.
        before_ns: where the range before begins.
        is_exact: whether to read spans; else the rollup, in whole minutes.
        most: services to return.
    """
    given = Filter()
    at, step = placed(given, grid, is_exact=is_exact)
    if is_exact:
        given.between(before_ns, grid.end_ns)
        table, measured = "otel_traces", "count() AS n, countIf(StatusCode = 'Error') AS e, toUInt64(0) AS r"
    else:
        add_minutes(given, before_ns, grid.end_ns)
        table, measured = "sonde_red", "sum(Spans) AS n, sum(Errors) AS e, count() AS r"
    rows = source.rows(
        f"""SELECT name, max(is_entry) AS has_entry, argMax(own, is_entry) AS figures, count() OVER () AS found
        FROM (
            SELECT name, is_entry,
                (groupArrayIf((step, n, e), step >= 0), sumIf(n, step >= 0), sumIf(e, step >= 0), sumIf(n, step < 0),
                    sumIf(e, step < 0), sum(r), min(begun), max(ended)) AS own
            FROM (
                SELECT ServiceName AS name, {ENTRY} AS is_entry, {step} AS step, {measured},
                    min({at}) AS begun, max({at}) AS ended
                FROM @{table} WHERE {given.sql} GROUP BY name, is_entry, step
            ) GROUP BY name, is_entry
        ) GROUP BY name ORDER BY figures.2 + figures.4 DESC, name LIMIT {most}""",
        given.parameters,
    )
    return [_read(row, 0 if is_exact else MINUTE_NS) for row in rows], int(rows[0]["found"]) if rows else 0


def placed(given: Filter, grid: Grid, *, is_exact: bool) -> tuple[str, str]:
    """The expressions for a row's time in nanoseconds and for its step; the step is -1 before the range."""
    at = "toUnixTimestamp64Nano(Timestamp)" if is_exact else f"toInt64(toUnixTimestamp(Minute)) * {10**9}"
    start, step = given.bind(grid.start_ns, "Int64"), given.bind(grid.step_ns, "Int64")
    return at, f"if({at} >= {start}, intDiv({at}, {step}), -1)"


def _read(row: Mapping[str, Any], row_is_for_ns: int) -> Counts:
    steps, spans, errors, before_spans, before_errors, read, first, last = row["figures"]
    return Counts(
        name=row["name"],
        has_entry=bool(row["has_entry"]),
        spans=int(spans),
        errors=int(errors),
        before=(int(before_spans), int(before_errors)),
        steps={int(at): (int(n), int(e)) for at, n, e in steps},
        rows=int(read),
        first_ns=int(first),
        last_ns=int(last) + row_is_for_ns,
    )

"""How long a service's spans took: quantiles by step and by operation, and how many spans in which range of durations.

The ranges of durations are logarithmic, four to the doubling, and two or one to it where that would be more than
`MOST_ROWS`. Everything is of one reading of the spans.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sonde.query.filters import Filter

if TYPE_CHECKING:
    from sonde.query.source import Source
    from sonde.query.steps import Grid
    from sonde.query.timeslices import TimeSlices

__all__ = ["MOST_ROWS", "Durations", "Heat", "Quantiles", "durations"]

MOST_ROWS = 56
_PER_DOUBLING = 4
_SHARES = "0.5, 0.95, 0.99"

Quantiles = tuple[float | None, float | None, float | None]
"""Median, 95th and 99th percentile in milliseconds."""


@dataclass(frozen=True, slots=True)
class Heat:
    """How many spans took how long, step by step.

    Attributes:
        bounds_ms: edges of the ranges of durations, ascending, one more than there are ranges.
        counts: by step of the grid, then by range; of the spans that were read.
    """

    bounds_ms: list[float] = field(default_factory=list)
    counts: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Durations:
    """What one reading found.

    Attributes:
        read: how many spans the service is judged by were read.
        whole: quantiles of them.
        by_step: by number of the step.
        by_operation: by name and kind; of all the service's spans.
    """

    read: int = 0
    whole: Quantiles = (None, None, None)
    by_step: dict[int, Quantiles] = field(default_factory=dict)
    by_operation: dict[tuple[str, str], Quantiles] = field(default_factory=dict)
    heat: Heat = field(default_factory=Heat)


def durations(source: Source, service: str, grid: Grid, part: TimeSlices, *, only: str) -> Durations:
    """Durations of a service.

    Args:
        source: the tenant's tables.
        service: its name.
        grid: the range and its steps.
        part: which of it to read.
        only: the clause for spans by which the service is judged.
    """
    given = Filter()
    given.add(f"ServiceName = {given.bind(service)}")
    given.between(grid.start_ns, grid.end_ns)
    part.restrict(given)
    rows = source.rows(
        f"""SELECT level, name, kind, bucket, bin, n, sketch FROM (
            SELECT grouping(name, kind, bucket, bin, judged) AS level, SpanName AS name, SpanKind AS kind, {only} AS judged,
                intDiv(toUnixTimestamp64Nano(Timestamp), {given.bind(grid.step_ns, "Int64")}) AS bucket,
                toInt32(floor(log2(greatest(Duration, 1)) * {_PER_DOUBLING})) AS bin,
                count() AS n, quantilesDD(0.01, {_SHARES})(Duration) AS sketch
            FROM @otel_traces PREWHERE {given.sql}
            GROUP BY GROUPING SETS ((name, kind), (judged, bucket, bin), (judged, bucket), (judged)))
        WHERE level = {_OPERATION} OR judged ORDER BY n DESC LIMIT 60000""",
        given.parameters,
    )
    return _gathered(rows, grid)


# What `grouping(name, kind, bucket, bin, judged)` says: a bit for every column that a row is not grouped by.
_OPERATION, _CELL, _STEP, _WHOLE = 0b00111, 0b11000, 0b11010, 0b11110


def _gathered(rows: list[dict[str, Any]], grid: Grid) -> Durations:
    read = 0
    whole: Quantiles = (None, None, None)
    by_step: dict[int, Quantiles] = {}
    by_operation: dict[tuple[str, str], Quantiles] = {}
    cells: dict[tuple[int, int], int] = {}
    for row in rows:
        match int(row["level"]):
            case level if level == _OPERATION:
                by_operation[str(row["name"]), str(row["kind"])] = _ms(row)
            case level if level == _CELL:
                cells[int(row["bucket"]), int(row["bin"])] = int(row["n"])
            case level if level == _STEP:
                by_step[int(row["bucket"])] = _ms(row)
            case _:
                read, whole = int(row["n"]), _ms(row)
    return Durations(read, whole, by_step, by_operation, _heat(cells, grid))


def _heat(cells: dict[tuple[int, int], int], grid: Grid) -> Heat:
    if not cells:
        return Heat()
    bins = [number for _, number in cells]
    lowest, highest = min(bins), max(bins)
    together = next((n for n in (1, 2, 4) if (highest // n - lowest // n) < MOST_ROWS), 8)
    low, high = lowest // together, highest // together
    counts = [[0] * (high - low + 1) for _ in range(grid.last - grid.first + 1)]
    for (bucket, number), n in cells.items():
        if grid.first <= bucket <= grid.last:
            counts[bucket - grid.first][number // together - low] += n
    edges = range(low * together, (high + 1) * together + 1, together)
    return Heat([2 ** (edge / _PER_DOUBLING) / 1e6 for edge in edges], counts)


def _ms(row: dict[str, Any]) -> Quantiles:
    """Quantiles in milliseconds; a sketch of zeros alone has none and means zero."""
    values = [float(value or 0) / 1e6 for value in row["sketch"]]
    p50, p95, p99 = (value if math.isfinite(value) else 0.0 for value in values)
    return p50, p95, p99

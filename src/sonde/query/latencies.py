"""How long every service's spans took: in a range, in its steps, and in the range before.

The rollup's sketches are exact to one percent, but merging one costs 13 to 30 µs, and where a service sends a few spans of
many kinds a minute there are nearly as many sketches as spans (10 million spans of 40 services in a day: 1.7 s for their
entry spans). So sketches answer where there are few; else only for the services with the fewest, whom a sample could miss.
For the others the spans are read: blocks of 8,192, every k-th, so that about a million are. `Latencies.sampled` is k.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sonde.query.counts import placed
from sonde.query.filters import Filter
from sonde.query.services import ENTRY
from sonde.query.volume import add_minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.counts import Counts
    from sonde.query.source import Source
    from sonde.query.steps import Grid

__all__ = ["Latencies", "Latency", "latencies"]

Quantiles = tuple[float, float, float]

_SHARES = "0.5, 0.95, 0.99"
_FEW_SKETCHES = 4_000
_SKETCHES_BESIDE_SPANS = 1_000
_MOST_SPANS = 1_000_000
_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Latency:
    """Median, 95th and 99th percentile of a service, milliseconds.

    Attributes:
        now: in the range.
        before: in the range before; zeros without spans.
        steps: the 95th percentile by number of the step.
    """

    now: Quantiles = (0.0, 0.0, 0.0)
    before: Quantiles = (0.0, 0.0, 0.0)
    steps: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Latencies:
    """By service; one that no sample met is missing.

    Attributes:
        sampled: every how manieth block of spans was read; 1 where everything was.
    """

    services: dict[str, Latency]
    sampled: int


def latencies(
    source: Source, services: Sequence[Counts], grid: Grid, before_ns: int, *, is_exact: bool, spans: int
) -> Latencies:
    """Quantiles of these services.

    Args:
        source: the tenant's tables.
        services: whom to ask for.
        grid: the range and its steps.
        before_ns: where the range before begins.
        is_exact: whether to read all spans and nothing else.
        spans: how many all services together have in both ranges.
    """
    if is_exact:
        return Latencies(_of_spans(source, services, grid, before_ns, every=1), 1)
    sketched, others = _divided(services)
    every = max(1, math.ceil(spans / _MOST_SPANS))
    found = _of_sketches(source, sketched, grid, before_ns) if sketched else {}
    if others:
        found |= _of_spans(source, others, grid, before_ns, every=every)
    return Latencies(found, every if others else 1)


def _divided(services: Sequence[Counts]) -> tuple[list[Counts], list[Counts]]:
    """Services whose sketches are few enough together, and the others."""
    ascending = sorted(services, key=lambda one: one.rows)
    left = _FEW_SKETCHES if sum(one.rows for one in services) <= _FEW_SKETCHES else _SKETCHES_BESIDE_SPANS
    number = 0
    while number < len(ascending) and (left := left - ascending[number].rows) >= 0:
        number += 1
    return ascending[:number], ascending[number:]


def _of_sketches(source: Source, services: Sequence[Counts], grid: Grid, before_ns: int) -> dict[str, Latency]:
    given = Filter()
    _, step = placed(given, grid, is_exact=False)
    add_minutes(given, before_ns, grid.end_ns)
    _these(given, services)
    sketch = f"quantilesDDMergeState(0.01, {_SHARES})(DurationSketch)"
    return _read(
        source.rows(_merged(f"{step} AS step, {sketch} AS sketch FROM @sonde_red WHERE {given.sql}"), given.parameters)
    )


def _of_spans(
    source: Source, services: Sequence[Counts], grid: Grid, before_ns: int, *, every: int
) -> dict[str, Latency]:
    given = Filter()
    _, step = placed(given, grid, is_exact=True)
    block = f"PREWHERE intDiv(_part_offset, {_BLOCK}) % {given.bind(every, 'UInt64')} = 0 " if every > 1 else ""
    given.between(before_ns, grid.end_ns)
    _these(given, services)
    sketch = f"quantilesDDState(0.01, {_SHARES})(Duration)"
    return _read(
        source.rows(
            _merged(f"{step} AS step, {sketch} AS sketch FROM @otel_traces {block}WHERE {given.sql}"), given.parameters
        )
    )


def _these(given: Filter, services: Sequence[Counts]) -> None:
    """Ask for the spans that these services are judged by."""
    given.add(f"ServiceName IN {given.bind([one.name for one in services], 'Array(String)')}")
    whole = [one.name for one in services if not one.has_entry]
    given.add(f"{ENTRY} OR ServiceName IN {given.bind(whole, 'Array(String)')}" if whole else ENTRY)


def _merged(source: str) -> str:
    return f"""SELECT name, groupArrayIf((step, finalizeAggregation(sketch)[2]), step >= 0) AS steps,
            quantilesDDMergeIf(0.01, {_SHARES})(sketch, step >= 0) AS now,
            quantilesDDMergeIf(0.01, {_SHARES})(sketch, step < 0) AS before
        FROM (SELECT ServiceName AS name, {source} GROUP BY name, step) GROUP BY name"""


def _read(rows: list[dict[str, Any]]) -> dict[str, Latency]:
    return {
        row["name"]: Latency(
            _quantiles(row["now"]), _quantiles(row["before"]), {int(at): _ms(value) for at, value in row["steps"]}
        )
        for row in rows
    }


def _quantiles(values: Sequence[float | None]) -> Quantiles:
    p50, p95, p99 = (_ms(value) for value in values)
    return p50, p95, p99


def _ms(value: float | None) -> float:
    """Nanoseconds as milliseconds; a sketch of zeros alone, and one of nothing, has no quantile and means zero."""
    return float(value) / 1e6 if value is not None and math.isfinite(value) else 0.0

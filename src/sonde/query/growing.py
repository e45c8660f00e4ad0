"""Resources that grow: memory, open files, threads of a process, as metrics report them.

A series (one attribute set of one process) is read in at most 120 steps, up to the last one within a tenth of its highest. It
grows when its level in the last fifth of that time is at least a quarter above that of the first fifth, it went on growing in
the last third, and level and time go together (Pearson's correlation of 0.6 or more). That leaves out what is filled once at
the start and stays, and the saw of a garbage collector, and finds a leak that a restart has ended meanwhile. Of each service
and metric the series that grew most is told.

Bounded: the 2,000 series with the most points are looked at; those that did not grow never leave the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean
from typing import TYPE_CHECKING

from sonde.query.filters import Filter
from sonde.query.metrics import SERIES_HASH
from sonde.query.overview import step_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.source import Source

__all__ = ["RESOURCES", "Growing", "growing", "growth_of"]

RESOURCES = (
    "process.memory.usage",
    "process.memory.virtual",
    "process.runtime.cpython.memory",
    "process.runtime.jvm.memory.usage",
    "jvm.memory.used",
    "go.memory.used",
    "dotnet.process.memory.working_set",
    "v8js.memory.heap.used",
    "container.memory.usage",
    "container.memory.working_set",
    "k8s.pod.memory.working_set",
    "process.open_file_descriptor.count",
    "process.unix.file_descriptor.count",
    "process.thread.count",
    "db.client.connection.count",
)
"""Metrics whose level should not rise for long (OpenTelemetry semantic conventions, and what came before them)."""

_STEPS = 120
_MOST_SERIES = 2_000
_LIMIT = 20
_LEAST_POINTS = 6
_LEAST_GROWTH = 1.25
_STILL_GROWING = 1.05
_TOGETHER = 0.6


@dataclass(frozen=True, slots=True)
class Growing:
    """A resource of a service that grows.

    Attributes:
        service: whose it is.
        metric: the metric's name.
        unit: its unit, `By` for bytes.
        instance: the process, by its `service.instance.id` or `host.name`; empty where it says neither.
        from_value: its level at first.
        to_value: its highest level at last.
        first_ns: time of the first point.
        last_ns: time of the last point.
        has_ended: whether it is over: the level fell again, or the process reports no more while others do.
        points: time in nanoseconds and level, at most 120.
    """

    service: str
    metric: str
    unit: str
    instance: str
    from_value: float
    to_value: float
    first_ns: int
    last_ns: int
    has_ended: bool
    points: list[tuple[int, float]]

    @property
    def factor(self) -> float:
        """How many times as much it is."""
        return self.to_value / self.from_value


def growing(source: Source, start_ns: int, end_ns: int) -> list[Growing]:
    """What grows in a range, the most first; see `Query.growing`."""
    grid = step_grid(start_ns, end_ns, steps=_STEPS)
    given = Filter()
    names = given.bind(list(RESOURCES), "Array(String)")
    given.between(start_ns, end_ns, "TimeUnix")
    step = given.bind(grid.step_ns, "Int64")
    columns = (
        f"ServiceName AS service, MetricName AS metric, {SERIES_HASH} AS series, any(MetricUnit) AS unit,"
        " any(if(ResourceAttributes['service.instance.id'] != '', ResourceAttributes['service.instance.id'],"
        f" ResourceAttributes['host.name'])) AS instance, intDiv(toUnixTimestamp64Nano(TimeUnix), {step}) AS step,"
        " max(toUnixTimestamp64Nano(TimeUnix)) AS at, avg(Value) AS level"
    )
    where = f"MetricName IN {names} AND {given.sql}"
    rows = source.rows(
        f"""SELECT service, metric, unit, instance, points, heard FROM (
            SELECT service, metric, any(unit) AS unit, substringUTF8(any(instance), 1, 200) AS instance,
                arraySort(groupArray((at, level))) AS points, max(max(at)) OVER () AS heard
            FROM (
                SELECT {columns} FROM @otel_metrics_gauge WHERE {where} GROUP BY service, metric, series, step
                UNION ALL
                SELECT {columns} FROM @otel_metrics_sum WHERE {where} AND NOT IsMonotonic AND AggregationTemporality = 2
                GROUP BY service, metric, series, step
            ) GROUP BY service, metric, series
        ) WHERE length(points) >= {_LEAST_POINTS} AND arrayMax(x -> x.2, points) >= points[1].2 * {_LEAST_GROWTH}
        ORDER BY length(points) DESC LIMIT {_MOST_SERIES}""",
        given.parameters,
    )
    found: dict[tuple[str, str], Growing] = {}
    for row in rows:
        points = [(int(at), float(level)) for at, level in row["points"]]
        levels = growth_of(points)
        if levels is None:
            continue
        last_ns = points[-1][0]
        one = Growing(
            service=row["service"],
            metric=row["metric"],
            unit=row["unit"],
            instance=row["instance"],
            from_value=levels[0],
            to_value=levels[1],
            first_ns=points[0][0],
            last_ns=last_ns,
            has_ended=len(_risen(points)) < len(points)
            or int(row["heard"]) - last_ns > 3 * max(grid.step_ns, _interval_ns(points)),
            points=points,
        )
        known = found.get((one.service, one.metric))
        if known is None or one.factor > known.factor:
            found[one.service, one.metric] = one
    return sorted(found.values(), key=lambda one: -one.factor)[:_LIMIT]


def growth_of(points: Sequence[tuple[int, float]]) -> tuple[float, float] | None:
    """The level at first and the highest at last of a series that grows; None of one that does not. In order of time."""
    points = _risen(points)
    if len(points) < _LEAST_POINTS:
        return None
    first_ns, last_ns = points[0][0], points[-1][0]
    length = max(last_ns - first_ns, 1)
    low = fmean(level for at, level in points if at - first_ns <= length / 5)
    last = [level for at, level in points if last_ns - at <= length / 5]
    late = [level for at, level in points if last_ns - at <= length / 3]
    if low <= 0 or fmean(last) < _LEAST_GROWTH * low or late[-1] < _STILL_GROWING * late[0]:
        return None
    try:
        together = correlation([float(at - first_ns) for at, _ in points], [level for _, level in points])
    except StatisticsError:
        return None
    return (low, max(last)) if together >= _TOGETHER else None


def _risen(points: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """The points up to the last one that is within a tenth of the highest."""
    near = 0.9 * max((level for _, level in points), default=0.0)
    return points[: max((index for index, (_, level) in enumerate(points) if level >= near), default=-1) + 1]


def _interval_ns(points: Sequence[tuple[int, float]]) -> int:
    return (points[-1][0] - points[0][0]) // (len(points) - 1)

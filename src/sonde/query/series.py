"""A metric over time: which points are asked for, how series fall into groups, and which way of reading answers.

The kind of the metric and the aggregation decide together who answers:

    gauge, sum     avg min max last sum count p50..p99   of the values as reported         `sonde.query.levels`
    sum            rate increase                         of what was added                 `sonde.query.growth`
    histograms     count rate increase sum avg p50..p99  of the observations in each step  `.growth`, `.exponentials`
    summaries      count rate increase sum avg           of the observations in each step  `sonde.query.growth`
    histograms     min max                               as reported                       `sonde.query.reported`
    summaries      p50..p99                              as reported                       `sonde.query.reported`

Temporality does not show: delta and cumulative metrics give the same figures.

Groups: without `group_by` all series become one; `group_by=*` keeps every set of attributes apart; otherwise one group
for each combination of the named attributes' values. A name may carry a level (`resource.host.name`); `service` is the
service's name. Attributes of points are looked for before those of resources.

Limits: 11,000 points a series; 1,000 groups (or fewer, where fewer are asked for), the ones with the greatest values.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.located import METRIC_COLUMNS
from sonde.query.steps import grid
from sonde.query.times import MAX_NS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sonde.query.located import Located
    from sonde.query.metrics import Metric
    from sonde.query.steps import Grid

__all__ = ["MAX_GROUPS", "MetricQuestion", "MetricSeries", "Plan", "Series", "collected", "planned"]

MAX_GROUPS = 1000
_HOUR_NS = 3600 * 10**9
_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,3})?|100)")
_USUAL = {
    "gauge": "avg",
    "sum": "sum",
    "counter": "rate",
    "histogram": "p95",
    "exponential_histogram": "p95",
    "summary": "avg",
}
_LEVELS = ("avg", "sum", "min", "max", "last", "count")
_GROWTH = ("rate", "increase")
_ALLOWED = {
    "gauge": _LEVELS,
    "sum": _LEVELS + _GROWTH,
    "histogram": ("count", "rate", "increase", "sum", "avg", "min", "max"),
    "exponential_histogram": ("count", "rate", "increase", "sum", "avg", "min", "max"),
    "summary": ("count", "rate", "increase", "sum", "avg"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuestion:
    """What to draw.

    Attributes:
        name: the metric's name.
        kind: one of `sonde.query.metrics.KINDS`; empty for the one of that name which reported last.
        service: whose points; empty for everybody's.
        where: conditions on attributes in the grammar of `sonde.query.where`.
        group_by: attribute names, or `*`.
        aggregation: avg, sum, min, max, last, rate, increase, count, or a quantile from p0 to p100; empty for the usual
            one of the kind: avg of gauges, rate of counters, sum of other sums, p95 of histograms, avg of summaries.
        step_ns: length of a step; None for the shortest round one that gives about a hundred points.
        start_ns: inclusive; None for an hour before the end.
        end_ns: exclusive; None for just after the newest point.
        limit: at most so many groups, the ones with the greatest values; 1 to MAX_GROUPS.
    """

    name: str
    kind: str = ""
    service: str = ""
    where: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    aggregation: str = ""
    step_ns: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    limit: int = MAX_GROUPS


@dataclass(frozen=True, slots=True)
class Series:
    """One group's line: its labels, and its points as (start of the step in seconds, value)."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """The answer: the metric, how it was read, and the lines.

    Attributes:
        truncated: there were more groups than were asked for.
        groups: how many there were.
    """

    metric: Metric
    aggregation: str
    step_s: float
    series: list[Series] = field(default_factory=list)
    truncated: bool = False
    groups: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A question made definite.

    Attributes:
        aggregation: a name, or `quantile`.
        share: the quantile's share, 0 to 1.
        labels: SQL of the map of labels that names a point's group.
        given: conditions without time; its parameters include those that `labels` names.
    """

    metric: Metric
    aggregation: str
    share: float
    grid: Grid
    labels: str
    given: Filter


def planned(asked: MetricQuestion, metric: Metric, places: Sequence[Located]) -> Plan:
    """The plan for a question about a metric.

    Args:
        asked: the question.
        metric: the metric that it is about.
        places: its conditions on attributes.

    Raises:
        ValidationError: an aggregation that the kind does not have, an empty range, or a limit out of its range.
    """
    if not 1 <= asked.limit <= MAX_GROUPS:
        raise ValidationError(f"limit: {asked.limit} is not between 1 and {MAX_GROUPS}; write limit=20")
    aggregation, share = _aggregation(asked.aggregation, metric)
    end_ns = asked.end_ns if asked.end_ns is not None else min(MAX_NS, metric.last_ns + 1)
    start_ns = asked.start_ns if asked.start_ns is not None else max(0, end_ns - _HOUR_NS)
    given = Filter()
    given.equal("MetricName", metric.name)
    given.equal("ServiceName", asked.service)
    given.add("bitAnd(Flags, 1) = 0")  # points that only say "no value was recorded"
    given.attributes(places)
    labels = _labels(asked.group_by, given)
    return Plan(metric, aggregation, share, grid(start_ns, end_ns, asked.step_ns), labels, given)


def collected(plan: Plan, values: Mapping[tuple[tuple[str, str], ...], Mapping[int, float]]) -> list[Series]:
    """Lines from values by group and bucket, the greatest first."""
    step_ns = plan.grid.step_ns
    lines = []
    for labels, points in values.items():
        finite = [(bucket * step_ns / 1e9, value) for bucket, value in sorted(points.items()) if math.isfinite(value)]
        if finite:
            lines.append(Series(dict(labels), finite))
    return sorted(lines, key=lambda line: (-max(value for _, value in line.points), sorted(line.labels.items())))


def _aggregation(text: str, metric: Metric) -> tuple[str, float]:
    usual = _USUAL["counter" if metric.kind == "sum" and metric.monotonic else metric.kind]
    wanted = (text or usual).lower()
    match = _QUANTILE.fullmatch(wanted)
    if match:
        return "quantile", float(match[1]) / 100
    if wanted not in _ALLOWED[metric.kind]:
        names = ", ".join(_ALLOWED[metric.kind])
        raise ValidationError(
            f"aggregation: a {metric.kind} has no {text[:40]!r}; it has {names} and p50 to p99; write aggregation={usual}"
        )
    return wanted, 0.0


def _labels(names: tuple[str, ...], given: Filter) -> str:
    if "*" in names:
        return "mapSort(mapUpdate(CAST(Attributes, 'Map(String, String)'), map('service', toString(ServiceName))))"
    if len(names) > 20:
        raise ValidationError("group_by: at most 20 attributes; write fewer, such as group_by=http.route")
    parts = [f"{given.bind(name)}, {_label(name, given)}" for name in names if name]
    return f"map({', '.join(parts)})" if parts else "CAST(map(), 'Map(String, String)')"


def _label(name: str, given: Filter) -> str:
    if name == "service":
        return "toString(ServiceName)"
    for level, column in METRIC_COLUMNS.maps.items():
        if name.startswith(level + "."):
            return f"{column}[{given.bind(name[len(level) + 1 :])}]"
    key = given.bind(name)
    return f"if(mapContains(Attributes, {key}), Attributes[{key}], ResourceAttributes[{key}])"

"""What counters and histograms grew by, step by step, whatever their temporality and however often they were reset.

For every series, in order of time (senders of one metric may differ in temporality):

- delta: a point is a growth, from its start time to its time;
- cumulative: a growth is the difference to the point before; where the count went down, or the point's start time changed
  and is not before the last point's time, the series was reset and the whole value is a growth since then;
- the first point of a cumulative series is a growth only where its start time lies within what was read: then the series
  began there, at zero. Otherwise nobody knows when it grew.

Source: OpenTelemetry metrics data model, "Resets and Gaps". Points from ten minutes before the range are read, so that
the first step has something to differ from. A growth is laid over the steps between its two moments in proportion
(`sonde.query.steps`). At the edges of what was reported a rate counts only the part of the step that was covered, so
that the newest step does not look like a fall.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.query.cdf import Bucket, explicit_buckets, quantile
from sonde.query.filters import Filter
from sonde.query.metrics import KINDS, SERIES_HASH

if TYPE_CHECKING:
    from sonde.query.series import Plan
    from sonde.query.source import Source

__all__ = ["LOOK_BACK_NS", "Grown", "figures", "growth"]

LOOK_BACK_NS = 600 * 10**9

_MEASURES = {
    "sum": ("Value", "0.", "[]::Array(UInt64)", "[]::Array(Float64)"),
    "histogram": ("toFloat64(Count)", "Sum", "BucketCounts", "ExplicitBounds"),
    "summary": ("toFloat64(Count)", "Sum", "[]::Array(UInt64)", "[]::Array(Float64)"),
}
"""Count (what resets are told by), sum, bucket counts and bounds, by metric kind."""


@dataclass(slots=True)
class Grown:
    """What a group grew by in one bucket.

    Attributes:
        count: of a counter, the growth itself; of a histogram, observations.
        total: sum of the observations.
        buckets: observations by value.
    """

    count: float = 0.0
    total: float = 0.0
    buckets: list[Bucket] = field(default_factory=list)


@dataclass(slots=True)
class Growth:
    """Growth by group and bucket, and between which moments anything was reported."""

    groups: dict[tuple[tuple[str, str], ...], dict[int, Grown]]
    from_ns: int
    to_ns: int


def growth(source: Source, plan: Plan) -> Growth:
    """What each group of a counter, histogram or summary grew by in each bucket."""
    given, grid = plan.given, plan.grid
    given.between(max(0, grid.start_ns - LOOK_BACK_NS), grid.end_ns + LOOK_BACK_NS, "TimeUnix")
    rows = source.rows(_statement(plan, given), given.parameters)
    found: dict[tuple[tuple[str, str], ...], dict[int, Grown]] = defaultdict(lambda: defaultdict(Grown))
    for row in rows:
        grown = found[tuple(row["labels"].items())][int(row["bucket"])]
        grown.count += float(row["count"])
        grown.total += float(row["total"] or 0.0)
        grown.buckets += explicit_buckets(row["bounds"], [float(count) for count in row["buckets"]])
    return Growth(
        found,
        min((int(row["first"]) for row in rows), default=0),
        max((int(row["last"]) for row in rows), default=0),
    )


def figures(
    plan: Plan, grown: Growth, *, geometric: bool = False
) -> dict[tuple[tuple[str, str], ...], dict[int, float]]:
    """The asked figure by group and bucket; buckets without observations have none but rate, increase and count."""
    values: dict[tuple[tuple[str, str], ...], dict[int, float]] = defaultdict(dict)
    for labels, buckets in grown.groups.items():
        for bucket, one in buckets.items():
            value = _figure(plan, one, _covered_s(plan, grown, bucket), geometric=geometric)
            if value is not None:
                values[labels][bucket] = value
    return values


def _figure(plan: Plan, one: Grown, covered_s: float, *, geometric: bool) -> float | None:
    if plan.aggregation == "rate":
        return one.count / covered_s if covered_s > 0 else None
    if plan.aggregation in {"increase", "count"}:
        return one.count
    if plan.aggregation == "sum":
        return one.total
    if plan.aggregation == "avg":
        return one.total / one.count if one.count > 0 else None
    return quantile(plan.share, one.buckets, geometric=geometric)


def _covered_s(plan: Plan, grown: Growth, bucket: int) -> float:
    step = plan.grid.step_ns
    return (min((bucket + 1) * step, grown.to_ns) - max(bucket * step, grown.from_ns)) / 1e9


def _statement(plan: Plan, given: Filter) -> str:
    grid = plan.grid
    count, total, buckets, bounds = _MEASURES[plan.metric.kind]
    step = given.bind(grid.step_ns, "Int64")
    low, high = given.bind(grid.first, "Int64"), given.bind(grid.last, "Int64")
    scanned = given.bind(max(0, grid.start_ns - LOOK_BACK_NS), "Int64")
    falls = "c < pc OR" if plan.metric.monotonic else ""
    # A cumulative point without one before it is left out, unless its series began within what was read.
    delta = "false" if plan.metric.kind == "summary" else "AggregationTemporality = 1"
    way = f"""multiIf(d, 1, pt = 0, if(s >= {scanned}, 1, 0), {falls} (s != ps AND s >= pt) OR bs != pbs, 1, 2) AS way,
        multiIf(way = 2, pt, d OR pt = 0, s, greatest(pt, s)) AS since"""
    return f"""
    SELECT labels, bounds, toInt64(slot) AS bucket, sum(share * gc) AS count, sum(share * gt) AS total,
        sumForEach(arrayMap(x -> x * share, gb)) AS buckets, min(begin) AS first, max(t) AS last
    FROM (
        SELECT labels, bs AS bounds, t, begin, gc, gt, gb,
            arrayJoin(range(toUInt64(greatest({low}, intDiv(begin, {step}))), toUInt64(1 + least({high}, intDiv(t - 1, {step}))))) AS slot,
            (least(t, toInt64(slot + 1) * {step}) - greatest(begin, toInt64(slot) * {step})) / (t - begin) AS share
        FROM (
            SELECT labels, t, bs, {way},
                if(since > 0 AND since < t, since, t - 1) AS begin,
                if(way = 2, c - pc, c) AS gc, if(way = 2, total - ptotal, total) AS gt,
                if(way = 2, arrayMap((x, y) -> toFloat64(x) - toFloat64(y), b, pb), arrayMap(x -> toFloat64(x), b)) AS gb
            FROM (
                SELECT {plan.labels} AS labels, toUnixTimestamp64Nano(TimeUnix) AS t, toUnixTimestamp64Nano(StartTimeUnix) AS s, {delta} AS d,
                    {count} AS c, {total} AS total, {buckets} AS b, {bounds} AS bs,
                    lagInFrame(t, 1, 0) OVER w AS pt, lagInFrame(s, 1, 0) OVER w AS ps, lagInFrame(c, 1, 0.) OVER w AS pc,
                    lagInFrame(total, 1, 0.) OVER w AS ptotal, lagInFrame(b) OVER w AS pb, lagInFrame(bs) OVER w AS pbs
                FROM @{KINDS[plan.metric.kind]} WHERE {given.sql}
                WINDOW w AS (PARTITION BY {SERIES_HASH} ORDER BY TimeUnix ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
            ) WHERE way > 0
        )
    ) GROUP BY labels, bounds, bucket"""

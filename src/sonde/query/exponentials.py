"""Exponential histograms over time: what each group observed in each step.

Their points are read whole and subtracted here, because two points of one series may have different scales: as values
spread, a sender halves its resolution. Reset rules are those of `sonde.query.growth`.

Limit: 200,000 points a question.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.exponential import Exponential
from sonde.query.growth import LOOK_BACK_NS, Grown, Growth
from sonde.query.metrics import KINDS, SERIES_HASH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sonde.query.series import Plan
    from sonde.query.source import Source

__all__ = ["exponential_growth"]

_MAX_POINTS = 200_000
_DELTA = 1


def exponential_growth(source: Source, plan: Plan) -> Growth:
    """What each group of an exponential histogram grew by in each bucket.

    Raises:
        ValidationError: more points than can be read at once.
    """
    found: dict[tuple[tuple[str, str], ...], dict[int, Grown]] = defaultdict(lambda: defaultdict(Grown))
    sums: dict[tuple[tuple[tuple[str, str], ...], int], Exponential] = {}
    edges: list[int] = []
    for labels, began, ended, count, total, histogram in _growths(_points(source, plan), plan):
        edges += (began, ended)
        for bucket, share in plan.grid.shares(began, ended):
            grown = found[labels][bucket]
            grown.count += count * share
            grown.total += total * share
            part = histogram.times(share)
            known = sums.get((labels, bucket))
            sums[labels, bucket] = part if known is None else known.plus(part)
    for (labels, bucket), histogram in sums.items():
        found[labels][bucket].buckets = histogram.buckets()
    return Growth(found, min(edges, default=0), max(edges, default=0))


def _points(source: Source, plan: Plan) -> list[dict[str, Any]]:
    given = plan.given
    given.between(max(0, plan.grid.start_ns - LOOK_BACK_NS), plan.grid.end_ns + LOOK_BACK_NS, "TimeUnix")
    rows = source.rows(
        f"""SELECT {SERIES_HASH} AS series, {plan.labels} AS labels, toUnixTimestamp64Nano(TimeUnix) AS t,
            toUnixTimestamp64Nano(StartTimeUnix) AS s, Count, Sum, Scale, ZeroCount, ZeroThreshold,
            PositiveOffset, PositiveBucketCounts, NegativeOffset, NegativeBucketCounts, AggregationTemporality
        FROM @{KINDS[plan.metric.kind]} WHERE {given.sql} ORDER BY series, TimeUnix LIMIT {_MAX_POINTS + 1}""",
        given.parameters,
    )
    if len(rows) > _MAX_POINTS:
        raise ValidationError(
            f"start: the range has more than {_MAX_POINTS} points; ask for less time, such as start=-15m"
        )
    return rows


def _growths(
    rows: list[dict[str, Any]], plan: Plan
) -> Iterator[tuple[tuple[tuple[str, str], ...], int, int, float, float, Exponential]]:
    """Labels, both moments, count, sum and buckets of every growth."""
    scanned_ns = max(0, plan.grid.start_ns - LOOK_BACK_NS)
    before: dict[str, Any] = {}
    for row in rows:
        last = before if before and before["series"] == row["series"] else None
        before = row
        labels = tuple(row["labels"].items())
        started, ended = int(row["s"]), int(row["t"])
        if int(row["AggregationTemporality"]) == _DELTA or (last is None and started >= scanned_ns):
            yield labels, _began(started, ended), ended, float(row["Count"]), float(row["Sum"] or 0), _histogram(row)
        elif last is not None:
            yield labels, *_difference(last, row)


def _difference(last: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[int, int, float, float, Exponential]:
    started, ended, seen = int(row["s"]), int(row["t"]), int(last["t"])
    count, total, now = float(row["Count"]), float(row["Sum"] or 0), _histogram(row)
    more = now.plus(_histogram(last), -1)
    reset = int(row["Count"]) < int(last["Count"]) or (started != int(last["s"]) and started >= seen)
    if reset or more.has_negative_counts():
        return _began(max(seen, started), ended), ended, count, total, now
    return _began(seen, ended), ended, count - float(last["Count"]), total - float(last["Sum"] or 0), more


def _began(started_ns: int, ended_ns: int) -> int:
    return started_ns if 0 < started_ns < ended_ns else ended_ns - 1


def _histogram(row: Mapping[str, Any]) -> Exponential:
    return Exponential.of(
        int(row["Scale"]),
        int(row["ZeroCount"]),
        float(row["ZeroThreshold"]),
        (int(row["PositiveOffset"]), [int(count) for count in row["PositiveBucketCounts"]]),
        (int(row["NegativeOffset"]), [int(count) for count in row["NegativeBucketCounts"]]),
    )

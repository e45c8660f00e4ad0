"""A histogram metric as a heatmap: how many observations of which size in each step of time.

The rows are ranges of values. Of explicit histograms they are the metric's own buckets, as long as there are not too
many; else, and for exponential histograms, they grow by equal ratios. Observations of a bucket that lies over several
rows are laid over them evenly (in the logarithm, where both ends are positive). What lies above an explicit histogram's
highest bound is in the highest row.

Limits: 48 rows, 11,000 steps.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.exponentials import exponential_growth
from sonde.query.growth import growth
from sonde.query.located import METRIC_COLUMNS, located
from sonde.query.metrics import described
from sonde.query.series import planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sonde.query.cdf import Bucket
    from sonde.query.metrics import Metric
    from sonde.query.series import MetricQuestion
    from sonde.query.source import Source

__all__ = ["Heat", "edges", "heat", "laid"]

_MOST_ROWS = 48
_DECADES = 12


@dataclass(frozen=True, slots=True)
class Heat:
    """Observations by time and value.

    Attributes:
        bounds: edges of the rows from low to high, in the metric's unit; one more than there are rows.
        times: starts of the steps in seconds; steps without observations are left out.
        counts: for each time, how many in each row.
    """

    metric: Metric
    step_s: float
    bounds: list[float]
    times: list[float]
    counts: list[list[float]]


def heat(source: Source, asked: MetricQuestion) -> Heat:
    """A histogram's observations by time and value; see `Query.metric_heat`.

    Raises:
        ValidationError: the metric is not a histogram.
    """
    metric = described(source, asked.name, asked.kind)
    if metric.kind not in {"histogram", "exponential_histogram"}:
        raise ValidationError(f"name: {asked.name[:200]!r} is a {metric.kind}; only histograms know how values spread")
    plan = planned(asked, metric, located(source, asked.where, METRIC_COLUMNS))
    read = exponential_growth if metric.kind == "exponential_histogram" else growth
    steps = {
        bucket: grown.buckets
        for groups in read(source, plan).groups.values()
        for bucket, grown in groups.items()
        if any(one.held > 0 for one in grown.buckets)
    }
    bounds = edges(one for buckets in steps.values() for one in buckets)
    step_s = plan.grid.step_ns / 1e9
    return Heat(
        metric,
        step_s,
        bounds,
        [bucket * step_s for bucket in sorted(steps)],
        [laid(steps[bucket], bounds) for bucket in sorted(steps)],
    )


def edges(buckets: Iterable[Bucket]) -> list[float]:
    """Edges of rows that hold all buckets, at most 49 of them; none where there are no buckets."""
    own = sorted({edge for one in buckets if one.held > 0 for edge in (one.lower, one.upper)})
    if len(own) == 1:
        return sorted([0.0, own[0]]) if own[0] else [0.0, 1.0]
    if len(own) <= _MOST_ROWS + 1:
        return own
    return _even(own) if own[0] < 0 else _ratios(own)


def _even(own: Sequence[float]) -> list[float]:
    low, high = own[0], own[-1]
    return [low + (high - low) * row / _MOST_ROWS for row in range(_MOST_ROWS)] + [high]


def _ratios(own: Sequence[float]) -> list[float]:
    """Rows of equal ratio up to the highest edge; the lowest row begins where the buckets do."""
    high = own[-1]
    positive = own[bisect_right(own, 0.0)]
    low = max(positive, high / 10**_DECADES)
    rows = _MOST_ROWS - (1 if own[0] < low else 0)
    ratio = math.log(high / low)
    inner = [low * math.exp(ratio * row / rows) for row in range(rows)] + [high]
    return ([own[0]] if own[0] < low else []) + inner


def laid(buckets: Iterable[Bucket], bounds: Sequence[float]) -> list[float]:
    """Observations of buckets, in the rows between bounds."""
    rows = [0.0] * max(0, len(bounds) - 1)
    for one in buckets:
        if one.held <= 0 or not rows:
            continue
        first = min(len(rows) - 1, max(0, bisect_right(bounds, one.lower) - 1))
        last = min(len(rows) - 1, max(first, bisect_left(bounds, one.upper) - 1))
        if one.lower >= one.upper:  # above the highest bound: nobody knows how far
            rows[min(len(rows) - 1, max(0, bisect_left(bounds, one.upper) - 1))] += one.held
            continue
        for row, share in _shares(one, bounds, first, last):
            rows[row] += one.held * share
    return [round(count, 6) for count in rows]


def _shares(one: Bucket, bounds: Sequence[float], first: int, last: int) -> list[tuple[int, float]]:
    if first == last:
        return [(first, 1.0)]
    cuts = [one.lower, *bounds[first + 1 : last + 1], one.upper]
    scale = [math.log(cut) for cut in cuts] if one.lower > 0 else cuts
    whole = scale[-1] - scale[0]
    return [(first + row, (high - low) / whole) for row, (low, high) in enumerate(pairwise(scale))]

"""Quantiles out of histograms: how a count at most some value grows with the value, and where it reaches a share.

A `Distribution` is a list of buckets `(lower, upper, count)`; many of them, with other bounds each, add up to one
distribution whose cumulative count is the sum of theirs. Within a bucket observations are taken as evenly spread, as
Prometheus's `histogram_quantile` does; for the exponential buckets, which span a ratio, evenly in the logarithm.

Limits, as in Prometheus: the lowest bucket without a lower bound begins at 0, or at its upper bound where that is not
positive; what lies above the highest bound is answered with that bound.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Bucket", "explicit_buckets", "quantile"]


class Bucket(NamedTuple):
    """Observations above `lower` and at most `upper`; both finite."""

    lower: float
    upper: float
    held: float


def explicit_buckets(bounds: Sequence[float], counts: Sequence[float]) -> list[Bucket]:
    """Buckets of an explicit-bounds histogram: `counts` has one more entry than `bounds`."""
    if not bounds:
        return []
    lowers = [min(0.0, bounds[0]), *bounds]
    uppers = [*bounds, bounds[-1]]
    return [Bucket(low, high, count) for low, high, count in zip(lowers, uppers, counts, strict=False) if count > 0]


def quantile(share: float, buckets: Iterable[Bucket], *, geometric: bool = False) -> float | None:
    """The value that a share of the observations does not exceed.

    Args:
        share: 0 to 1.
        buckets: of any number of histograms; they may overlap.
        geometric: spread observations evenly in the logarithm within a bucket that does not touch zero.

    Returns:
        None where there are no observations.
    """
    known = _merged(buckets)
    wanted = share * sum(bucket.held for bucket in known)
    reached = 0.0
    for bucket in known:
        if reached + bucket.held >= wanted:
            return _within(bucket, max(0.0, wanted - reached) / bucket.held, geometric=geometric)
        reached += bucket.held
    return known[-1].upper if known else None


def _merged(buckets: Iterable[Bucket]) -> list[Bucket]:
    """The buckets as adjoining ones that do not overlap, lowest first."""
    sums: dict[tuple[float, float], float] = defaultdict(float)
    for bucket in buckets:
        if bucket.held > 0:
            sums[bucket.lower, bucket.upper] += bucket.held
    known = [Bucket(*bounds, count) for bounds, count in sorted(sums.items())]
    if all(one.upper <= other.lower for one, other in pairwise(known)):
        return known
    edges = sorted({edge for bucket in known for edge in bucket[:2]})
    points = [bucket for bucket in known if bucket.lower == bucket.upper]
    wide = [bucket for bucket in known if bucket.lower < bucket.upper]
    cut = [
        Bucket(
            low,
            high,
            sum(b.held * (high - low) / (b.upper - b.lower) for b in wide if b.lower <= low and high <= b.upper),
        )
        for low, high in pairwise(edges)
    ]
    return sorted(bucket for bucket in cut + points if bucket.held > 0)


def _within(bucket: Bucket, share: float, *, geometric: bool) -> float:
    low, high = bucket.lower, bucket.upper
    if geometric and low * high > 0:
        return low * math.pow(high / low, share)
    return low + (high - low) * share

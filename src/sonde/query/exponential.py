"""Exponential histograms: bringing them to one scale, adding and subtracting them, and their buckets' bounds.

Source: OpenTelemetry metrics data model, "ExponentialHistogram". At scale s the bucket with index i holds what is above
base^i and at most base^(i+1), base = 2^(2^-s); halving the resolution (s to s-1) sends index i to i >> 1, exactly. Two
histograms are added at the smaller of their scales, and nothing is lost that the coarser one had.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.query.cdf import Bucket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Exponential"]


@dataclass(slots=True)
class Exponential:
    """Counts by bucket index.

    Attributes:
        scale: resolution; 20 to -10 in the wild, anything is accepted.
        zero: observations within `zero_threshold` of zero.
        positive: counts by index.
        negative: counts by index of the absolute value.
    """

    scale: int
    zero: float = 0
    zero_threshold: float = 0.0
    positive: dict[int, float] = field(default_factory=dict)
    negative: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        scale: int,
        zero: int,
        zero_threshold: float,
        positive: tuple[int, Sequence[int]],
        negative: tuple[int, Sequence[int]],
    ) -> Exponential:
        """From OTLP's form: per sign an offset and the counts from there."""
        return cls(scale, zero, zero_threshold, _indexed(*positive), _indexed(*negative))

    def at_scale(self, scale: int) -> Exponential:
        """The same observations at a scale that is not finer than this one's."""
        shift = self.scale - scale
        if shift <= 0:
            return self
        return Exponential(
            scale, self.zero, self.zero_threshold, _shifted(self.positive, shift), _shifted(self.negative, shift)
        )

    def plus(self, other: Exponential, sign: int = 1) -> Exponential:
        """Both together; with sign -1 what this one has more than the other."""
        scale = min(self.scale, other.scale)
        one, two = self.at_scale(scale), other.at_scale(scale)
        return Exponential(
            scale,
            one.zero + sign * two.zero,
            max(one.zero_threshold, two.zero_threshold),
            _added(one.positive, two.positive, sign),
            _added(one.negative, two.negative, sign),
        )

    def times(self, share: float) -> Exponential:
        """A share of every count."""
        if share == 1.0:
            return self
        positive = {index: count * share for index, count in self.positive.items()}
        negative = {index: count * share for index, count in self.negative.items()}
        return Exponential(self.scale, self.zero * share, self.zero_threshold, positive, negative)

    def has_negative_counts(self) -> bool:
        """Whether a subtraction took away more than was there: the older histogram was not part of the newer."""
        return self.zero < 0 or any(count < 0 for side in (self.positive, self.negative) for count in side.values())

    def buckets(self) -> list[Bucket]:
        """Buckets by value, zero's own among them; indices beyond what a double can hold end at its limits."""
        found = [Bucket(self._bound(index), self._bound(index + 1), count) for index, count in self.positive.items()]
        found += [Bucket(-self._bound(index + 1), -self._bound(index), count) for index, count in self.negative.items()]
        if self.zero > 0:
            low = -self.zero_threshold if self.negative else 0.0
            found.append(Bucket(low, self.zero_threshold, self.zero))
        return [bucket for bucket in found if bucket.held > 0]

    def _bound(self, index: int) -> float:
        exponent = math.ldexp(index, -self.scale)
        return math.exp2(min(1023.0, max(-1074.0, exponent)))


def _indexed(offset: int, counts: Sequence[int]) -> dict[int, float]:
    return {offset + position: count for position, count in enumerate(counts) if count}


def _shifted(counts: Mapping[int, float], shift: int) -> dict[int, float]:
    result: dict[int, float] = defaultdict(float)
    for index, count in counts.items():
        result[index >> shift] += count
    return dict(result)


def _added(one: Mapping[int, float], two: Mapping[int, float], sign: int) -> dict[int, float]:
    result = dict(one)
    for index, count in two.items():
        result[index] = result.get(index, 0) + sign * count
    return result

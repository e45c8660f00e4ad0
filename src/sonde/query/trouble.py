"""How much a service is in trouble, as one number from 0 to 100, and why in words: the order of the overview.

    score = 100 * weight * (1 - (1 - failing)(1 - worse)(1 - slower)(1 - burst)(1 - slow_burst)(1 - silent))

Each part is from 0 to 1:

- failing: four times the share of spans that fail, so that a quarter of them is all.
- worse: four times by how much that share is above the one before.
- slower: log2(p95 / p95 before) / 4, so that 16 times as slow is all; below 1.5 times nothing. Both need 20 spans.
- burst: four times by how much the worst step's share is above the range's, halved: it may be over.
- slow_burst: log2(worst step's p95 / median of the steps' p95) / 4, halved; below 2 times nothing.
- silent: spans that were to be expected since the last one, over 30; below 10 nothing.

Shares of failures are the lower end of Wilson's score interval at 95 percent (Wilson, JASA 22, 1927), so that one failure
of two requests is not worse than a thousand of three thousand. The weight is from a quarter to one and grows with the
logarithm of a service's traffic: what serves more customers comes first, and a small service is never hidden.

Everything here is arithmetic over figures handed in; `sonde.query.overview` gathers them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from sonde.core.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Figures", "Reason", "Step", "Trouble", "judge", "least_share"]

_Z = 1.96
_ENOUGH = 20
_ENOUGH_IN_STEP = 5
_STEPS_ENOUGH = 5
_SILENT_FROM, _SILENT_ALL = 10.0, 30.0
_WORTH_A_WORD = 0.02


@dataclass(frozen=True, slots=True)
class Figures:
    """How a service did over a length of time.

    Attributes:
        spans: how many spans it is judged by.
        errors: those of them that failed.
        rate_per_s: of them a second, over the time for which there were data.
        p50_ms: median of their durations; p95_ms and p99_ms likewise.
    """

    spans: int
    errors: int
    rate_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def error_ratio(self) -> float:
        """Share that failed, 0 to 1."""
        return self.errors / self.spans if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """How a service did in one step of the range; `at_ns` is its start."""

    at_ns: int
    spans: int
    errors: int
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong with a service.

    Attributes:
        kind: failing, worse, slower, burst, slow_burst or silent.
        message: it in words, for a person.
        at_ns: when it was worst, of what happened in one step; else None.
    """

    kind: str
    message: str
    at_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """The score, and its reasons, the weightiest first."""

    score: float
    reasons: tuple[Reason, ...]


def judge(
    now: Figures,
    before: Figures | None,
    steps: Sequence[Step] = (),
    *,
    most_spans: int,
    silent_s: float = 0.0,
    missed: float = 0.0,
) -> Trouble:
    """How much one service is in trouble.

    Args:
        now: its figures in the range.
        before: those of the equally long range before; None where there were no data.
        steps: the range step by step.
        most_spans: spans of the busiest service.
        silent_s: seconds since its last span.
        missed: spans that were to be expected in that time.
    """
    parts = [
        _failing(now, before),
        _worse(now, before),
        _slower(now, before),
        _burst(now, steps),
        _slow_burst(steps),
        _silent(silent_s, missed),
    ]
    badness = 1.0 - math.prod(1.0 - part for part, _ in parts)
    busy = max(now.spans, before.spans if before else 0)
    weight = 0.25 + 0.75 * math.log1p(busy) / math.log1p(max(busy, most_spans, 1))
    told = sorted((one for one in parts if one[0] >= _WORTH_A_WORD), key=lambda one: -one[0])
    return Trouble(round(100 * weight * badness, 2), tuple(reason for _, reason in told))


def least_share(errors: int, spans: int) -> float:
    """The share of failures that can be claimed: the lower end of Wilson's score interval."""
    if not errors or not spans:
        return 0.0
    share, z2 = errors / spans, _Z * _Z
    middle = share + z2 / (2 * spans)
    spread = _Z * math.sqrt(share * (1 - share) / spans + z2 / (4 * spans * spans))
    return max(0.0, (middle - spread) / (1 + z2 / spans))


def _failing(now: Figures, before: Figures | None) -> tuple[float, Reason]:
    part = min(1.0, 4 * least_share(now.errors, now.spans))
    known = f", {_percent(before.error_ratio)} before" if before and before.spans else ""
    return part, Reason("failing", f"{_percent(now.error_ratio)} fail{known}")


def _worse(now: Figures, before: Figures | None) -> tuple[float, Reason]:
    if before is None or not before.spans:
        return 0.0, Reason("worse", "")
    part = min(1.0, 4 * max(0.0, least_share(now.errors, now.spans) - before.error_ratio))
    grown = now.error_ratio / before.error_ratio if before.error_ratio else math.inf
    message = f"failures are {_factor(grown)} times those before" if math.isfinite(grown) else "failures are new"
    return part, Reason("worse", message)


def _slower(now: Figures, before: Figures | None) -> tuple[float, Reason]:
    if before is None or min(now.spans, before.spans) < _ENOUGH or before.p95_ms <= 0:
        return 0.0, Reason("slower", "")
    grown = now.p95_ms / before.p95_ms
    return _doublings(grown, least=1.5), Reason("slower", f"p95 is {_factor(grown)} times that of before")


def _burst(now: Figures, steps: Sequence[Step]) -> tuple[float, Reason]:
    worst = max(steps, key=lambda step: least_share(step.errors, step.spans), default=None)
    if worst is None or not worst.errors:
        return 0.0, Reason("burst", "")
    above = max(0.0, least_share(worst.errors, worst.spans) - now.error_ratio)
    share = _percent(worst.errors / worst.spans)
    return min(1.0, 4 * above) / 2, Reason("burst", f"{share} failed at its worst", worst.at_ns)


def _slow_burst(steps: Sequence[Step]) -> tuple[float, Reason]:
    busy = [step for step in steps if step.spans >= _ENOUGH_IN_STEP and step.p95_ms > 0]
    if len(busy) < _STEPS_ENOUGH:
        return 0.0, Reason("slow_burst", "")
    usual, worst = median(step.p95_ms for step in busy), max(busy, key=lambda step: step.p95_ms)
    grown = worst.p95_ms / usual
    message = f"p95 rose to {format_duration(worst.p95_ms / 1e3, ' ')}, {_factor(grown)} times the usual"
    return _doublings(grown, least=2.0) / 2, Reason("slow_burst", message, worst.at_ns)


def _silent(silent_s: float, missed: float) -> tuple[float, Reason]:
    part = min(1.0, missed / _SILENT_ALL) if missed >= _SILENT_FROM else 0.0
    return part, Reason("silent", f"silent for {format_duration(float(round(silent_s)), ' ')}")


def _doublings(grown: float, *, least: float) -> float:
    return min(1.0, math.log2(grown) / 4) if grown >= least else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


def _factor(grown: float) -> str:
    return f"{grown:.0f}" if grown >= 10 else f"{grown:.1f}"

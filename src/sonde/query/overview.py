"""Every service at one look: its figures, the same before, its course over the range, and how much it is in trouble.

Ranges shorter than ten minutes are read from the spans, as in `sonde.query.services`, unless they and as much time before
hold more than two million; all others come from the minute rollup, and are widened to whole minutes. Services are judged
by their entry spans, or by all their spans where there are none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.counts import Counts, counts
from sonde.query.latencies import Latency, latencies
from sonde.query.services import RAW_BELOW_NS
from sonde.query.steps import Grid
from sonde.query.trouble import Figures, Step, Trouble, judge
from sonde.query.volume import MINUTE_NS, volume, whole_minutes

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["Course", "Overview", "Standing", "closed_range", "overview", "step_grid"]

_HOUR_NS = 3600 * 10**9
_STEPS = 60
_MOST_RAW = 2_000_000
_MOST_SERVICES = 500
_HEARD_NS = 30 * 10**9
_ROUND_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Course:
    """A service step by step; None where there is nothing to say.

    Attributes:
        rate_per_s: spans a second; None before the first data of any service and after now.
        error_ratio: share that failed; None without spans.
        p95_ms: milliseconds; None without spans, or where none were met by a sample.
    """

    rate_per_s: list[float | None]
    error_ratio: list[float | None]
    p95_ms: list[float | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one service stands.

    Attributes:
        now: its figures in the range.
        before: those of the equally long range before; None where it sent nothing then.
        last_seen_ns: start of the newest span it is judged by, or the end of its minute.
    """

    name: str
    now: Figures
    before: Figures | None
    course: Course
    trouble: Trouble
    last_seen_ns: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Services, the most in trouble first.

    Attributes:
        grid: the steps of every course.
        is_exact: whether the spans themselves were counted; else whole minutes of the rollup.
        sampled: of the spans that latencies are of, every how manieth block was read; 1 for all.
        begun_ns: first data of any service in the range or the one before; None without any.
        services: at most 500.
        found: how many services there are.
    """

    grid: Grid
    is_exact: bool
    sampled: int
    begun_ns: int | None
    services: list[Standing]
    found: int


def closed_range(start_ns: int | None, end_ns: int | None, now_ns: int) -> tuple[int, int]:
    """A range with both sides: the end is now, the start an hour before the end, where they are not given.

    Raises:
        ValidationError: it is empty.
    """
    end_ns = now_ns if end_ns is None else end_ns
    start_ns = max(0, end_ns - _HOUR_NS) if start_ns is None else start_ns
    if end_ns <= start_ns:
        raise ValidationError("end: it is not after start; write an earlier start, such as start=-1h")
    return start_ns, end_ns


def overview(source: Source, start_ns: int, end_ns: int, now_ns: int) -> Overview:
    """Services in a range; see `Query.overview`."""
    held = volume(source, max(0, 2 * start_ns - end_ns), end_ns)
    is_exact = end_ns - start_ns < RAW_BELOW_NS and held.spans <= _MOST_RAW
    if not is_exact:
        start_ns, end_ns = whole_minutes(start_ns, end_ns)
    grid, before_ns = step_grid(start_ns, end_ns, least_s=1 if is_exact else 60), max(0, 2 * start_ns - end_ns)
    services, found = counts(source, grid, before_ns, is_exact=is_exact, most=_MOST_SERVICES) if held.spans else ([], 0)
    if not services:
        return Overview(grid, is_exact, 1, None, [], 0)
    took = latencies(source, services, grid, before_ns, is_exact=is_exact, spans=held.spans)
    look = _Look(
        grid,
        before_ns=before_ns,
        begun_ns=min(one.first_ns for one in services),
        until_ns=max(grid.start_ns + 1, min(grid.end_ns, now_ns)),
        heard_ns=max(one.last_ns for one in services) - (0 if is_exact else MINUTE_NS),
        most_spans=max(one.spans for one in services),
    )
    standings = [look.standing(one, took.services.get(one.name, Latency())) for one in services]
    standings.sort(key=lambda one: (-one.trouble.score, -one.now.spans, one.name))
    return Overview(grid, is_exact, took.sampled, look.begun_ns, standings, found)


def step_grid(start_ns: int, end_ns: int, *, least_s: int = 1, steps: int = _STEPS) -> Grid:
    """At most so many steps of a round length, and one more where the first is cut."""
    wanted_s = max((end_ns - start_ns) / 1e9 / steps, least_s)
    round_s = next((step for step in _ROUND_S if step >= wanted_s), 86400 * math.ceil(wanted_s / 86400))
    return Grid(start_ns, end_ns, round_s * 10**9)


@dataclass(frozen=True, slots=True)
class _Look:
    """What all services of one answer have in common.

    Attributes:
        before_ns: begin of the range before.
        begun_ns: first data of any service.
        until_ns: end of the range, or now.
        heard_ns: newest data of any service, or the start of its minute, which may have just begun; silence is measured to
            here, for a store that is behind is not silence.
        most_spans: of the busiest service.
    """

    grid: Grid
    before_ns: int
    begun_ns: int
    until_ns: int
    heard_ns: int
    most_spans: int

    def standing(self, one: Counts, took: Latency) -> Standing:
        now_s = self._length_s(self.grid.start_ns, self.until_ns)
        now = Figures(one.spans, one.errors, one.spans / now_s, *took.now)
        before = None
        if one.before[0]:
            before_s = self._length_s(self.before_ns, self.grid.start_ns)
            before = Figures(*one.before, one.before[0] / before_s, *took.before)
        silent_s, missed = self._silence(one)
        trouble = judge(
            now, before, self._steps(one, took), most_spans=self.most_spans, silent_s=silent_s, missed=missed
        )
        return Standing(one.name, now, before, self._course(one, took), trouble, one.last_ns)

    def _length_s(self, start_ns: int, end_ns: int) -> float:
        return max((end_ns - max(start_ns, self.begun_ns)) / 1e9, 1.0)

    def _steps(self, one: Counts, took: Latency) -> list[Step]:
        step_ns = self.grid.step_ns
        return [Step(at * step_ns, *figures, took.steps.get(at, 0.0)) for at, figures in sorted(one.steps.items())]

    def _course(self, one: Counts, took: Latency) -> Course:
        course = Course([], [], [])
        for at in range(self.grid.first, self.grid.last + 1):
            spans, errors = one.steps.get(at, (0, 0))
            course.rate_per_s.append(self._rate(at, spans))
            course.error_ratio.append(errors / spans if spans else None)
            course.p95_ms.append(took.steps.get(at))
        return course

    def _rate(self, at: int, spans: int) -> float | None:
        """Spans a second of that part of a step which lies in the range, after the first data and before now."""
        step_ns = self.grid.step_ns
        begin = max(at * step_ns, self.grid.start_ns, self.begun_ns)
        length_s = (min((at + 1) * step_ns, self.until_ns) - begin) / 1e9
        return spans / max(length_s, 0.1) if length_s > 0 or spans else None

    def _silence(self, one: Counts) -> tuple[float, float]:
        """Seconds since a service's last span, and how many spans it would have sent in them."""
        silent_ns = min(self.heard_ns, self.until_ns) - one.last_ns
        if silent_ns < max(_HEARD_NS, 2 * self._longest_pause_ns(one)):
            return 0.0, 0.0
        return silent_ns / 1e9, (one.spans + one.before[0]) / max(one.last_ns - one.first_ns, 10**9) * silent_ns

    def _longest_pause_ns(self, one: Counts) -> int:
        """The longest run of steps without spans between a service's first and last: what is usual for it is no trouble."""
        seen = sorted(one.steps)
        return max((later - earlier - 1 for earlier, later in pairwise(seen)), default=0) * self.grid.step_ns

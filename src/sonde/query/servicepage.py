"""One service at one look: how it did over the range, what it does, how long that took, and who it deals with.

Counts are of the minute rollup, or of the spans themselves where the range is shorter than ten minutes and holds at most
five million; both are exact. Durations are always of the spans: of all of them where there are at most a million of all
services, above that of slices of time (`sonde.query.timeslices`), and `durations_share` says how much was read. A service is judged by its entry spans, or
by all its spans where it has none, as in `sonde.query.services`; its operations are of any kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.query.durations import Durations, durations
from sonde.query.filters import Filter
from sonde.query.neighbours import Neighbours, neighbours
from sonde.query.services import ENTRY, RAW_BELOW_NS
from sonde.query.steps import Grid, grid
from sonde.query.timeslices import TimeSlices, time_slices
from sonde.query.volume import Volume, add_minutes, volume, whole_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.query.source import Source

__all__ = ["MOST_OPERATIONS", "Course", "Frame", "OperationRow", "ServicePage", "framed", "service_page"]

MOST_OPERATIONS = 200
_MOST_READ = 1_000_000
_MOST_COUNTED = 5_000_000
_DAY_S = 86_400
_MOST_STEPS = 120
_OPERATION_STEPS = 30
_ENTRY_KINDS = frozenset({"Server", "Consumer"})


@dataclass(frozen=True, slots=True)
class Frame:
    """The range in which a service is looked at.

    Attributes:
        grid: its steps; widened to whole minutes where the rollup counts.
        is_exact: whether spans are counted, not the rollup's minutes.
        held: how many spans of all services there are.
        until_ns: its end, or now where that is earlier.
    """

    grid: Grid
    is_exact: bool
    held: Volume
    until_ns: int

    @property
    def data_start_ns(self) -> int:
        """Where spans of any service begin in it."""
        return max(self.grid.start_ns, self.held.first_ns)

    @property
    def data_end_ns(self) -> int:
        """Where they end."""
        return max(self.data_start_ns + 1, min(self.grid.end_ns, self.held.last_ns))

    @property
    def length_s(self) -> float:
        """From the first data of any service on, until its end or now; at least a second."""
        return max((self.until_ns - self.data_start_ns) / 1e9, 1.0)

    def slices(self, most: int, steps: int = 0) -> TimeSlices:
        """The part of it to read, so that about so many spans of all services are read; a slice a step, or so many."""
        step_ns = self.grid.step_ns
        steps = steps or (self.data_end_ns - 1) // step_ns - self.data_start_ns // step_ns + 1
        return time_slices(self.data_start_ns, self.data_end_ns, self.held.spans, most, steps)

    def seconds(self, bucket: int) -> float:
        """How much of a step lies in the range, after the first data and before now; 0 for none of it."""
        step_ns = self.grid.step_ns
        low, high = max(bucket * step_ns, self.data_start_ns), min((bucket + 1) * step_ns, self.until_ns)
        return max(0.0, (high - low) / 1e9)


@dataclass(frozen=True, slots=True)
class Course:
    """A service step by step; None where there is nothing to say.

    Attributes:
        rate_per_s: of the spans by which it is judged; None before the first data of any service, and after now.
        errors_per_s: failed ones, likewise.
        p50_ms: None without spans; p95_ms and p99_ms likewise.
    """

    rate_per_s: list[float | None]
    errors_per_s: list[float | None]
    p50_ms: list[float | None]
    p95_ms: list[float | None]
    p99_ms: list[float | None]


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation.

    Attributes:
        is_entry: whether it is one of those by which the service is judged.
        rate_per_s: over the time for which there were data.
        p50_ms: median; None where no span of it was read. p95_ms and p99_ms likewise.
        spans_by_step: counts over the range, in at most 31 equal steps.
        errors_by_step: failures likewise.
    """

    name: str
    kind: str
    is_entry: bool
    spans: int
    errors: int
    rate_per_s: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    spans_by_step: list[int]
    errors_by_step: list[int]


@dataclass(frozen=True, slots=True)
class ServicePage:
    """A service in a range.

    Attributes:
        judged_by: `entry` or `all`: which of its spans `spans`, `course` and `durations` are of.
        spans: how many of them; 0 where it sent nothing, and then everything else is empty.
        operations: those with the most spans first, entry spans before others; at most MOST_OPERATIONS.
        operations_found: how many there are.
        last_seen_ns: its newest span, to the minute where the rollup answered; None without any.
    """

    frame: Frame
    judged_by: str
    spans: int
    errors: int
    rate_per_s: float
    last_seen_ns: int | None
    course: Course
    durations: Durations
    durations_share: float
    operations: list[OperationRow]
    operations_found: int
    neighbours: Neighbours

    @property
    def length_s(self) -> float:
        """Seconds over which rates are spread."""
        return self.frame.length_s


def service_page(source: Source, service: str, start_ns: int, end_ns: int, now_ns: int) -> ServicePage:
    """One service; see `Query.service_page`."""
    frame = framed(source, start_ns, end_ns, now_ns)
    counted = _counted(source, service, frame)
    entry = any(row["kind"] in _ENTRY_KINDS for row in counted)
    judged = [row for row in counted if not entry or row["kind"] in _ENTRY_KINDS]
    part = frame.slices(_MOST_READ)
    took = durations(source, service, frame.grid, part, only=ENTRY if entry else "true") if counted else Durations()
    spans, errors = _sum(judged, "spans"), _sum(judged, "errors")
    operations = _operations(frame, counted, took, entry=entry)
    return ServicePage(
        frame,
        "entry" if entry else "all",
        spans,
        errors,
        spans / frame.length_s,
        max((int(row["last"]) for row in counted), default=None),
        _course(frame, judged, took),
        took,
        part.share,
        operations[:MOST_OPERATIONS],
        len(operations),
        neighbours(source, service, start_ns, end_ns),
    )


def framed(source: Source, start_ns: int, end_ns: int, now_ns: int) -> Frame:
    """The frame of a range."""
    held = volume(source, start_ns, end_ns)
    is_exact = end_ns - start_ns < RAW_BELOW_NS and held.spans <= _MOST_COUNTED
    if not is_exact:
        start_ns, end_ns = whole_minutes(start_ns, end_ns)
    return Frame(_grid(start_ns, end_ns, is_exact=is_exact), is_exact, held, max(start_ns + 1, min(end_ns, now_ns)))


def _grid(start_ns: int, end_ns: int, *, is_exact: bool) -> Grid:
    """At most 120 steps (121 where the first is cut) of a round length, a minute at least where minutes are counted."""
    usual = grid(start_ns, end_ns, None)
    least_s = 1 if is_exact else 60
    step_s = max(least_s, usual.step_ns // 10**9)
    if (end_ns - start_ns) / 1e9 / step_s > _MOST_STEPS:
        step_s = math.ceil((end_ns - start_ns) / 1e9 / _MOST_STEPS / _DAY_S) * _DAY_S
    return Grid(start_ns, end_ns, step_s * 10**9)


def _counted(source: Source, service: str, frame: Frame) -> list[dict[str, Any]]:
    """Counts by operation and step."""
    given = Filter()
    given.add(f"ServiceName = {given.bind(service)}")
    step = given.bind(frame.grid.step_ns, "Int64")
    if frame.is_exact:
        given.between(frame.grid.start_ns, frame.grid.end_ns)
        table, at, columns = "otel_traces", "toUnixTimestamp64Nano(Timestamp)", _OF_SPANS
    else:
        add_minutes(given, frame.grid.start_ns, frame.grid.end_ns)
        table, at, columns = "sonde_red", "toInt64(toUnixTimestamp(Minute)) * 1000000000", _OF_MINUTES
    return source.rows(
        f"""SELECT name, kind, sum(n) AS spans, sum(e) AS errors, max(newest) AS last, groupArray((bucket, n, e)) AS steps
        FROM (SELECT SpanName AS name, SpanKind AS kind, intDiv({at}, {step}) AS bucket, {columns}, max({at}) AS newest
            FROM @{table} WHERE {given.sql} GROUP BY name, kind, bucket)
        GROUP BY name, kind ORDER BY spans DESC, name, kind LIMIT 10000""",
        given.parameters,
    )


_OF_SPANS = "count() AS n, countIf(StatusCode = 'Error') AS e"
_OF_MINUTES = "sum(Spans) AS n, sum(Errors) AS e"


def _course(frame: Frame, judged: list[dict[str, Any]], took: Durations) -> Course:
    spans: dict[int, int] = {}
    errors: dict[int, int] = {}
    for row in judged:
        for bucket, n, e in row["steps"]:
            spans[bucket] = spans.get(bucket, 0) + int(n)
            errors[bucket] = errors.get(bucket, 0) + int(e)
    buckets = range(frame.grid.first, frame.grid.last + 1)
    quantiles = [took.by_step.get(bucket, (None, None, None)) for bucket in buckets]
    return Course(
        [_rate(frame, bucket, spans) for bucket in buckets],
        [_rate(frame, bucket, errors) for bucket in buckets],
        *([one[number] for one in quantiles] for number in range(3)),
    )


def _rate(frame: Frame, bucket: int, counts: Mapping[int, int]) -> float | None:
    seconds, count = frame.seconds(bucket), counts.get(bucket, 0)
    return count / max(seconds, 0.1) if seconds or count else None


def _operations(frame: Frame, counted: list[dict[str, Any]], took: Durations, *, entry: bool) -> list[OperationRow]:
    length_s = frame.length_s
    made = []
    for row in counted:
        spans_by_step, errors_by_step = _shortened(frame.grid, row["steps"])
        name, kind = str(row["name"]), str(row["kind"])
        p50, p95, p99 = took.by_operation.get((name, kind), (None, None, None))
        is_entry = not entry or kind in _ENTRY_KINDS
        spans = int(row["spans"])
        made.append(
            OperationRow(
                name,
                kind,
                is_entry,
                spans,
                int(row["errors"]),
                spans / length_s,
                p50,
                p95,
                p99,
                spans_by_step,
                errors_by_step,
            )
        )
    return sorted(made, key=lambda one: not one.is_entry)


def _shortened(grid: Grid, steps: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Counts and failures in few steps, each of several of the grid's."""
    together = -(-(grid.last - grid.first + 1) // _OPERATION_STEPS)
    length = (grid.last - grid.first) // together + 1
    spans, errors = [0] * length, [0] * length
    for bucket, n, e in steps:
        spans[(int(bucket) - grid.first) // together] += int(n)
        errors[(int(bucket) - grid.first) // together] += int(e)
    return spans, errors


def _sum(rows: list[dict[str, Any]], what: str) -> int:
    return sum(int(row[what]) for row in rows)

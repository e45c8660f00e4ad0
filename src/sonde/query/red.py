"""Rate, errors and duration of services and operations over time.

Figures come from the minute rollup `sonde_red`, as those of `sonde.query.services` do, with the same rule of which spans a
service is judged by: entry spans (kind Server or Consumer), and all spans of one that has none in the range; a question for
a kind, or by kind, has the spans of that kind. A short range, a step below a minute or a condition on attributes is answered
from the spans themselves.

Steps without spans are zero for rates and counts, and have no point for ratios and durations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.located import TRACE_COLUMNS, located
from sonde.query.series import Series
from sonde.query.spans import KINDS
from sonde.query.steps import Grid, grid
from sonde.query.traces import choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.query.source import Source

__all__ = ["MEASURES", "RedQuestion", "RedSeries", "red_series"]

MEASURES = {"rate": "1/s", "errors": "1/s", "error_ratio": "ratio", "avg": "ms", "p50": "ms", "p95": "ms", "p99": "ms"}
"""Unit by measure: spans and failed spans a second, the failed ones' share, and durations."""

_COLUMNS = {"service": "ServiceName", "operation": "SpanName", "kind": "SpanKind"}
_SHARES = ("p50", "p95", "p99")
_ENTRY = "SpanKind IN ('Server', 'Consumer')"
_MINUTE_NS = 60 * 10**9
_HOUR_NS = 60 * _MINUTE_NS
_RAW_BELOW_NS = 10 * _MINUTE_NS
_MOST_GROUPS = 1000
_ROLLED = (
    "sum(Spans) AS spans, sum(Errors) AS errors, sum(DurationSum) AS total,"
    " quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(DurationSketch) AS sketch"
)
_RAW = (
    "count() AS spans, countIf(StatusCode = 'Error') AS errors, sum(Duration) AS total,"
    " quantilesDD(0.01, 0.5, 0.95, 0.99)(Duration) AS sketch"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedQuestion:
    """What to draw.

    Attributes:
        measure: one of MEASURES.
        group_by: names of `service`, `operation`, `kind`; empty for one line of everything.
        service: only spans of this service.
        operation: only spans of this name.
        kind: only spans of this kind; empty for those that a service is judged by.
        where: conditions on attributes in the grammar of `sonde.query.where`.
        step_ns: length of a step; None for the shortest round one that gives about a hundred points, a minute at least.
        start_ns: inclusive; None for an hour before the end.
        end_ns: exclusive; None for now.
        limit: at most so many groups, those with the most spans, 1 to 1,000.
    """

    measure: str = "rate"
    group_by: tuple[str, ...] = ("service",)
    service: str = ""
    operation: str = ""
    kind: str = ""
    where: tuple[str, ...] = ()
    step_ns: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RedSeries:
    """The answer: lines by group, the one with the most spans first.

    Attributes:
        truncated: there were more groups than asked for.
    """

    step_s: float
    series: list[Series] = field(default_factory=list)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    asked: RedQuestion
    grid: Grid
    given: Filter
    table: str
    bucket: str
    figures: str
    weight: str
    from_ns: int
    to_ns: int

    @property
    def columns(self) -> str:
        return "".join(f"{_COLUMNS[name]} AS {name}, " for name in self.asked.group_by)

    @property
    def names(self) -> str:
        return ", ".join(self.asked.group_by)


def red_series(source: Source, asked: RedQuestion, now_ns: int) -> RedSeries:
    """Rate, errors or duration over time; see `Query.red_series`."""
    _check(asked)
    plan = _planned(source, asked, now_ns)
    groups, truncated = _groups(source, plan)
    rows = _rows(source, plan) if groups else []
    lines = _lines(plan, groups, rows)
    return RedSeries(plan.grid.step_ns / 1e9, lines, truncated)


def _check(asked: RedQuestion) -> None:
    if asked.measure not in MEASURES:
        raise ValidationError(f"measure: {asked.measure[:40]!r} is none of {', '.join(MEASURES)}; write measure=rate")
    for name in asked.group_by:
        if name not in _COLUMNS:
            raise ValidationError(f"group_by: {name[:40]!r} is none of {', '.join(_COLUMNS)}; write group_by=service")
    if len(set(asked.group_by)) < len(asked.group_by):
        raise ValidationError("group_by: a name is there twice; write it once")
    if not 1 <= asked.limit <= _MOST_GROUPS:
        raise ValidationError(f"limit: {asked.limit} is not between 1 and {_MOST_GROUPS}; write limit=50")


def _planned(source: Source, asked: RedQuestion, now_ns: int) -> _Plan:
    end_ns = now_ns if asked.end_ns is None else asked.end_ns
    start_ns = max(0, end_ns - _HOUR_NS) if asked.start_ns is None else asked.start_ns
    laid = grid(start_ns, end_ns, asked.step_ns)
    given = Filter()
    given.equal("ServiceName", asked.service)
    given.equal("SpanName", asked.operation)
    given.equal("SpanKind", choice("kind", asked.kind, KINDS))
    fine = asked.step_ns is not None and asked.step_ns % _MINUTE_NS != 0
    if asked.where or fine or end_ns - start_ns < _RAW_BELOW_NS:
        given.attributes(located(source, asked.where, TRACE_COLUMNS))
        given.between(start_ns, end_ns)
        _judge(given, asked, "otel_traces")
        bucket = f"intDiv(toUnixTimestamp64Nano(Timestamp), {laid.step_ns})"
        return _Plan(
            asked, laid, given, "otel_traces", bucket, _RAW, "count()", start_ns, min(end_ns, max(now_ns, start_ns + 1))
        )
    step_ns = max(laid.step_ns, _MINUTE_NS)
    first_s, last_s = start_ns // _MINUTE_NS * 60, -(-end_ns // _MINUTE_NS) * 60
    given.add(f"Minute >= toDateTime({given.bind(min(first_s, 2**32 - 1), 'Int64')})")
    given.add(f"Minute < toDateTime({given.bind(min(last_s, 2**32 - 1), 'Int64')})")
    _judge(given, asked, "sonde_red")
    wide = Grid(first_s * 10**9, last_s * 10**9, step_ns)
    bucket = f"intDiv(toInt64(toUnixTimestamp(Minute)), {step_ns // 10**9})"
    to_ns = min(last_s * 10**9, max(now_ns, wide.start_ns + 1))
    return _Plan(asked, wide, given, "sonde_red", bucket, _ROLLED, "sum(Spans)", wide.start_ns, to_ns)


def _judge(given: Filter, asked: RedQuestion, table: str) -> None:
    """Ask for the spans that services are judged by."""
    if asked.kind or "kind" in asked.group_by:
        return
    having = f"SELECT ServiceName FROM @{table} WHERE {given.sql} AND {_ENTRY}"
    given.add(f"{_ENTRY} OR ServiceName GLOBAL NOT IN ({having})")


def _groups(source: Source, plan: _Plan) -> tuple[list[tuple[str, ...]], bool]:
    """The groups with the most spans, and whether there are more."""
    names = plan.asked.group_by
    if not names:
        return [()], False
    rows = source.rows(
        f"SELECT {plan.columns}{plan.weight} AS n FROM @{plan.table} WHERE {plan.given.sql}"
        f" GROUP BY {plan.names} ORDER BY n DESC, {plan.names} LIMIT {plan.asked.limit + 1}",
        plan.given.parameters,
    )
    found = [tuple(str(row[name]) for name in names) for row in rows]
    return found[: plan.asked.limit], len(found) > plan.asked.limit


def _rows(source: Source, plan: _Plan) -> list[dict[str, Any]]:
    names = [*plan.asked.group_by, "bucket"]
    chosen = ""
    if plan.asked.group_by:
        keys = ", ".join(_COLUMNS[name] for name in plan.asked.group_by)
        chosen = (
            f" AND ({keys}) GLOBAL IN (SELECT {keys} FROM @{plan.table} WHERE {plan.given.sql}"
            f" GROUP BY {keys} ORDER BY {plan.weight} DESC, {keys} LIMIT {plan.asked.limit})"
        )
    return source.rows(
        f"SELECT {plan.columns}{plan.bucket} AS bucket, {plan.figures}"
        f" FROM @{plan.table} WHERE {plan.given.sql}{chosen} GROUP BY {', '.join(names)} ORDER BY bucket",
        plan.given.parameters,
    )


def _lines(plan: _Plan, groups: list[tuple[str, ...]], rows: list[dict[str, Any]]) -> list[Series]:
    names = plan.asked.group_by
    by_group: dict[tuple[str, ...], list[dict[str, Any]]] = {group: [] for group in groups}
    for row in rows:
        by_group.get(tuple(str(row[name]) for name in names), []).append(row)
    begun = min((int(row["bucket"]) for row in rows), default=plan.grid.first)
    drawn = []
    for group, own in by_group.items():
        points = _points(plan, own, begun)
        if own and points:
            drawn.append(Series(dict(zip(names, group, strict=True)), points))
    return drawn


def _points(plan: _Plan, rows: list[dict[str, Any]], begun: int) -> list[tuple[float, float]]:
    step_ns, measure = plan.grid.step_ns, plan.asked.measure
    last = min(plan.grid.last, (plan.to_ns - 1) // step_ns)  # a clock that is ahead sends spans of steps to come
    values = {int(row["bucket"]): _measured(plan, row) for row in rows if int(row["bucket"]) <= last}
    if measure in {"rate", "errors"}:
        values = {bucket: values.get(bucket, 0.0) for bucket in range(max(begun, plan.grid.first), last + 1)} | values
    return [
        (bucket * step_ns / 1e9, value)
        for bucket, value in sorted(values.items())
        if value is not None and math.isfinite(value)
    ]


def _measured(plan: _Plan, row: Mapping[str, Any]) -> float | None:
    measure, spans, errors = plan.asked.measure, int(row["spans"]), int(row["errors"])
    if measure in {"rate", "errors"}:
        return (spans if measure == "rate" else errors) / _length_s(plan, int(row["bucket"]))
    if not spans:
        return None
    if measure == "error_ratio":
        return errors / spans
    if measure == "avg":
        return int(row["total"]) / spans / 1e6
    return float(row["sketch"][_SHARES.index(measure)] or 0) / 1e6


def _length_s(plan: _Plan, bucket: int) -> float:
    """How much of a step the range and the time that has passed cover, a second at least."""
    step_ns = plan.grid.step_ns
    low, high = max(bucket * step_ns, plan.from_ns), min((bucket + 1) * step_ns, plan.to_ns)
    return max((high - low) / 1e9, 1.0)

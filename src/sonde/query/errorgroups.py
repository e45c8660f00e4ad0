"""What fails, grouped: exceptions by type and message, failed spans without one, and error logs that belong to no trace.

Messages are grouped by their templates (`sonde.query.templates`), so that numbers, ids and quotations in them do not make
thousands of groups. A span's last exception event is the one that ended it. A failed span without exception counts by its
status message; without a message too, only an entry span counts, since a failed call is told by the service that was called.

Bounded: the newest errors are read, back to a minute before which lie more than `MOST` of them, and of a range with many
spans not more than `MOST_SPANS`; `ErrorGroups.from_ns` says how far that was. `first_ns` and counts are within that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.query.filters import Filter
from sonde.query.overview import step_grid
from sonde.query.services import ENTRY
from sonde.query.slices import by_time
from sonde.query.steps import Grid
from sonde.query.templates import template_sql
from sonde.query.volume import add_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonde.query.source import Source

__all__ = ["MOST", "MOST_SPANS", "ErrorGroup", "ErrorGroups", "error_groups"]

MOST = 5_000
MOST_SPANS = 3_000_000
_LIMIT = 50
_LONGEST = 300
_STEPS = 30


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Failures of one kind.

    Attributes:
        source: exception, status (a failed span without exception) or log.
        service: whose they are.
        type: the exception's type; empty where there is none.
        template: the message without what varies.
        message: the newest message, at most 300 characters.
        operation: the spans' name; of logs empty.
        count: how many.
        first_ns: the first.
        last_ns: the newest.
        counts: how many by step.
        trace_id: of the newest; of logs empty.
        span_id: of the newest; of logs empty.
    """

    source: str
    service: str
    type: str
    template: str
    message: str
    operation: str
    count: int
    first_ns: int
    last_ns: int
    counts: list[int]
    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class ErrorGroups:
    """Groups: exceptions and logs before failed spans without a reason, the most frequent first.

    Attributes:
        grid: the steps of `counts`.
        from_ns: since when errors were read; later than the range's start where there were too many.
        groups: at most 50.
        is_cut: whether there are more.
    """

    grid: Grid
    from_ns: int
    groups: list[ErrorGroup]
    is_cut: bool


def error_groups(source: Source, start_ns: int, end_ns: int, service: str = "") -> ErrorGroups:
    """What failed in a range, of one service or (empty) of all; see `Query.error_groups`."""
    grid = step_grid(start_ns, end_ns, steps=_STEPS)
    from_ns = _reach(source, start_ns, end_ns, service)
    rows = [] if from_ns is None else _of_spans(source, grid, from_ns, service)
    groups = [_read(row, grid) for row in [*rows, *_of_logs(source, grid, service)]]
    groups.sort(key=lambda one: (one.source == "status", -one.count, -one.last_ns))
    return ErrorGroups(grid, start_ns if from_ns is None else from_ns, groups[:_LIMIT], len(groups) > _LIMIT)


def _reach(source: Source, start_ns: int, end_ns: int, service: str) -> int | None:
    """From when on errors are read; None where there are none."""
    given = Filter()
    add_minutes(given, start_ns, end_ns)
    errors = f"sumIf(Errors, ServiceName = {given.bind(service)})" if service else "sum(Errors)"
    (row,) = source.rows(
        f"""SELECT toInt64(toUnixTimestamp(minIf(Minute, is_read))) * {10**9} AS reach, sum(errors) AS n, min(is_read) AS is_all
        FROM (
            SELECT Minute, sum(Spans) AS spans, {errors} AS errors,
                sum(errors) OVER newer - errors <= {MOST} AND sum(spans) OVER newer - spans <= {MOST_SPANS} AS is_read
            FROM @sonde_red WHERE {given.sql} GROUP BY Minute WINDOW newer AS (ORDER BY Minute DESC)
        )""",
        given.parameters,
    )
    if not int(row["n"] or 0):
        return None
    return start_ns if row["is_all"] else max(start_ns, int(row["reach"]))


def _of_spans(source: Source, grid: Grid, from_ns: int, service: str) -> list[dict[str, Any]]:
    given = Filter()
    given.between(from_ns, grid.end_ns)
    given.equal("ServiceName", service)
    exception = "arrayLastIndex(name -> name = 'exception', Events.Name)"
    inner = f"""SELECT if({exception} > 0, 'exception', 'status') AS source, ServiceName AS service, SpanName AS operation, TraceId AS trace, SpanId AS span,
            toUnixTimestamp64Nano(Timestamp) AS at, Events.Attributes[{exception}] AS event,
            substringUTF8(event['exception.type'], 1, {_LONGEST}) AS type,
            substringUTF8(if(source = 'status', StatusMessage, event['exception.message']), 1, {_LONGEST}) AS message
        FROM @otel_traces PREWHERE StatusCode = 'Error' AND {given.sql}
        WHERE {exception} > 0 OR StatusMessage != '' OR {ENTRY}"""
    return _grouped(source, inner, grid, given)


def _of_logs(source: Source, grid: Grid, service: str) -> list[dict[str, Any]]:
    given = Filter()
    given.between(grid.start_ns, grid.end_ns)
    given.equal("ServiceName", service)
    inner = f"""SELECT 'log' AS source, ServiceName AS service, '' AS operation, '' AS trace, '' AS span, toUnixTimestamp64Nano(Timestamp) AS at,
            substringUTF8(LogAttributes['exception.type'], 1, {_LONGEST}) AS type,
            substringUTF8(Body, 1, {_LONGEST}) AS message
        FROM @otel_logs WHERE SeverityNumber >= 17 AND TraceId = '' AND {given.sql}
        ORDER BY {by_time(newest_first=True)} LIMIT {MOST}"""
    return _grouped(source, inner, grid, given)


def _grouped(source: Source, inner: str, grid: Grid, given: Filter) -> list[dict[str, Any]]:
    step = given.bind(grid.step_ns, "Int64")
    return source.rows(
        f"""SELECT source, service, operation, type, {template_sql("message")} AS template, count() AS n,
            min(at) AS first, max(at) AS last, argMax(message, at) AS newest, argMax((trace, span), at) AS example,
            sumMap([intDiv(at, {step})], [1]) AS steps
        FROM ({inner}) GROUP BY source, service, operation, type, template
        ORDER BY source = 'status', n DESC, last DESC LIMIT {_LIMIT + 1}""",
        given.parameters,
    )


def _read(row: Mapping[str, Any], grid: Grid) -> ErrorGroup:
    numbers, counted = row["steps"]
    by_step = {int(number): int(count) for number, count in zip(numbers, counted, strict=True)}
    return ErrorGroup(
        source=row["source"],
        service=row["service"],
        type=row["type"],
        template=row["template"],
        message=row["newest"],
        operation=row["operation"],
        count=int(row["n"]),
        first_ns=int(row["first"]),
        last_ns=int(row["last"]),
        counts=[by_step.get(number, 0) for number in range(grid.first, grid.last + 1)],
        trace_id=row["example"][0],
        span_id=row["example"][1],
    )

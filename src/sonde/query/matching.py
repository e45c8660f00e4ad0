"""What a span, and its trace, must meet to be found: the conditions of `TraceSearch` as SQL, for every view of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.located import TRACE_COLUMNS, located
from sonde.query.spans import KINDS, STATUSES
from sonde.query.text import parse_text
from sonde.query.times import MAX_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sonde.query.source import Source
    from sonde.query.traces import TraceSearch

__all__ = ["TRACE_NS", "add_trace_length", "asks_trace_length", "choice", "matching", "trace_length"]

TRACE_NS = "max(toUnixTimestamp64Nano(Timestamp) + Duration) - min(toUnixTimestamp64Nano(Timestamp))"
"""A trace's length from its spans: from the earliest start to the latest end."""

_DAY_NS = 86_400 * 10**9
_MARGIN_NS = 600 * 10**9


def choice(name: str, value: str, allowed: Sequence[str]) -> str:
    """The allowed value that was meant, in any case; an empty one stays empty.

    Raises:
        ValidationError: it is none of them.
    """
    for known in allowed:
        if value.lower() == known.lower():
            return known
    if value:
        raise ValidationError(f"{name}: {value[:80]!r} is none of {', '.join(allowed)}; write {name}={allowed[0]}")
    return ""


def matching(source: Source, asked: TraceSearch) -> Callable[[], Filter]:
    """What makes filters of everything that a matching span must meet but the time range and its trace's length."""
    places = located(source, asked.where, TRACE_COLUMNS)
    kind, status = choice("kind", asked.kind, KINDS), choice("status", asked.status, STATUSES)
    terms = parse_text(asked.text)

    def make() -> Filter:
        given = Filter()
        given.equal("ServiceName", asked.service)
        given.equal("SpanName", asked.operation)
        given.equal("SpanKind", kind)
        given.equal("StatusCode", status)
        if asked.min_duration_ns is not None:
            given.add(f"Duration >= {given.bind(asked.min_duration_ns, 'UInt64')}")
        if asked.max_duration_ns is not None:
            given.add(f"Duration <= {given.bind(asked.max_duration_ns, 'UInt64')}")
        given.attributes(places)
        given.text(terms, _contains)
        return given

    return make


def asks_trace_length(asked: TraceSearch) -> bool:
    """Whether the length of the whole trace is asked for."""
    return asked.min_trace_duration_ns is not None or asked.max_trace_duration_ns is not None


def trace_length(given: Filter, asked: TraceSearch) -> str:
    """The clause on a trace's grouped spans that asks for its length; `true` where none is asked for."""
    clauses = []
    if asked.min_trace_duration_ns is not None:
        clauses.append(f"{TRACE_NS} >= {given.bind(asked.min_trace_duration_ns, 'Int64')}")
    if asked.max_trace_duration_ns is not None:
        clauses.append(f"{TRACE_NS} <= {given.bind(asked.max_trace_duration_ns, 'Int64')}")
    return " AND ".join(clauses) or "true"


def add_trace_length(given: Filter, asked: TraceSearch, start_ns: int, end_ns: int) -> None:
    """Ask for spans whose trace has the asked length, as far as its spans lie near a range.

    Near is as long as the longest asked length, ten minutes at least and a day at most, on both sides.
    """
    if not asks_trace_length(asked):
        return
    margin_ns = min(_DAY_NS, max(_MARGIN_NS, asked.max_trace_duration_ns or 0))
    around = Filter()
    around.parameters = given.parameters
    around.between(max(0, start_ns - margin_ns), min(MAX_NS, end_ns + margin_ns))
    given.add(
        f"TraceId IN (SELECT TraceId FROM @otel_traces WHERE {around.sql}"
        f" GROUP BY TraceId HAVING {trace_length(around, asked)})"
    )


def _contains(holds: Callable[[str], str]) -> str:
    """Where free text looks: names, messages, attribute values, event names and event attribute values."""
    return (
        f"{holds('SpanName')} OR {holds('StatusMessage')}"
        f" OR arrayExists(x -> {holds('x')}, mapValues(SpanAttributes))"
        f" OR arrayExists(x -> {holds('x')}, mapValues(ResourceAttributes))"
        f" OR arrayExists(x -> {holds('x')}, Events.Name)"
        f" OR arrayExists(m -> arrayExists(x -> {holds('x')}, mapValues(m)), Events.Attributes)"
    )

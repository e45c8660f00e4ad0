"""Traces as points: when each began, how long it took, whether it failed; a few of them that stand for all.

Which traces are shown, of those with a matching span, where there are more than asked for:

1. a quarter of the points: those with the longest matching spans, exactly, from the longest down;
2. half of the points: those with a failed matching span; all of them where they fit, else a uniform sample;
3. the rest, and what the first two leave over: a uniform sample of all.

So a slow trace is never left out for a fast one, nor a failed one for one that did not fail.

How: one pass over the matching spans keeps, without grouping them, the smallest hashes of trace ids (a bottom-k sample, in
which every trace is equally likely however many spans it has), the same of failed spans, and the longest durations, each
with its hash. A second pass sums up the chosen traces, whole. The number of traces is exact where the sample holds all of
them, else estimated from the largest hash of the sample: Bar-Yossef et al., "Counting Distinct Elements in a Data Stream",
RANDOM 2002, algorithm 2; for a few thousand traces in the sample the error is about 2 percent.

Bounded: what is read is at most the newest so many spans of the range (fewer where conditions read large columns or need whole traces), by
whole minutes; the answer says from when on. Not promised: a trace whose spans reach further outside the range than the
longest matching span, a minute at least, is shown as far as it lies within.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.matching import add_trace_length, asks_trace_length, matching
from sonde.query.slices import kept_range
from sonde.query.times import MAX_NS
from sonde.query.volume import MINUTE_NS, add_minutes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.query.source import Source
    from sonde.query.traces import TraceSearch

__all__ = ["MOST_POINTS", "Point", "Scatter", "scatter"]

MOST_POINTS = 5000
_TICKET_BITS = 40
_TICKET = f"bitAnd(cityHash64(TraceId), {2**_TICKET_BITS - 1})"
# Longest first as a number: 24 bits that fall with the logarithm of the duration, then the ticket.
_LONGEST = (
    f"bitOr(bitShiftLeft(toUInt64({2**24 - 1} - least({2**24 - 1}, toUInt64(log2(Duration + 1) * {2**18}))),"
    f" {_TICKET_BITS}), ticket)"
)
_SAMPLED_SPANS = 50_000
_MOST_SAMPLED_SPANS = 1_000_000
_HOUR_NS = 60 * MINUTE_NS
# Each about 0.6 CPU-seconds of the first pass.
_MOST_READ, _MOST_READ_ATTRIBUTES, _MOST_READ_TEXT = 3_000_000, 1_500_000, 300_000
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Point:
    """One trace: its root's service and name (of the earliest span where the root is missing, cut at 200 characters)."""

    trace_id: str
    start_ns: int
    duration_ns: int
    service: str
    name: str
    errors: int


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points by time, and what they stand for.

    Attributes:
        spans: matching spans.
        failed_spans: how many of them failed.
        traces: traces with a matching span.
        traces_exact: whether `traces` was counted, not estimated.
        sampled: whether there are more traces than points.
        start_ns: from when on spans were looked at.
        cut: whether that is later than asked, because there was too much to read.
    """

    points: tuple[Point, ...] = ()
    spans: int = 0
    failed_spans: int = 0
    traces: int = 0
    traces_exact: bool = True
    sampled: bool = False
    start_ns: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the first pass found; lists of tickets without repetition, each in the order of preference."""

    spans: int
    failed_spans: int
    longest_ns: int
    longest: list[int]
    failed: list[int]
    sample: list[int]
    is_whole: bool


def scatter(source: Source, asked: TraceSearch, most: int = 2000) -> Scatter:
    """Points of the traces that a search finds; its order, limit and cursor do not matter. See `Query.scatter`."""
    if not 1 <= most <= MOST_POINTS:
        raise ValidationError(f"points: {most} is not between 1 and {MOST_POINTS}; write points=2000")
    make = matching(source, asked)
    kept = kept_range(source, "otel_traces")
    if kept is None:
        return Scatter()
    begin_ns = max(kept[0], asked.start_ns or 0)
    end_ns = min(kept[1] + 1, asked.end_ns if asked.end_ns is not None else MAX_NS)
    if begin_ns >= end_ns:
        return Scatter(start_ns=begin_ns)
    start_ns = _affordable(source, asked, begin_ns, end_ns)
    given = make()
    given.between(start_ns, end_ns)
    add_trace_length(given, asked, start_ns, end_ns)
    drawn = _drawn(source, given, most)
    tickets = _chosen(drawn, most)
    traces = (
        len(drawn.sample) if drawn.is_whole else round((len(drawn.sample) - 1) / drawn.sample[-1] * 2**_TICKET_BITS)
    )
    return Scatter(
        points=_points(source, tickets, drawn, start_ns, end_ns),
        spans=drawn.spans,
        failed_spans=drawn.failed_spans,
        traces=traces,
        traces_exact=drawn.is_whole,
        sampled=traces > len(tickets),
        start_ns=start_ns,
        cut=start_ns > begin_ns,
    )


def _affordable(source: Source, asked: TraceSearch, start_ns: int, end_ns: int) -> int:
    """The earliest start, by whole minutes, from which on the range holds no more spans than may be read."""
    most = _MOST_READ
    if asked.where or asks_trace_length(asked):
        most = _MOST_READ_ATTRIBUTES
    if asked.text:
        most = _MOST_READ_TEXT
    given = Filter()
    add_minutes(given, start_ns, end_ns)
    rows = source.rows(
        f"SELECT toInt64(toUnixTimestamp(Minute)) AS minute, sum(Spans) AS n FROM @sonde_red WHERE {given.sql}"
        " GROUP BY Minute ORDER BY Minute DESC",
        given.parameters,
    )
    seen, affordable_ns = 0, end_ns
    for row in rows:
        seen += int(row["n"])
        # The newest minute is read whatever it holds: an empty picture would say that there was nothing.
        if seen > most and affordable_ns < end_ns:
            return max(start_ns, affordable_ns)
        affordable_ns = int(row["minute"]) * 10**9
    return start_ns


def _drawn(source: Source, given: Filter, most: int) -> _Drawn:
    """The first pass; a second time, with more spans, where the sample turns out to be of few traces."""
    spans = _SAMPLED_SPANS
    while True:
        drawn = _pass(source, given, most, spans)
        if drawn.is_whole or len(drawn.sample) >= most or spans >= _MOST_SAMPLED_SPANS:
            return drawn
        spans = min(_MOST_SAMPLED_SPANS, spans * (2 * most // max(1, len(drawn.sample)) + 1))


def _pass(source: Source, given: Filter, most: int, sampled: int) -> _Drawn:
    (row,) = source.rows(
        f"WITH {_TICKET} AS ticket SELECT count() AS spans, countIf(StatusCode = 'Error') AS failed_spans,"
        f" max(Duration) AS longest_ns, groupArraySorted({sampled})(ticket) AS sample,"
        f" groupArraySortedIf({_SAMPLED_SPANS})(ticket, StatusCode = 'Error') AS failed,"
        f" groupArraySorted({most})({_LONGEST}) AS longest FROM @otel_traces WHERE {given.sql}",
        given.parameters,
    )
    is_whole = len(row["sample"]) < sampled
    sample = _distinct(row["sample"])
    # The largest hash of a full sample may be of a trace with more spans than were kept.
    return _Drawn(
        spans=int(row["spans"]),
        failed_spans=int(row["failed_spans"]),
        longest_ns=int(row["longest_ns"]),
        longest=_distinct(int(one) % 2**_TICKET_BITS for one in row["longest"]),
        failed=_distinct(row["failed"]),
        sample=sample if is_whole or len(sample) < 3 else sample[:-1],
        is_whole=is_whole,
    )


def _distinct(tickets: Iterable[Any]) -> list[int]:
    return list(dict.fromkeys(int(one) for one in tickets))


def _chosen(drawn: _Drawn, most: int) -> list[int]:
    """The traces to show, by the rule in the module's docstring."""
    chosen = dict.fromkeys(drawn.longest[: max(1, most // 4)])
    for tickets, room in ((drawn.failed, len(chosen) + most // 2), (drawn.sample, most), (drawn.longest, most)):
        for ticket in tickets:
            if len(chosen) >= min(room, most):
                break
            chosen[ticket] = None
    return list(chosen)


def _points(source: Source, tickets: list[int], drawn: _Drawn, start_ns: int, end_ns: int) -> tuple[Point, ...]:
    if not tickets:
        return ()
    margin_ns = min(_HOUR_NS, max(MINUTE_NS, drawn.longest_ns))
    given = Filter()
    given.between(max(0, start_ns - margin_ns), min(MAX_NS, end_ns + margin_ns))
    given.add(f"{_TICKET} IN {given.bind(tickets, 'Array(UInt64)')}")
    cut = f"substringUTF8({{}}, 1, {_NAME_LENGTH})"
    rows = source.rows(
        f"""SELECT TraceId AS id, toUnixTimestamp64Nano(min(Timestamp)) AS first,
            max(toUnixTimestamp64Nano(Timestamp) + Duration) AS last, countIf(StatusCode = 'Error') AS errors,
            argMin((ServiceName, SpanName), (ParentSpanId != '', Timestamp)) AS root,
            {cut.format("root.1")} AS service, {cut.format("root.2")} AS name
        FROM @otel_traces WHERE {given.sql} GROUP BY id ORDER BY first, id""",
        given.parameters,
    )
    return tuple(
        Point(
            str(row["id"]),
            int(row["first"]),
            int(row["last"]) - int(row["first"]),
            str(row["service"]),
            str(row["name"]),
            int(row["errors"]),
        )
        for row in rows
    )

"""One trace, whole: its spans in tree order, its logs, and the figures that a header shows.

The order is a depth-first walk from the roots, siblings by their start after clock skew was taken out. The time bounds
that `otel_traces_trace_id_ts` keeps for each trace let the engine open only the partitions and granules that can hold
its spans; a trace that has no bounds yet is looked for everywhere.

Limits: 500,000 spans and 10,000 log records a trace; log records are looked for from a day before the trace to a day
after it, because a sender's clocks and its log pipeline may disagree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query.filters import Filter
from sonde.query.logrows import LOG_SELECT, read_logs
from sonde.query.skew import adjust
from sonde.query.spanrows import SPAN_COLUMNS, read_spans
from sonde.query.tree import grown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sonde.query.logrows import LogRecord
    from sonde.query.source import Source
    from sonde.query.spans import Span

__all__ = ["Trace", "assembled", "bounds", "log_moments", "moments", "read_trace", "read_traces", "trace_id_of"]

_MAX_SPANS = 500_000
# The engine writes spans a moment before the bounds that are made of them: without a margin a trace that is still arriving
# could lose its root.
_ARRIVING_NS = 60 * 10**9
_MAX_LOGS = 10_000
_DAY_NS = 86_400 * 10**9
_TRACE_ID = re.compile(r"[0-9a-f]{1,32}")


@dataclass(slots=True)
class Trace:
    """A trace with its spans in preorder: every span comes after its parent and before its parent's next sibling.

    Attributes:
        trace_id: 32 lower-case hexadecimal digits.
        spans: all spans; never empty.
        logs: log records that carry the trace's id, oldest first.
        logs_truncated: there are more log records than were read.
    """

    trace_id: str
    spans: list[Span]
    logs: list[LogRecord] = field(default_factory=list)
    logs_truncated: bool = False

    @property
    def start_ns(self) -> int:
        """The earliest start of any span, after clock skew was taken out."""
        return min(span.shown_start_ns for span in self.spans)

    @property
    def duration_ns(self) -> int:
        """From the earliest start to the latest end, after clock skew was taken out."""
        return max(span.shown_start_ns + span.duration_ns for span in self.spans) - self.start_ns

    @property
    def services(self) -> dict[str, int]:
        """How many spans each service has, in the order in which they first appear."""
        counts: dict[str, int] = {}
        for span in self.spans:
            counts[span.service] = counts.get(span.service, 0) + 1
        return counts

    @property
    def errors(self) -> int:
        """How many spans failed."""
        return sum(span.is_error for span in self.spans)

    @property
    def depth(self) -> int:
        """How many levels the deepest branch has: 1 for a trace of roots only."""
        return max(span.depth for span in self.spans) + 1


def trace_id_of(text: str) -> str:
    """A trace id as it is stored: 32 lower-case hexadecimal digits, leading zeros put back.

    Raises:
        ValidationError: not a trace id.
    """
    stripped = text.strip().lower()
    if not _TRACE_ID.fullmatch(stripped):
        raise ValidationError(
            f"trace_id: {text[:80]!r} is not a trace id; it has 32 hexadecimal digits, such as 5b8efff798038103d269b633813fc60c"
        )
    return stripped.rjust(32, "0")


def assembled(trace_id: str, spans: Iterable[Span]) -> Trace:
    """A trace from its spans in any order: copies folded, skew taken out, in preorder."""
    forest = grown(spans)
    order = forest.preorder()
    if adjust(forest, order):
        order = forest.preorder()
    return Trace(trace_id, [forest.spans[position] for position in order])


def read_trace(source: Source, trace_id: str, *, logs: bool) -> Trace:
    """One trace, whole; see `Query.trace`."""
    wanted = trace_id_of(trace_id)
    found = read_traces(source, [wanted])
    if not found:
        raise NotFoundError(f"trace_id: no span of trace {wanted} is stored")
    trace = found[0]
    if logs:
        records = _logs(source, trace)
        trace.logs.extend(records[:_MAX_LOGS])
        trace.logs_truncated = len(records) > _MAX_LOGS
    return trace


def read_traces(source: Source, trace_ids: Iterable[str]) -> list[Trace]:
    """Several traces, without logs, in the order asked; unknown ids are left out."""
    wanted = list(dict.fromkeys(trace_id_of(text) for text in trace_ids))
    if not wanted:
        return []
    given = Filter()
    given.add(f"TraceId IN {given.bind(wanted, 'Array(String)')}")
    given.between(*moments(source, *wanted))
    rows = source.rows(
        f"SELECT {SPAN_COLUMNS} FROM @otel_traces WHERE {given.sql} LIMIT {given.bind(_MAX_SPANS, 'UInt64')}",
        given.parameters,
    )
    by_id: dict[str, list[Span]] = defaultdict(list)
    for span in read_spans(rows):
        by_id[span.trace_id].append(span)
    return [assembled(name, by_id[name]) for name in wanted if name in by_id]


def moments(source: Source, *trace_ids: str) -> tuple[int | None, int | None]:
    """Between which times to look for the spans of traces, also for those that are still arriving; Nones for everywhere."""
    within = bounds(source, trace_ids)
    return (None, None) if within is None else (max(0, within[0] - _ARRIVING_NS), within[1] + _ARRIVING_NS)


def log_moments(spans: Iterable[Span]) -> tuple[int, int]:
    """Between which times to look for the log records of a trace."""
    timed = [(span.start_ns, span.end_ns) for span in spans]
    return max(0, min(start for start, _ in timed) - _DAY_NS), max(end for _, end in timed) + _DAY_NS


def bounds(source: Source, trace_ids: Sequence[str]) -> tuple[int, int] | None:
    """When the first and just after the last span of any of the traces started, in nanoseconds; None where unknown."""
    rows = source.rows(
        "SELECT toInt64(toUnixTimestamp(min(Start))) AS first, toInt64(toUnixTimestamp(max(End))) AS last,"
        " uniqExact(TraceId) AS traces FROM @otel_traces_trace_id_ts WHERE TraceId IN {ids:Array(String)}",
        {"ids": list(trace_ids)},
    )
    if not rows or int(rows[0]["traces"]) < len(trace_ids):
        return None
    return int(rows[0]["first"]) * 10**9, (int(rows[0]["last"]) + 1) * 10**9


def _logs(source: Source, trace: Trace) -> list[LogRecord]:
    given = Filter()
    given.equal("TraceId", trace.trace_id)
    given.between(*log_moments(trace.spans))
    rows = source.rows(
        f"{LOG_SELECT} WHERE {given.sql} ORDER BY Timestamp LIMIT {given.bind(_MAX_LOGS + 1, 'UInt64')}",
        given.parameters,
    )
    return read_logs(rows)

"""The outline of a trace: what its page draws, in one answer that stays small for 10,000 spans.

Spans are read without their weight (`sonde.query.outlinerows`) and laid out in preorder; their critical path, findings and
logs refer to them by index. The details of one span are read when somebody looks at it (`sonde.query.spandetail`).

Limits: the earliest 100,000 spans, the earliest 10,000 log records, bodies of 500 characters; what is cut says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sonde.query.calls import resends
from sonde.query.critical import critical_path
from sonde.query.filters import Filter
from sonde.query.findings import findings, root_causes
from sonde.query.lineage import lineage
from sonde.query.logrows import LINE_HASH
from sonde.query.outlinerows import read_outline_trace
from sonde.query.severity import severity_name
from sonde.query.trace import log_moments, trace_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.critical import Segment
    from sonde.query.findings import Finding
    from sonde.query.lineage import Lineage
    from sonde.query.outlinerows import OutlineSpan
    from sonde.query.source import Source
    from sonde.query.spans import Span
    from sonde.query.trace import Trace

__all__ = ["Mark", "Outline", "OutlineLog", "read_outline"]

_MAX_LOGS = 10_000
_MAX_BODY = 500


class Mark:
    """Bits that say at a glance what is with a span."""

    MISSING_PARENT = 1
    CRITICAL = 2
    RETRY = 4
    EVENTS = 8
    EXCEPTION = 16
    LINKS = 32
    LOGS = 64
    CLOCK_MOVED = 128
    ROOT_CAUSE = 256


@dataclass(frozen=True, slots=True)
class OutlineLog:
    """A log record in short.

    Attributes:
        span: index of its span; -1 where that is not in the outline.
        body: its text, or the JSON of what is not text, of at most 500 characters.
        cut: the body is longer.
        id: names the record.
    """

    time_ns: int
    span: int
    severity: str
    severity_number: int
    body: str
    cut: bool
    id: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A trace as its page draws it.

    Attributes:
        trace: its spans are without attributes, events and links; it has no logs.
        total: how many spans are stored; more than the trace has where it was cut.
        parents: index of each span's parent, -1 at roots.
        descendants: how many spans stand below each, at any depth.
        marks: bits of `Mark` for each span.
        critical: the critical path, oldest first.
        findings: what deserves a look.
        logs: oldest first.
        logs_truncated: there are more log records.
    """

    trace: Trace
    total: int
    parents: list[int]
    descendants: list[int]
    marks: list[int]
    critical: list[Segment]
    findings: list[Finding]
    logs: list[OutlineLog]
    logs_truncated: bool

    @property
    def truncated(self) -> bool:
        """Whether spans are missing."""
        return self.total > len(self.trace.spans)


def read_outline(source: Source, trace_id: str) -> Outline:
    """The outline of one trace; see `Query.outline`."""
    trace, total = read_outline_trace(source, trace_id_of(trace_id))
    kin = lineage(trace.spans)
    path, found = critical_path(trace, kin), findings(trace, kin)
    logs = _logs(source, trace)
    return Outline(
        trace=trace,
        total=total,
        parents=kin.parents,
        descendants=_descendants(kin.parents),
        marks=_marks(trace, kin, path, found, logs),
        critical=path,
        findings=found,
        logs=logs[:_MAX_LOGS],
        logs_truncated=len(logs) > _MAX_LOGS,
    )


def _logs(source: Source, trace: Trace) -> list[OutlineLog]:
    given = Filter()
    given.equal("TraceId", trace.trace_id)
    given.between(*log_moments(trace.spans))
    rows = source.rows(
        "SELECT toUnixTimestamp64Nano(Timestamp) AS TimeNs, SpanId, ServiceName, SeverityText, SeverityNumber,"
        f" substringUTF8(Body, 1, {_MAX_BODY}) AS Short, lengthUTF8(Body) > {_MAX_BODY} AS Cut, {LINE_HASH} AS LineHash"
        f" FROM @otel_logs WHERE {given.sql} ORDER BY Timestamp LIMIT {given.bind(_MAX_LOGS + 1, 'UInt64')}",
        given.parameters,
    )
    places = _places(trace.spans) if rows else {}
    return [
        OutlineLog(
            time_ns=int(row["TimeNs"]),
            span=places.get((row["SpanId"], row["ServiceName"]), places.get((row["SpanId"], ""), -1)),
            severity=row["SeverityText"] or severity_name(int(row["SeverityNumber"])),
            severity_number=int(row["SeverityNumber"]),
            body=row["Short"],
            cut=bool(row["Cut"]),
            id=f"{int(row['TimeNs']):x}-{int(row['LineHash']):016x}",
        )
        for row in rows
    ]


def _places(spans: Sequence[Span]) -> dict[tuple[str, str], int]:
    """Where a span is by its id and service, and by its id alone: client and server may share an id."""
    places: dict[tuple[str, str], int] = {}
    for index, span in enumerate(spans):
        places[span.span_id, span.service] = index
        places.setdefault((span.span_id, ""), index)
    return places


def _descendants(parents: Sequence[int]) -> list[int]:
    counts = [0] * len(parents)
    for index in range(len(parents) - 1, -1, -1):
        if parents[index] >= 0:
            counts[parents[index]] += counts[index] + 1
    return counts


def _marks(
    trace: Trace, kin: Lineage, path: Sequence[Segment], found: Sequence[Finding], logs: Sequence[OutlineLog]
) -> list[int]:
    marks = [_own_marks(span) for span in cast("list[OutlineSpan]", trace.spans)]
    for mark, indexes in (
        (Mark.ROOT_CAUSE, root_causes(trace, kin)),
        (Mark.CRITICAL, (segment.span for segment in path)),
        (Mark.LOGS, (log.span for log in logs if log.span >= 0)),
        (Mark.RETRY, (index for one in found if one.kind == "retries" for index in one.spans[1:])),
    ):
        for index in indexes:
            marks[index] |= mark
    return marks


def _own_marks(span: OutlineSpan) -> int:
    return (
        (Mark.MISSING_PARENT if span.missing_parent else 0)
        | (Mark.RETRY if resends(span) else 0)
        | (Mark.EVENTS if span.has_events else 0)
        | (Mark.EXCEPTION if span.has_exception else 0)
        | (Mark.LINKS if span.has_links else 0)
        | (Mark.CLOCK_MOVED if span.skew_ns else 0)
    )

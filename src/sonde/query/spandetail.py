"""One span whole, with its logs: what a page asks for when somebody looks at it.

Only the rows of that span are read, so the answer takes as long in a trace of 100,000 spans as in a small one. Its place
in the trace (depth, clock skew) is therefore not here; the outline has it.

Limits: ten spans of one id, 1,000 log records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import NotFoundError, ValidationError
from sonde.query.filters import Filter
from sonde.query.logrows import LOG_SELECT, read_logs
from sonde.query.spanrows import SPAN_COLUMNS, read_spans
from sonde.query.trace import log_moments, moments, trace_id_of

if TYPE_CHECKING:
    from sonde.query.logrows import LogRecord
    from sonde.query.source import Source
    from sonde.query.spans import Span

__all__ = ["SpanDetail", "read_span"]

_MAX_LOGS = 1_000
_MAX_SAME_ID = 10


@dataclass(frozen=True, slots=True)
class SpanDetail:
    """Everything of one span id.

    Attributes:
        spans: the spans that have the id, as sent, earliest first: one, but for Zipkin's shared spans and retransmissions.
        logs: log records that carry the span's id, oldest first.
        logs_truncated: there are more than 1,000.
    """

    spans: list[Span]
    logs: list[LogRecord]
    logs_truncated: bool


def read_span(source: Source, trace_id: str, span_id: str) -> SpanDetail:
    """One span whole, with its logs; see `Query.span`."""
    wanted = trace_id_of(trace_id)
    given = Filter()
    given.equal("TraceId", wanted)
    given.add(f"SpanId = {given.bind(_span_id(span_id))}")
    given.between(*moments(source, wanted))
    rows = source.rows(
        f"SELECT {SPAN_COLUMNS} FROM @otel_traces WHERE {given.sql} ORDER BY Timestamp LIMIT {_MAX_SAME_ID}",
        given.parameters,
    )
    if not rows:
        raise NotFoundError(f"span_id: trace {wanted} has no span {span_id[:80]!r}")
    spans = list(read_spans(rows))
    about = Filter()
    about.equal("TraceId", wanted)
    about.equal("SpanId", spans[0].span_id)
    about.between(*log_moments(spans))
    logs = read_logs(
        source.rows(
            f"{LOG_SELECT} WHERE {about.sql} ORDER BY Timestamp LIMIT {about.bind(_MAX_LOGS + 1, 'UInt64')}",
            about.parameters,
        )
    )
    return SpanDetail(spans, logs[:_MAX_LOGS], len(logs) > _MAX_LOGS)


def _span_id(text: str) -> str:
    stripped = text.strip().lower()
    if not stripped or len(stripped) > 16 or set(stripped) - set("0123456789abcdef"):
        raise ValidationError(
            f"span_id: {text[:80]!r} is not a span id; it has 16 hexadecimal digits, such as 00f067aa0ba902b7"
        )
    return stripped.rjust(16, "0")

"""Free text within one trace: which of its spans hold it.

Looked for in names, services, span ids, status messages, attribute keys and values, events with their attributes, and the bodies
of log records. The spans are read as the outline reads them, so that indexes are those of the outline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sonde.core.errors import ValidationError
from sonde.query.filters import Filter
from sonde.query.outlinerows import read_outline_trace
from sonde.query.text import parse_text
from sonde.query.trace import log_moments, trace_id_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sonde.query.outlinerows import OutlineSpan
    from sonde.query.source import Source
    from sonde.query.text import Terms
    from sonde.query.trace import Trace

__all__ = ["find_spans"]


def find_spans(source: Source, trace_id: str, text: str) -> tuple[list[int], bool]:
    """Indexes of the spans that hold a text; see `Query.find_in_trace`."""
    terms = parse_text(text)
    if not terms:
        raise ValidationError('text: nothing to look for; write a word, such as timeout, or a "phrase"')
    trace, total = read_outline_trace(source, trace_id_of(trace_id), _holding(terms))
    told = _told(source, trace, terms)
    spans = cast("list[OutlineSpan]", trace.spans)
    found = [index for index, span in enumerate(spans) if span.found or span.span_id in told]
    return found, total > len(spans)


def _holding(terms: Terms) -> Callable[[Filter], str]:
    """The condition that a span holds every wanted term somewhere, and no unwanted one anywhere."""

    def condition(given: Filter) -> str:
        inner = Filter()
        inner.parameters = given.parameters
        inner.text(terms, _in_span)
        return inner.sql

    return condition


def _in_span(holds: Callable[[str], str]) -> str:
    texts = ("SpanName", "ServiceName", "StatusMessage", "SpanId")
    lists = ("mapKeys(SpanAttributes)", "mapValues(SpanAttributes)", "Events.Name")
    nested = ("mapKeys(m)", "mapValues(m)")
    return " OR ".join(
        [
            *(holds(name) for name in texts),
            *(f"arrayExists(one -> {holds('one')}, {name})" for name in lists),
            *(f"arrayExists(m -> arrayExists(one -> {holds('one')}, {part}), Events.Attributes)" for part in nested),
        ]
    )


def _told(source: Source, trace: Trace, terms: Terms) -> set[str]:
    """Ids of the spans that have a log record whose body holds the text."""
    given = Filter()
    given.equal("TraceId", trace.trace_id)
    given.between(*log_moments(trace.spans))
    given.text(terms, lambda holds: holds("Body"))
    rows = source.rows(f"SELECT DISTINCT SpanId FROM @otel_logs WHERE {given.sql} LIMIT 100000", given.parameters)
    return {row["SpanId"] for row in rows if row["SpanId"]}

"""Which trace and span a log line belongs to, for any format of any library.

The ids are those of the span that is current on the calling thread or task when the line is logged. Where a line is
formatted elsewhere (a queue handler, loguru with `enqueue=True`), they have to be noted at once; that is what this
module adds:

- `CorrelationFilter` for `logging`: the record's attributes `trace_id` and `span_id`, for any format string;
- `correlate`, a structlog processor: the event's keys of the same names;
- `correlate_loguru`, a patcher (`logger.configure(patcher=correlate_loguru)`): keys of loguru's `extra`.

Sonde's own formats and outputs take the ids from there if the line has them, else from the current span.

Source: OpenTelemetry specification, "Trace Context in non-OTLP Log Formats": `trace_id` and `span_id` in lower-case hex.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple

from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

__all__ = ["NO_IDS", "CorrelationFilter", "Ids", "correlate", "correlate_loguru", "current_ids", "noted_ids"]

_TRACE_DIGITS = 32
_SPAN_DIGITS = 16


class Ids(NamedTuple):
    """A trace's and a span's id as numbers; 0 where there is none."""

    trace: int
    span: int

    @property
    def trace_hex(self) -> str:
        """32 lower-case hexadecimal digits; empty where there is none."""
        return format_trace_id(self.trace) if self.trace else ""

    @property
    def span_hex(self) -> str:
        """16 lower-case hexadecimal digits; empty where there is none."""
        return format_span_id(self.span) if self.span else ""


NO_IDS = Ids(0, 0)


def current_ids() -> Ids:
    """The ids of the span that is current here."""
    context = get_current_span().get_span_context()
    return Ids(context.trace_id, context.span_id) if context.is_valid else NO_IDS


def noted_ids(fields: Mapping[str, Any]) -> Ids | None:
    """The ids that `correlate` and its likes, or OpenTelemetry's record factory, have noted in a line's fields."""
    for trace_name, span_name in (("trace_id", "span_id"), ("otelTraceID", "otelSpanID")):
        trace = _number(fields.get(trace_name), _TRACE_DIGITS)
        if trace:
            return Ids(trace, _number(fields.get(span_name), _SPAN_DIGITS))
    return None


def _number(text: Any, digits: int) -> int:
    """An id of exactly so many hexadecimal digits as a number; 0 for anything else."""
    if type(text) is not str or len(text) != digits or not text.isalnum():
        return 0
    try:
        return int(text, 16)
    except ValueError:
        return 0


class CorrelationFilter(logging.Filter):
    """Lets every record pass, and notes `trace_id` and `span_id` on it (empty outside of any span).

    A format such as `%(levelname)s %(trace_id)s %(message)s` may then be used on the handler that has this filter.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Note the ids, unless somebody has done so before."""
        if not hasattr(record, "trace_id"):
            ids = current_ids()
            record.trace_id, record.span_id = ids.trace_hex, ids.span_hex
        return True


def correlate(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: adds `trace_id` and `span_id` to the event of a line that is logged within a span."""
    _note(event)
    return event


def correlate_loguru(record: Mapping[str, Any]) -> None:
    """A patcher for loguru: adds `trace_id` and `span_id` to `extra` of a line that is logged within a span."""
    _note(record["extra"])


def _note(fields: MutableMapping[str, Any]) -> None:
    ids = current_ids()
    if ids.trace:
        fields.setdefault("trace_id", ids.trace_hex)
        fields.setdefault("span_id", ids.span_hex)

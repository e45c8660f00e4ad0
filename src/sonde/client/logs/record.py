"""What a `logging.LogRecord` says, read once for every output: message, own fields, place, thread, exception.

An application's own fields are what `extra=` (or a structlog or adapter on top of it) has put on the record beside
`logging`'s attributes. A message that is itself a dictionary with the key `event` is structlog's (its
`ProcessorFormatter.wrap_for_formatter` logs that): the event is the message, its other keys are fields.

Sources: Python's "LogRecord attributes"; OpenTelemetry semantic conventions, `code.*`, `thread.*`, `exception.*`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sonde.client.logs.correlation import Ids, noted_ids
from sonde.client.logs.exceptions import ExceptionInfo, exception_attributes, exception_of
from sonde.client.logs.values import DEFAULT_BOUNDS, Bounds, clean_text, fit

__all__ = ["REPEATED", "Line", "attributes_of", "bounded", "fitted", "ids_of", "message_of", "own_fields", "place_of"]


class Line(logging.LogRecord):
    """A record of another library than `logging`, whose fields cannot clash with `logging`'s names.

    Args:
        name: the logger.
        level: a level of `logging`.
        message: the text, with its arguments already in it.
        fields: the application's own fields.
        exc_info: the exception, as a triple.
        place: file, line number and function where it was logged; an empty file if that is unknown.
    """

    def __init__(
        self,
        name: str,
        level: int,
        message: str,
        fields: Mapping[str, Any],
        *,
        exc_info: ExceptionInfo | None = None,
        place: tuple[str, int, str] = ("", 0, ""),
    ) -> None:
        path, number, function = place
        triple: Any = exc_info  # the stubs know of complete triples only
        super().__init__(name, level, path, number, message, None, triple, function)
        self.fields = fields


REPEATED = "log.repeated"
"""The field of a line that stands for suppressed repetitions: how many there were."""

_IN_ORDER = list(vars(logging.makeLogRecord({})))
_STANDARD = frozenset(_IN_ORDER)
_NOT_FIELDS = _STANDARD | {
    "message", "asctime", "taskName", "color_message", "trace_id", "span_id", "trace_flags",
    "otelTraceID", "otelSpanID", "otelTraceSampled", "otelServiceName",
}  # fmt: skip
_NOT_STRUCTLOG_FIELDS = frozenset(
    {"event", "level", "timestamp", "logger", "exc_info", "exception", "stack_info", "trace_id", "span_id"}
)


def message_of(record: logging.LogRecord) -> str:
    """The record's message with its arguments. Never raises: where they don't fit together, both are shown."""
    message = record.msg
    if not record.args:
        if type(message) is str:
            return message
        if type(message) is dict and "event" in message:
            message = message["event"]
    try:
        return record.getMessage() if record.args else str(message)
    except Exception:  # the format and its arguments are the application's, and may not fit
        return f"{fit(record.msg)} {fit(record.args)}"


def ids_of(record: logging.LogRecord) -> Ids | None:
    """The trace and span that were noted on the record; None where nobody has noted them."""
    if isinstance(record, Line):
        return noted_ids(record.fields)
    return noted_ids(record.__dict__) if len(record.__dict__) > len(_STANDARD) else None


def own_fields(record: logging.LogRecord) -> dict[str, Any]:
    """The application's own fields, as they are."""
    if isinstance(record, Line):
        found = {name: value for name, value in record.fields.items() if name not in {"trace_id", "span_id"}}
        return found | {REPEATED: record.__dict__[REPEATED]} if REPEATED in record.__dict__ else found
    everything = record.__dict__
    found = {}
    if len(everything) > len(_STANDARD):
        names = list(everything)
        if names[: len(_IN_ORDER)] == _IN_ORDER:  # extra= comes last: a third of the cost of asking for every name
            del names[: len(_IN_ORDER)]
        found = {name: everything[name] for name in names if name not in _NOT_FIELDS}
    if type(record.msg) is dict and "event" in record.msg:
        found.pop("_logger", None)
        found.pop("_name", None)
        found |= {name: value for name, value in record.msg.items() if name not in _NOT_STRUCTLOG_FIELDS}
    return found


def place_of(record: logging.LogRecord) -> dict[str, Any]:
    """Where in the code, and on which thread, the line was logged."""
    found: dict[str, Any] = {}
    if record.pathname:
        found["code.file.path"] = record.pathname
        found["code.function.name"] = record.funcName or ""
        found["code.line.number"] = record.lineno
    if record.thread is not None:
        found["thread.id"] = record.thread
        found["thread.name"] = record.threadName or ""
    return found


def attributes_of(record: logging.LogRecord, bounds: Bounds = DEFAULT_BOUNDS, *, place: bool = True) -> dict[str, Any]:
    """All attributes of a record, made fit for OTLP: place, thread, exception, own fields.

    Args:
        record: the record; it is not changed.
        bounds: the limits of values. The number of attributes is for `bounded`.
        place: whether `code.*` and `thread.*` are wanted.
    """
    found = place_of(record) if place else {}
    if record.exc_info:
        info = exception_of(record.exc_info)
        if info is not None:
            found |= exception_attributes(info, bounds, printed=record.exc_text)
    elif record.exc_text:
        found["exception.stacktrace"] = clean_text(record.exc_text, bounds.stacktrace)
    if record.stack_info:
        found["code.stacktrace"] = clean_text(record.stack_info, bounds.stacktrace)
    fields = own_fields(record)
    if fields:
        found |= fitted(fields, bounds)
    return found


def fitted(fields: Mapping[str, Any], bounds: Bounds) -> dict[str, Any]:
    """Fields made fit for OTLP; a name that is no text becomes one, a field without a name is left out."""
    found = {}
    for name, value in fields.items():
        if name:
            kind = type(value)
            plain = kind is bool or (kind is str and len(value) <= bounds.text and value.isascii())
            found[name if type(name) is str else str(fit(name, bounds))] = value if plain else fit(value, bounds)
    return found


def bounded(attributes: dict[str, Any], most: int) -> tuple[dict[str, Any], int]:
    """At most so many attributes, the first ones, and how many were left out.

    Source: OpenTelemetry specification, "Attribute Limits": what comes after the limit is discarded.
    """
    dropped = len(attributes) - most
    if dropped <= 0:
        return attributes, 0
    return dict(list(attributes.items())[:most]), dropped

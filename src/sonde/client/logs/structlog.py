"""structlog's events to OpenTelemetry, with their fields: the processor `to_otlp`.

    structlog.configure(processors=[
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, to_otlp,
        structlog.dev.ConsoleRenderer(),
    ])

It stands before whatever renders the event, and hands the event on unchanged. Every key becomes an attribute except
those that say what the record has fields for: `event`, `level`, `timestamp`, `logger`, `exc_info`, `exception`,
`stack`, and the places of `CallsiteParameterAdder`.

Where structlog logs through `logging` (`structlog.stdlib.LoggerFactory`) and `setup_logs` is active, the record arrives
that way, and `to_otlp` leaves it alone. End the processors with `structlog.stdlib.render_to_log_kwargs` or
`ProcessorFormatter.wrap_for_formatter` then: both keep the fields.

Never raises. structlog itself is not imported.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from sonde.client.logs.direct import deliver
from sonde.client.logs.exceptions import exception_of
from sonde.client.logs.record import Line
from sonde.client.logs.setup import current_setup
from sonde.client.logs.severity import level_number

__all__ = ["to_otlp"]

_NOT_FIELDS = frozenset(
    {
        "event", "level", "level_number", "timestamp", "logger", "exc_info", "exception", "stack", "stack_info",
        "pathname", "filename", "module", "func_name", "lineno", "thread", "thread_name", "_record", "_from_structlog",
    }
)  # fmt: skip


def to_otlp(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that emits the event to OpenTelemetry and returns it unchanged."""
    if not (isinstance(logger, logging.Logger) and current_setup() is not None):
        deliver(lambda: _line(logger, method, event))
    return event


def _line(logger: Any, method: str, event: MutableMapping[str, Any]) -> Line:
    level = _level(event.get("level", method))
    fields = {name: value for name, value in event.items() if name not in _NOT_FIELDS}
    place = (str(event.get("pathname", "")), int(event.get("lineno") or 0), str(event.get("func_name", "")))
    exc_info = event.get("exc_info") or (method == "exception" and "exception" not in event)
    line = Line(
        str(event.get("logger") or getattr(logger, "name", None) or "structlog"),
        level,
        str(event.get("event", "")),
        fields,
        exc_info=exception_of(exc_info),
        place=place,
    )
    if isinstance(event.get("exception"), str):
        line.exc_text = event["exception"]
    if isinstance(event.get("stack"), str):
        line.stack_info = event["stack"]
    created = _seconds(event.get("timestamp"))
    if created is not None:
        line.created = created
    return line


def _level(name: Any) -> int:
    try:
        return level_number(name)
    except (ValueError, AttributeError):  # a level of the application's own that nobody has registered
        return logging.INFO


def _seconds(timestamp: Any) -> float | None:
    """What structlog's `TimeStamper` writes, in seconds since 1970; None for local times and formats of its user's."""
    if isinstance(timestamp, int | float):
        return float(timestamp)
    if not isinstance(timestamp, str):
        return None
    try:
        parsed = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return parsed.timestamp() if parsed.tzinfo is not None else None

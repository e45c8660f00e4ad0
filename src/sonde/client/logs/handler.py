"""`OtlpHandler`: a `logging.Handler` whose records become OpenTelemetry log records.

It may be added to any logger by itself; `setup_logs` uses it for its OTLP output. It takes no lock, writes nothing and
never raises, whatever `logging.raiseExceptions` says: a record that fails is counted in `failed`. A formatter that is set
on it makes the body; the attributes stay.

Compared with OpenTelemetry's own handler: place and thread are recorded unless asked not to; any value of `extra=` goes
out, within bounds and without a warning for each; exceptions carry their qualified type; ids that were noted on a
record by `CorrelationFilter` hold when a `QueueListener` emits it on another thread; and it costs less.
"""

from __future__ import annotations

import logging
from typing import Any

from opentelemetry._logs import LoggerProvider

from sonde.client.logs.emitter import Emitter
from sonde.client.logs.record import attributes_of, ids_of, message_of
from sonde.client.logs.severity import severity, severity_text
from sonde.client.logs.values import DEFAULT_BOUNDS, Bounds, clean_text, fit

__all__ = ["OtlpHandler"]


class OtlpHandler(logging.Handler):
    """Emits records to OpenTelemetry.

    Args:
        level: the lowest level that is emitted.
        provider: the logger provider; None means the global one, also if it is set later.
        bounds: how large one record may become.
        place: whether `code.*` and `thread.*` attributes are recorded.

    Attributes:
        failed: records that could not be emitted because something raised.
    """

    def __init__(
        self,
        level: int | str = logging.NOTSET,
        provider: LoggerProvider | None = None,
        *,
        bounds: Bounds = DEFAULT_BOUNDS,
        place: bool = True,
    ) -> None:
        super().__init__(level)
        self.failed = 0
        self._emitter = Emitter(provider, bounds)
        self._place = place

    def handle(self, record: logging.LogRecord) -> bool:
        """Filter and emit, without the lock that other handlers need. Never raises."""
        try:
            passed: Any = self.filter(record) if self.filters else record
            if passed:
                # Python 3.12 lets a filter answer with another record.
                self._emit(passed if isinstance(passed, logging.LogRecord) else record)
        except Exception:  # the host's call to log must not fail for telemetry's sake
            self.failed += 1
            return False
        return bool(passed)

    def emit(self, record: logging.LogRecord) -> None:
        """Emit one record without filtering. Never raises."""
        try:
            self._emit(record)
        except Exception:  # the host's call to log must not fail for telemetry's sake
            self.failed += 1

    def _emit(self, record: logging.LogRecord) -> None:
        target = self._emitter.target(record.name)
        if target is None:
            return
        body = self.formatter.format(record) if self.formatter else message_of(record)
        attributes = attributes_of(record, target.bounds, place=self._place)
        event_name = None
        if "otel.event.name" in attributes:
            event_name = str(fit(attributes.pop("otel.event.name")))
        self._emitter.emit(
            target,
            time_ns=int(record.created * 1e9),
            severity=severity(record.levelno),
            severity_text=severity_text(record.levelname),
            body=clean_text(body, target.bounds.text),
            attributes=attributes,
            ids=ids_of(record),
            event_name=event_name,
        )

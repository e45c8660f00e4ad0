"""Hand log records to an OpenTelemetry `LoggerProvider`, at the least cost that its interface allows.

The SDK's `Logger.emit` takes a finished `ReadWriteLogRecord` as well as the parts of one. Finishing it here saves what
the SDK does a second time: looking at every attribute (ours are fit for OTLP already) behind a lock of its own. With
any other implementation of the API the parts are handed over instead.

What must not go out is kept here, for every source of records:

- a record of `opentelemetry.*` or `sonde.*`: exporting it may cause the next one of its kind;
- a record made while instrumentation is suppressed, that is on a thread that is exporting: an HTTP client's lines there
  are about the telemetry, not about the application;
- a record made while one is being emitted on the same thread, by an attribute's `__str__` for instance.

What a processor of the provider raises comes out of `emit`: the sources of records catch and count it. Thread-safe
without a lock; safe after a fork.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

from opentelemetry._logs import Logger, LoggerProvider, LogRecord, SeverityNumber, get_logger_provider
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_current
from opentelemetry.sdk._logs import Logger as SdkLogger
from opentelemetry.sdk._logs import LogRecordLimits, ReadWriteLogRecord

from sonde.client.logs.correlation import Ids
from sonde.client.logs.record import bounded
from sonde.client.logs.values import DEFAULT_BOUNDS, Bounds

__all__ = ["Emitter", "Target", "is_own"]

_OWN = ("sonde", "opentelemetry")
_MAX_LOGGERS = 4096
_PLAIN_SUPPRESS_KEY = "suppress_instrumentation"
_HERE = threading.local()


def is_own(name: str) -> bool:
    """True for loggers of Sonde and OpenTelemetry themselves."""
    return name.startswith(_OWN) and name.partition(".")[0] in _OWN


class _Finished(ReadWriteLogRecord):
    """A record whose attributes need no second look."""

    def __init__(self, record: LogRecord, logger: SdkLogger, limits: LogRecordLimits, dropped: int) -> None:
        self.log_record = record
        self.resource = logger.resource
        self.instrumentation_scope = logger.instrumentation_scope
        self.limits = limits
        self._dropped = dropped

    @property
    def dropped_attributes(self) -> int:
        return self._dropped


class Target:
    """One logger of the provider: how to emit, and within which bounds."""

    __slots__ = ("bounds", "limits", "logger", "own", "sdk")

    def __init__(self, name: str, provider: LoggerProvider, bounds: Bounds) -> None:
        self.own = is_own(name)
        self.logger: Logger = provider.get_logger(name)
        self.sdk = self.logger if isinstance(self.logger, SdkLogger) else None
        limits = getattr(self.logger, "_log_record_limits", None)
        self.limits: LogRecordLimits = limits if isinstance(limits, LogRecordLimits) else LogRecordLimits()
        self.bounds = _within(bounds, self.limits)


class Emitter:
    """Emits records under any logger name to one provider.

    Args:
        provider: where to; None means the global one at the time of a record, whenever it is set.
        bounds: how large a record may become; the provider's own limits apply where they are narrower.
    """

    def __init__(self, provider: LoggerProvider | None = None, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self._provider = provider
        self._bounds = bounds
        self._targets: dict[str, Target] = {}

    def target(self, name: str) -> Target | None:
        """Where records of a logger go; None if they must stay here, or nobody would take them."""
        if getattr(_HERE, "busy", False):
            return None
        found = self._targets.get(name)
        if found is None or (found.sdk is None and self._provider is None):
            found = self._new_target(name)
        return found if not found.own and (found.sdk or found.logger.enabled()) else None

    def _new_target(self, name: str) -> Target:
        target = Target(name, self._provider or get_logger_provider(), self._bounds)
        if len(self._targets) >= _MAX_LOGGERS:
            self._targets.clear()
        self._targets[name] = target
        return target

    def emit(
        self,
        target: Target,
        *,
        time_ns: int | None,
        severity: SeverityNumber,
        severity_text: str,
        body: Any,
        attributes: dict[str, Any],
        ids: Ids | None = None,
        event_name: str | None = None,
    ) -> bool:
        """Emit one record; its values must be fit for OTLP already.

        Args:
            target: from `target()`.
            time_ns: when it happened, in nanoseconds since 1970; None if only the moment of observing is known.
            severity: the severity's number.
            severity_text: the severity's name.
            body: the message.
            attributes: from now on the emitter's.
            ids: the trace and span, where they are not the current ones.
            event_name: the name of an event, which makes this record one.

        Returns:
            False when the record was kept back because it was made by exporting.
        """
        context = get_current()
        if context and (context.get(_SUPPRESS_INSTRUMENTATION_KEY) or context.get(_PLAIN_SUPPRESS_KEY)):
            return False
        attributes, dropped = bounded(attributes, target.bounds.attributes)
        record = LogRecord(
            timestamp=time_ns,
            observed_timestamp=time.time_ns(),
            context=context,
            severity_text=severity_text,
            severity_number=severity,
            body=body,
            attributes=attributes,
            event_name=event_name,
        )
        if ids is not None and not record.trace_id:
            record.trace_id, record.span_id = ids
        _HERE.busy = True
        try:
            if target.sdk is None:
                target.logger.emit(record)
            else:
                finished: Any = _Finished(record, target.sdk, target.limits, dropped)
                target.sdk.emit(finished)  # its signature names the API's record, its body takes both
        finally:
            _HERE.busy = False
        return True


def _within(bounds: Bounds, limits: LogRecordLimits) -> Bounds:
    most, longest = limits.max_log_record_attributes, limits.max_log_record_attribute_length
    return replace(
        bounds,
        attributes=bounds.attributes if most is None else min(bounds.attributes, most),
        text=bounds.text if longest is None else min(bounds.text, longest),
        stacktrace=bounds.stacktrace if longest is None else min(bounds.stacktrace, longest),
    )

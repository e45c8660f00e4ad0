"""Processors that hand finished spans and emitted log records straight to the export engine, one by one.

They take the place of the SDK's batch processors: no lock, no second queue, no thread of their own. The engine batches,
encodes on its own thread and counts whatever it has to drop. What an application's thread pays for a span is a flag test
and one call.

Invariants: nothing raises into the application; a span that is not sampled is never exported (specification, "Trace SDK,
Sampling": recording without sampling stays in the process); after `shutdown` items are ignored.
"""

from __future__ import annotations

import logging
from typing import Any

from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from sonde.client.engine import Engine
from sonde.client.sdk.held import Held, hold
from sonde.core.signal import Signal

__all__ = ["SondeLogRecordProcessor", "SondeSpanProcessor"]

_log = logging.getLogger(__name__)


class SondeSpanProcessor(SpanProcessor):
    """Hands finished, sampled spans to an engine. Thread-safe.

    Args:
        engine: the engine; None means the process's.
        held: an exporter's hold on its engine, to be shut down with this processor.
    """

    def __init__(self, engine: Engine | None = None, *, held: Held | None = None) -> None:
        self._held = held or hold(Signal.TRACES, engine, None, {})
        self._put = self._held.engine.put(Signal.TRACES)

    def on_end(self, span: ReadableSpan) -> None:
        """Hand over one span."""
        try:
            # 70 ns, where the public `context.trace_flags` takes 320.
            if span._context[3] & 1:  # type: ignore[index]  # noqa: SLF001 - see above; a span that has no such is read below
                self._put(span)
        except Exception:
            self._hand_over(span)

    def _hand_over(self, span: ReadableSpan) -> None:
        """The same by public names, for spans of another making."""
        try:
            if span.context is not None and span.context.trace_flags.sampled:
                self._put(span)
        except Exception:
            _log.debug("a span was not taken", exc_info=True)

    def shutdown(self) -> None:
        """Ignore further spans; wait for those handed over, within `Settings.exit_s`."""
        self._put = _ignore
        self._held.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Deliver now; False when it took longer than `timeout_millis`."""
        return self._held.flush(timeout_millis)


class SondeLogRecordProcessor(LogRecordProcessor):
    """Hands emitted log records to an engine. Thread-safe.

    The record is handed over as it is, without a copy: a later processor that edits it may be seen or not.

    Args:
        engine: the engine; None means the process's.
        held: an exporter's hold on its engine, to be shut down with this processor.
    """

    def __init__(self, engine: Engine | None = None, *, held: Held | None = None) -> None:
        self._held = held or hold(Signal.LOGS, engine, None, {})
        self._put = self._held.engine.put(Signal.LOGS)

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Hand over one record."""
        try:
            self._put(log_record)
        except Exception:
            _log.debug("a log record was not taken", exc_info=True)

    def shutdown(self) -> None:
        """Ignore further records; wait for those handed over, within `Settings.exit_s`."""
        self._put = _ignore
        self._held.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Deliver now; False when it took longer than `timeout_millis`."""
        return self._held.flush(timeout_millis)


def _ignore(_item: Any) -> None:
    """What takes an item's place after the end."""

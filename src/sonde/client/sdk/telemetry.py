"""`Telemetry`: what `sonde.configure` returns, the one handle on everything that it set up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from opentelemetry import _logs, metrics, trace

from sonde.client.engine import Engine
from sonde.client.instrument import Report
from sonde.client.sdk.assembly import Parts
from sonde.core.clock import SYSTEM_CLOCK, Clock

__all__ = ["Telemetry"]

_log = logging.getLogger(__name__)


class Telemetry:
    """Traces, metrics and logs of this process. Thread-safe; no method raises. A context manager that ends them.

    Args:
        engine: what exports; None where telemetry is disabled.
        parts: the providers and what is to be ended; None where telemetry is disabled.
        instrumentation: the libraries that were found, and what became of each.
        undo: what else is taken away at the end.
        clock: measures the time that the end takes.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        parts: Parts | None = None,
        instrumentation: Report | None = None,
        undo: Callable[[], None] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._engine = engine
        self._parts = parts
        self._undo = undo
        self._clock = clock
        self._lock = threading.Lock()
        self._is_ended = False
        if engine is not None:
            engine.before_shutdown(self._before_shutdown)
        self.instrumentation = instrumentation or Report()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.shutdown()

    @property
    def is_enabled(self) -> bool:
        """False where `OTEL_SDK_DISABLED` is true, or nothing could be set up."""
        return self._engine is not None

    def tracer(self, name: str, version: str | None = None) -> trace.Tracer:
        """A tracer; `name` is commonly the module's."""
        provider: trace.TracerProvider = self._provider("tracers", trace.get_tracer_provider)
        return provider.get_tracer(name, version)

    def meter(self, name: str, version: str | None = None) -> metrics.Meter:
        """A meter; `name` is commonly the module's."""
        provider: metrics.MeterProvider = self._provider("meters", metrics.get_meter_provider)
        return provider.get_meter(name, version)

    def logger(self, name: str, version: str | None = None) -> _logs.Logger:
        """A logger of OpenTelemetry's API, for those who emit records without `logging`."""
        provider: _logs.LoggerProvider = self._provider("loggers", _logs.get_logger_provider)
        return provider.get_logger(name, version)

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Collect metrics now and deliver everything; False when that took longer than `timeout_s` or failed."""
        if self._engine is None or self._is_ended:
            return True
        end = self._clock.monotonic() + timeout_s
        is_done = self._collect(timeout_s)
        try:
            return self._engine.flush(max(0.0, end - self._clock.monotonic())) and is_done
        except Exception:
            _log.debug("flush failed", exc_info=True)
            return False

    def shutdown(self, timeout_s: float | None = None) -> bool:
        """Deliver everything and end; the second call does nothing. Final: the process's providers cannot be set again.

        Args:
            timeout_s: the longest that it takes; None means `Settings.exit_s` (5 s).

        Returns:
            False when something was left to the spool, or lost.
        """
        with self._lock:
            if self._is_ended or self._engine is None:
                return True
            self._is_ended = True
        limit_s = self._engine.settings.exit_s if timeout_s is None else timeout_s
        end = self._clock.monotonic() + limit_s
        try:
            is_done = self._engine.shutdown(self._left_ms(end) / 1000)
        except Exception:
            _log.debug("shutdown failed", exc_info=True)
            is_done = False
        for ending in self._parts.endings if self._parts else ():
            self._quietly(ending, self._left_ms(end))
        return is_done

    def stats(self) -> dict[str, Any]:
        """What was received, exported, dropped (with reasons) and held, by signal; empty where telemetry is disabled."""
        try:
            return self._engine.stats() if self._engine else {}
        except Exception:
            _log.debug("stats failed", exc_info=True)
            return {}

    def _provider(self, name: str, otherwise: Callable[[], Any]) -> Any:
        return getattr(self._parts, name, None) or otherwise()

    def _collect(self, timeout_s: float) -> bool:
        """Have the readers hand over what they have."""
        end = self._clock.monotonic() + timeout_s
        readers = self._parts.readers if self._parts else ()
        failed = sum(not self._quietly(reader.collect, self._left_ms(end)) for reader in readers)
        return not failed

    def _before_shutdown(self, left_s: float) -> None:
        """While items are still taken: the last log records, and what the readers have."""
        end = self._clock.monotonic() + left_s
        if self._undo is not None:
            self._quietly(self._undo)
        for ending in self._parts.end_readers if self._parts else ():
            self._quietly(ending, self._left_ms(end))

    def _left_ms(self, end: float) -> float:
        return max(0.0, end - self._clock.monotonic()) * 1000

    @staticmethod
    def _quietly(action: Callable[..., Any], *arguments: Any) -> bool:
        try:
            action(*arguments)
        except Exception:
            _log.debug("ending telemetry: a part failed", exc_info=True)
            return False
        return True

"""Counts what the shop sent and what the server acknowledged, per signal, by wrapping the SDK's exporters.

*Sent* is what the SDK was given: ended spans, emitted log records, and data points handed to the exporter. *Acknowledged*
is what an exporter reported as a success, *failed* what it reported otherwise. Items that an SDK queue dropped are sent and
neither acknowledged nor failed, so they show as well. The figures are exact once every provider has been shut down.

Exporters run on the SDK's own threads; one lock guards the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from sonde.core.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk._logs import ReadableLogRecord, ReadWriteLogRecord
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.trace import ReadableSpan

__all__ = ["CountedLogs", "CountedMetrics", "CountedSpans", "Figures", "LogCounter", "SpanCounter", "Tally"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many items of one signal were sent, acknowledged, and refused or lost on the way."""

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0


class Tally:
    """The figures of all signals."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._figures = {signal: Figures() for signal in Signal}

    def of(self, signal: Signal) -> Figures:
        """The figures of one signal now."""
        return self._figures[signal]

    def add(self, signal: Signal, *, sent: int = 0, acknowledged: int = 0, failed: int = 0) -> None:
        """Add to one signal's figures; any thread may."""
        with self._lock:
            was = self._figures[signal]
            self._figures[signal] = Figures(was.sent + sent, was.acknowledged + acknowledged, was.failed + failed)

    def exported(self, signal: Signal, items: int, *, succeeded: bool) -> None:
        """Note one export request and how it ended."""
        self.add(signal, acknowledged=items if succeeded else 0, failed=0 if succeeded else items)


class SpanCounter(SpanProcessor):
    """Counts ended spans as sent."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def on_end(self, span: ReadableSpan) -> None:  # noqa: ARG002  the SDK calls it so
        """Count one span."""
        self._tally.add(Signal.TRACES, sent=1)


class LogCounter(LogRecordProcessor):
    """Counts emitted log records as sent."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:  # noqa: ARG002  the SDK calls it so
        """Count one record."""
        self._tally.add(Signal.LOGS, sent=1)

    def shutdown(self) -> None:
        """Nothing is held here."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002  the SDK calls it so
        """Nothing is held here."""
        return True


class CountedSpans(SpanExporter):
    """A span exporter that notes how each request of `inner` ended."""

    def __init__(self, inner: SpanExporter, tally: Tally) -> None:
        self._inner = inner
        self._tally = tally

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export through the wrapped exporter and count the spans."""
        result = self._inner.export(spans)
        self._tally.exported(Signal.TRACES, len(spans), succeeded=result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        """Shut the wrapped exporter down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush the wrapped exporter."""
        return self._inner.force_flush(timeout_millis)


class CountedLogs(LogRecordExporter):
    """A log exporter that notes how each request of `inner` ended."""

    def __init__(self, inner: LogRecordExporter, tally: Tally) -> None:
        self._inner = inner
        self._tally = tally

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export through the wrapped exporter and count the records."""
        result = self._inner.export(batch)
        self._tally.exported(Signal.LOGS, len(batch), succeeded=result is LogRecordExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        """Shut the wrapped exporter down."""
        self._inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK left it without annotations

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush the wrapped exporter."""
        return self._inner.force_flush(timeout_millis)


class CountedMetrics(MetricExporter):
    """A metric exporter that counts data points and notes how each request of `inner` ended."""

    def __init__(self, inner: MetricExporter, tally: Tally) -> None:
        super().__init__(inner._preferred_temporality, inner._preferred_aggregation)  # noqa: SLF001  the reader asks these of its exporter, and they have no public name
        self._inner = inner
        self._tally = tally

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> MetricExportResult:
        """Export through the wrapped exporter and count the data points."""
        points = sum(
            len(metric.data.data_points)
            for resource in metrics_data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        )
        self._tally.add(Signal.METRICS, sent=points)
        result = self._inner.export(metrics_data, timeout_millis=timeout_millis, **kwargs)
        self._tally.exported(Signal.METRICS, points, succeeded=result is MetricExportResult.SUCCESS)
        return result

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Shut the wrapped exporter down."""
        self._inner.shutdown(timeout_millis=timeout_millis, **kwargs)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Flush the wrapped exporter."""
        return self._inner.force_flush(timeout_millis)

"""Exporters for the OpenTelemetry SDK that hand their batches to Sonde's export engine.

    OTEL_TRACES_EXPORTER=sonde  OTEL_METRICS_EXPORTER=sonde  OTEL_LOGS_EXPORTER=sonde

Made without arguments, all of them share the process's engine, which reads the standard `OTEL_EXPORTER_OTLP_*` variables.
Made with an address or another option, each has an engine of its own: `SondeSpanExporter(endpoint="https://host:4318")`
takes the place of the official `OTLPSpanExporter(endpoint=…)`, and its arguments have the same names.

`export` encodes on the calling thread (of a batch processor or reader) and returns SUCCESS when the engine took the
bytes; sending, retrying and keeping are the engine's business, so nothing here waits for the network. Where the batch
processor would be the SDK's, `sonde.client.sdk.processors` is cheaper: it hands over single items and encodes later.

Thread-safe. Nothing raises but a constructor with wrong arguments.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Unpack

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.metrics.view import Aggregation
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from sonde.client.address import Connection
from sonde.client.endpoint import Endpoint
from sonde.client.engine import Engine
from sonde.client.engine.identity import resource_of
from sonde.client.sdk.held import Held, hold
from sonde.client.sdk.preference import aggregations, temporalities
from sonde.core.signal import Signal
from sonde.otlp import encode

__all__ = ["SondeLogRecordExporter", "SondeMetricExporter", "SondeSpanExporter"]

_log = logging.getLogger(__name__)


class SondeSpanExporter(SpanExporter):
    """Exports batches of finished spans.

    Args:
        endpoint: URL of the server, or an `Endpoint`; None for what the environment says.
        engine: an engine to use instead; then the other arguments are ignored.
        connection: see `sonde.client.address.Connection`.

    Raises:
        ConfigError: an argument cannot be used.
    """

    def __init__(
        self, endpoint: str | Endpoint | None = None, *, engine: Engine | None = None, **connection: Unpack[Connection]
    ) -> None:
        self.held = hold(Signal.TRACES, engine, endpoint, connection)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand the spans to the engine; FAILURE when it took none of them (it is over its bounds, or shut down)."""
        is_taken = _submit(self.held, Signal.TRACES, encode.encode_spans, spans, len(spans))
        return SpanExportResult.SUCCESS if is_taken else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """See what was handed over delivered, within `Settings.exit_s`."""
        self.held.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Deliver now; False when it took longer than `timeout_millis`."""
        return self.held.flush(timeout_millis)


class SondeLogRecordExporter(LogRecordExporter):
    """Exports batches of log records; arguments and errors as for `SondeSpanExporter`."""

    def __init__(
        self, endpoint: str | Endpoint | None = None, *, engine: Engine | None = None, **connection: Unpack[Connection]
    ) -> None:
        self.held = hold(Signal.LOGS, engine, endpoint, connection)

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Hand the records to the engine; FAILURE when it took none of them."""
        is_taken = _submit(self.held, Signal.LOGS, encode.encode_logs, batch, len(batch))
        return LogRecordExportResult.SUCCESS if is_taken else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
        """See what was handed over delivered, within `Settings.exit_s`."""
        self.held.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Deliver now; False when it took longer than `timeout_millis`."""
        return self.held.flush(timeout_millis)


class SondeMetricExporter(MetricExporter):
    """Exports what a reader collected.

    Args:
        endpoint: as for `SondeSpanExporter`.
        engine: as for `SondeSpanExporter`.
        preferred_temporality: by instrument class; over `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`.
        preferred_aggregation: by instrument class; over `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`.
        connection: see `sonde.client.address.Connection`.

    Raises:
        ConfigError: an argument cannot be used.
    """

    def __init__(
        self,
        endpoint: str | Endpoint | None = None,
        *,
        engine: Engine | None = None,
        preferred_temporality: dict[type, AggregationTemporality] | None = None,
        preferred_aggregation: dict[type, Aggregation] | None = None,
        **connection: Unpack[Connection],
    ) -> None:
        super().__init__(
            preferred_temporality=temporalities() | (preferred_temporality or {}),
            preferred_aggregation=aggregations() | (preferred_aggregation or {}),
        )
        self.held = hold(Signal.METRICS, engine, endpoint, connection)

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002 - the SDK's signature
        **_kwargs: Any,
    ) -> MetricExportResult:
        """Hand the points to the engine; FAILURE when it took none of them."""
        points = sum(
            len(metric.data.data_points)
            for resource in metrics_data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        )
        is_taken = _submit(self.held, Signal.METRICS, encode.encode_metrics, metrics_data, points)
        return MetricExportResult.SUCCESS if is_taken else MetricExportResult.FAILURE

    def shutdown(self, timeout_millis: float = 30_000, **_kwargs: Any) -> None:
        """End an engine of its own within `timeout_millis` and `Settings.exit_s`; a shared one delivers in its own time."""
        if self.held.is_own:
            self.held.close(timeout_millis)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Deliver now; False when it took longer than `timeout_millis`."""
        return self.held.flush(timeout_millis)


def _submit(held: Held, signal: Signal, encoder: Any, items: Any, count: int) -> bool:
    """Encode and hand over. An item that cannot be encoded is left out and reported, never the batch."""
    if not count:
        return True
    refused: list[Any] = []
    try:
        payload = encoder(items, resource_of(), refused)
        for _item, reason in refused:
            _log.debug("left out one of %s: %s", signal.item, reason)
        return held.engine.submit(signal, payload, count - len(refused)) if payload else not refused
    except Exception:
        _log.debug("export of %s failed", signal.value, exc_info=True)
        return False

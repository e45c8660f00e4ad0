"""The ordinary OpenTelemetry SDK set up for one process of the shop: tracer, meter and logger with their own resource.

A `Telemetry` lives as long as the process it stands for: a restart or a new deployment of a service makes a new one, with a
new `service.instance.id` and perhaps a new `service.version`, exactly as a real process would. Everything is exported in
batches over the protocol the service chose, gRPC or HTTP/protobuf, and counted on the way (see `tally`).

Nothing global is touched: no provider is registered with the API and no logger with Python's root logger.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grpc import Compression as GrpcCompression  # type: ignore[import-untyped]  # grpcio carries no types
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression as HttpCompression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from sonde.demo.tally import CountedLogs, CountedMetrics, CountedSpans, LogCounter, SpanCounter, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.metrics import Meter
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

__all__ = ["RUN_ID_KEY", "Destination", "Exporters", "Identity", "Telemetry", "Transport", "otlp_exporters"]

RUN_ID_KEY = "demo.run.id"
"""Resource attribute that marks everything one run of the demo sent, so that it can be counted among other data."""

_SPAN_QUEUE = 16_384
_DELTA: dict[type, AggregationTemporality] = {
    Counter: AggregationTemporality.DELTA,
    Histogram: AggregationTemporality.DELTA,
}


@dataclass(frozen=True, slots=True)
class Transport:
    """How one service exports.

    Attributes:
        protocol: `grpc` or `http/protobuf`, the names of `OTEL_EXPORTER_OTLP_PROTOCOL`.
        gzip: whether requests are compressed.
        delta: whether counters and histograms are sent as deltas instead of running totals.
        exponential: whether histograms are exponential instead of explicit buckets.
    """

    protocol: str = "grpc"
    gzip: bool = False
    delta: bool = False
    exponential: bool = False


@dataclass(frozen=True, slots=True)
class Exporters:
    """The three exporters of one process."""

    spans: SpanExporter
    metrics: MetricExporter
    logs: LogRecordExporter


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the shop sends, and what it counts with.

    Attributes:
        run_id: value of the resource attribute `demo.run.id`.
        tally: the figures of this run.
        exporters: makes the three exporters of one process.
        metric_interval_s: seconds between two exports of metrics.
    """

    run_id: str
    tally: Tally
    exporters: Callable[[Transport], Exporters]
    metric_interval_s: float


@dataclass(frozen=True, slots=True)
class Identity:
    """What a process of the shop says of itself, as resource attributes."""

    service: str
    version: str
    instance: str
    host: str

    def resource(self, run_id: str) -> Resource:
        """The OpenTelemetry resource (semantic conventions: service, deployment, host)."""
        return Resource.create(
            {
                "service.name": self.service,
                "service.namespace": "shop",
                "service.version": self.version,
                "service.instance.id": self.instance,
                "deployment.environment.name": "demo",
                "host.name": self.host,
                RUN_ID_KEY: run_id,
            }
        )


class Telemetry:
    """Tracer, meter and logger of one process.

    Args:
        identity: who sends.
        destination: where to.
        transport: how.
        now_ns: the clock that log lines are stamped with, nanoseconds since the Unix epoch.

    Attributes:
        tracer: makes spans.
        meter: makes instruments.
        logger: a `logging.Logger` of its own whose lines become log records, correlated with the current span.
    """

    def __init__(
        self, identity: Identity, destination: Destination, transport: Transport, now_ns: Callable[[], int]
    ) -> None:
        resource = identity.resource(destination.run_id)
        exporters = destination.exporters(transport)
        tally = destination.tally

        self._tracers = TracerProvider(resource=resource, sampler=ALWAYS_ON, shutdown_on_exit=False)
        self._tracers.add_span_processor(SpanCounter(tally))
        self._tracers.add_span_processor(
            BatchSpanProcessor(
                CountedSpans(exporters.spans, tally), max_queue_size=_SPAN_QUEUE, schedule_delay_millis=500
            )
        )
        self._loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self._loggers.add_log_record_processor(LogCounter(tally))
        self._loggers.add_log_record_processor(
            BatchLogRecordProcessor(
                CountedLogs(exporters.logs, tally), max_queue_size=_SPAN_QUEUE, schedule_delay_millis=500
            )
        )
        reader = PeriodicExportingMetricReader(
            CountedMetrics(exporters.metrics, tally), export_interval_millis=destination.metric_interval_s * 1000
        )
        views = [View(instrument_type=Histogram, aggregation=ExponentialBucketHistogramAggregation())]
        self._meters = MeterProvider(
            [reader], resource=resource, shutdown_on_exit=False, views=views if transport.exponential else ()
        )

        scope = f"shop.{identity.service}"
        self.tracer: Tracer = self._tracers.get_tracer(scope, identity.version)
        self.meter: Meter = self._meters.get_meter(scope, identity.version)
        self.logger = _logger(scope, self._loggers, now_ns)

    def close(self) -> None:
        """Send what is held and stop; blocks until the exporters have finished or given up."""
        self._tracers.shutdown()
        self._loggers.shutdown()
        self._meters.shutdown()


def otlp_exporters(grpc: str, http_url: str) -> Callable[[Transport], Exporters]:
    """What makes OTLP exporters for a server.

    Args:
        grpc: `host:port` of OTLP/gRPC.
        http_url: base URL of OTLP/HTTP, without a slash at the end.
    """

    def make(transport: Transport) -> Exporters:
        temporality = dict(_DELTA) if transport.delta else None
        if transport.protocol == "grpc":
            options: dict[str, Any] = {
                "endpoint": grpc,
                "insecure": True,
                "compression": GrpcCompression.Gzip if transport.gzip else GrpcCompression.NoCompression,
            }
            return Exporters(
                GrpcSpanExporter(**options),
                GrpcMetricExporter(**options, preferred_temporality=temporality),
                GrpcLogExporter(**options),
            )
        compression = HttpCompression.Gzip if transport.gzip else HttpCompression.NoCompression
        return Exporters(
            HttpSpanExporter(f"{http_url}/v1/traces", compression=compression),
            HttpMetricExporter(f"{http_url}/v1/metrics", compression=compression, preferred_temporality=temporality),
            HttpLogExporter(f"{http_url}/v1/logs", compression=compression),
        )

    return make


def _logger(name: str, provider: LoggerProvider, now_ns: Callable[[], int]) -> logging.Logger:
    """A logger outside Python's logger tree, so that nothing else prints its lines and it dies with its process."""

    def stamp(record: logging.LogRecord) -> bool:
        record.created = now_ns() / 1e9
        return True

    logger = logging.Logger(name, logging.INFO)  # noqa: LOG001  on purpose, see above
    handler = LoggingHandler(logger_provider=provider, log_code_attributes=True)
    handler.addFilter(stamp)
    logger.addHandler(handler)
    return logger

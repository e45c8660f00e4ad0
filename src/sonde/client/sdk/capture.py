"""Catch in memory what the SDK's providers are given; the machinery of `sonde.client.testing`.

Processors cannot be taken from a provider again, so each provider gets one catcher for good, which keeps items only
while a capture runs. Metrics get a reader for each capture, so that sums start at zero. Records of `logging` are taken by a handler on the root logger,
unless `setup_logs` hands them on already.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, Metric
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from sonde.client.logs import OtlpHandler
from sonde.client.logs.setup import is_passing

__all__ = ["captured"]

Captured = tuple[Callable[[], Sequence[ReadableSpan]], Callable[[], Sequence[Any]], Callable[[], Mapping[str, Metric]]]


class _Spans(SpanProcessor):
    """Keeps finished, sampled spans while `caught` is a list."""

    caught: list[Any] | None = None

    def on_end(self, span: ReadableSpan) -> None:
        if self.caught is not None and span.context is not None and span.context.trace_flags.sampled:
            self.caught.append(span)


class _Logs(LogRecordProcessor):
    """Keeps emitted log records while `caught` is a list."""

    caught: list[Any] | None = None

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        if self.caught is not None:
            self.caught.append(log_record)

    def shutdown(self) -> None:
        self.caught = None

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the SDK's signature
        return True


_catchers: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


@contextmanager
def captured(tracers: TracerProvider, meters: MeterProvider, loggers: LoggerProvider) -> Iterator[Captured]:
    """While open, keeps what these providers are given; yields three functions that return spans, records and metrics."""
    if tracers not in _catchers:
        _catchers[tracers] = _Spans()
        tracers.add_span_processor(_catchers[tracers])
    if loggers not in _catchers:
        _catchers[loggers] = _Logs()
        loggers.add_log_record_processor(_catchers[loggers])
    spans: list[ReadableSpan] = []
    logs: list[Any] = []
    _catchers[tracers].caught, _catchers[loggers].caught = spans, logs
    reader = InMemoryMetricReader()
    meters.add_metric_reader(reader)
    root, handler = logging.getLogger(), OtlpHandler(provider=loggers)
    handler.addFilter(lambda _record: not is_passing())
    root.addHandler(handler)
    try:
        yield lambda: spans, lambda: logs, lambda: _by_name(reader)
    finally:
        _catchers[tracers].caught = _catchers[loggers].caught = None
        root.removeHandler(handler)
        meters.remove_metric_reader(reader)


def _by_name(reader: InMemoryMetricReader) -> Mapping[str, Metric]:
    data = reader.get_metrics_data()
    if data is None:
        return {}
    scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics]
    return {metric.name: metric for scope in scopes for metric in scope.metrics}

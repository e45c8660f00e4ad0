"""The encoders beside OpenTelemetry's own: the SDK's objects to the bytes of one export request.

    python -m benchmarks.encode [--quick]

One core. OpenTelemetry's column is its `encode_spans` (`encode_logs`, `encode_metrics`) and `SerializeToString`, which is
what its exporters do before they send. The three take turns in one process, round by round, so that a busy machine slows
all alike; a figure is the median of its rounds in CPU time. Before anything is timed, all three must give the same bytes.
Names, ids and most values differ from item to item, as they do in an application; the 512 spans of 10 attributes are the
shape of OpenTelemetry Python's own exporter benchmark, where they do not.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs as official_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics as official_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans as official_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, Status, StatusCode

from sonde.otlp import encode, encoder_twin

if encode.NATIVE:
    from sonde.otlp import encoder
else:
    encoder = None

RESOURCE = {
    "service.name": "shop",
    "service.version": "1.4.2",
    "deployment.environment.name": "production",
    "host.name": "shop-7f9c",
}
BATCH = 512


@dataclass(frozen=True)
class Case:
    """One row: a batch, how many items it has, and the name of the encoders' function."""

    label: str
    function: str
    items: Any
    count: int
    official: Callable[[Any], Any]


def attributes(i: int) -> dict[str, Any]:
    return {
        "http.request.method": "GET",
        "http.route": "/orders/{id}",
        "url.path": f"/orders/{i}",
        "http.response.status_code": 200 + i % 5,
        "server.address": "shop.example.com",
        "user.id": f"user-{i * 7919}",
        "app.cached": i % 2 == 0,
        "app.score": i * 0.37,
    }


def spans(make: Callable[[Any, int], None], scopes: int = 1) -> Any:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracers = [provider.get_tracer(f"shop.{i}", "1.0") for i in range(scopes)]
    for i in range(BATCH):
        make(tracers[i % scopes], i)
    return exporter.get_finished_spans()


def plain_span(tracer: Any, i: int) -> None:
    tracer.start_span(f"GET /orders/{i % 9}", attributes=attributes(i)).end()


def rich_span(tracer: Any, i: int) -> None:
    parent = tracer.start_span("parent")
    span = tracer.start_span(
        "work", attributes=attributes(i), links=[Link(parent.get_span_context(), {"reason": "batch"})]
    )
    span.record_exception(ValueError(f"order {i} is unknown"))
    span.set_attribute("app.tags", ["a", "b", str(i)])
    span.set_status(Status(StatusCode.ERROR, "unknown order"))
    span.end()


def official_shape(tracer: Any, _: int) -> None:
    span = tracer.start_span("benchmarkedSpan")
    for i in range(10):
        span.set_attribute(f"benchmarkAttribute_{i}", f"benchmarkAttrValue_{i}")
    span.end()


def logs() -> Any:
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logger = provider.get_logger("shop.orders")
    for i in range(BATCH):
        record = LogRecord(
            timestamp=time.time_ns(), severity_text="INFO", severity_number=SeverityNumber.INFO,
            body=f"order {i} packed in {i % 31} ms",
            attributes={"code.function.name": "pack", "code.line.number": i, "code.file.path": "/app/shop/orders.py", "user.id": f"u{i}"},
        )  # fmt: skip
        logger.emit(record)
    return exporter.get_finished_logs()


def metrics(kind: str, series: int = BATCH) -> Any:
    views = [View(instrument_name="exponential", aggregation=ExponentialBucketHistogramAggregation())]
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource(RESOURCE), views=views, shutdown_on_exit=False)
    meter = provider.get_meter("shop")
    record = meter.create_counter("sum").add if kind == "sum" else meter.create_histogram(kind, "ms").record
    for i in range(series):
        for step in range(5):
            record(
                1 + i % 97 + step * 10,
                {"http.route": f"/r/{i}", "http.request.method": "GET", "http.response.status_code": 200},
            )
    return reader.get_metrics_data()


def cases() -> list[Case]:
    return [
        Case("spans, 8 attributes", "encode_spans", spans(plain_span), BATCH, official_spans),
        Case("spans, 8 attributes, 6 scopes in turn", "encode_spans", spans(plain_span, 6), BATCH, official_spans),
        Case("spans, 9 attributes, link, exception", "encode_spans", spans(rich_span), BATCH, official_spans),
        Case("512 spans of 10 attributes", "encode_spans", spans(official_shape), BATCH, official_spans),
        Case("log records, 4 attributes", "encode_logs", logs(), BATCH, official_logs),
        Case("sum points, 3 attributes", "encode_metrics", metrics("sum"), BATCH, official_metrics),
        Case("histogram points, 3 attributes", "encode_metrics", metrics("histogram"), BATCH, official_metrics),
        Case("exponential points, 3 attributes", "encode_metrics", metrics("exponential"), BATCH, official_metrics),
    ]


def seconds(function: Callable[[], Any], run_s: float) -> float:
    """CPU-seconds of one call, over about so long."""
    calls, started = 0, time.process_time()
    while (passed := time.process_time() - started) < run_s or not calls:
        function()
        calls += 1
    return passed / calls


def measure(case: Case, *, quick: bool) -> list[float | None]:
    """CPU-seconds an item: of OpenTelemetry's encoder, the native one, the twin."""
    jobs: list[Callable[[], bytes] | None] = [lambda: case.official(case.items).SerializeToString()]
    for implementation in (encoder, encoder_twin):
        function = getattr(implementation, case.function, None)
        jobs.append(None if function is None else lambda function=function: function(case.items))
    if len({job() for job in jobs if job}) != 1:
        raise AssertionError(f"{case.label}: the encoders do not agree")
    rounds: list[list[float]] = [[] for _ in jobs]
    for _ in range(1 if quick else 9):
        for job, times in zip(jobs, rounds, strict=True):
            if job:
                times.append(seconds(job, 0.001 if quick else 0.1))
    return [statistics.median(times) / case.count if times else None for times in rounds]


def row(case: Case, figures: list[float | None]) -> str:
    official, *ours = figures
    assert official is not None
    cells = [f"{1 / official / 1e3:,.0f} k", f"{official * 1e6:.2f}"]
    for one in ours:
        cells += (
            ["", "", ""] if one is None else [f"{1 / one / 1e3:,.0f} k", f"{one * 1e6:.2f}", f"{official / one:.1f}"]
        )
    return f"| {case.label} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter runs, for a test that this works")
    options = parser.parse_args()
    logging.disable(logging.ERROR)
    print(
        "| a batch of 512 | OpenTelemetry, items/s | us an item | native, items/s | us an item | times faster "
        "| twin, items/s | us an item | times faster |"
    )
    print("| --- " + "| ---: " * 8 + "|")
    for case in cases():
        print(row(case, measure(case, quick=options.quick)), flush=True)


if __name__ == "__main__":
    main()

"""One application that emits telemetry, as a process of its own; prints what it cost as JSON.

    python -m benchmarks.client_run SIGNAL EXPORTER PROTOCOL COMPRESSION PORT COUNT

SIGNAL is `traces` (spans of eight attributes), `logs` (lines of `logging` with three attributes, through the handler that
each side recommends), `metrics` (collections of 1,000 points) or `dead` (spans for COUNT seconds to a port where
nobody listens, and nobody waits for them). EXPORTER is `none` (the SDK alone, emitting or collecting all the same), `official`
or `sonde`. But for `dead`, both get queues that hold a whole burst, so that neither drops, and ship each burst before the
next begins. What is printed: `cpu_us`, CPU of the whole process for one item, all threads; for spans `hand_us`, that of the
calling thread for `on_end`; `memory_mib`, the peak.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

BURST = 8_192
POINTS = 1_000
RESOURCE = Resource.create({"service.name": "bench", "service.version": "1"})
NEVER_MS = 1e12
OFFICIAL = {
    "traces": ("trace_exporter", "OTLPSpanExporter"),
    "logs": ("_log_exporter", "OTLPLogExporter"),
    "metrics": ("metric_exporter", "OTLPMetricExporter"),
}


def configure(protocol: str, compression: str, port: str, queue: int) -> None:
    os.environ |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_BSP_MAX_QUEUE_SIZE": str(queue),
        "OTEL_BLRP_MAX_QUEUE_SIZE": str(queue),
        "SONDE_SPOOL": "off",
    }
    if compression != "none":  # which the official gRPC exporter does not know as a value
        os.environ["OTEL_EXPORTER_OTLP_COMPRESSION"] = compression


def official(signal: str, protocol: str) -> Any:
    module, name = OFFICIAL[signal]
    way = "grpc" if protocol == "grpc" else "http"
    return getattr(import_module(f"opentelemetry.exporter.otlp.proto.{way}.{module}"), name)()


def span_processor(exporter: str, protocol: str) -> Any:
    if exporter == "sonde":
        return import_module("sonde.client.sdk.processors").SondeSpanProcessor()
    return import_module("opentelemetry.sdk.trace.export").BatchSpanProcessor(official("traces", protocol))


def emit(tracer, count: int) -> None:
    for number in range(count):
        span = tracer.start_span("GET /products/{id}")
        span.set_attributes(
            {
                "http.request.method": "GET",
                "http.route": "/products/{id}",
                "http.response.status_code": 200,
                "url.path": f"/products/{number}",
                "server.address": "shop.example",
                "server.port": 443,
                "app.cache.hit": True,
                "app.score": 0.25,
            }
        )
        span.end()


def cpu_of(burst: Callable[[], Any], items: int, bursts: int) -> float:
    """Microseconds of the process's CPU for an item."""
    burst()  # connections, codecs and caches are there before the clock starts
    started = time.process_time()
    for _ in range(bursts):
        burst()
    return (time.process_time() - started) / (items * bursts) * 1e6


def traces(exporter: str, protocol: str, count: int) -> dict[str, float]:
    provider, worker = TracerProvider(resource=RESOURCE), None
    if exporter != "none":
        worker = span_processor(exporter, protocol)
        provider.add_span_processor(worker)
    tracer = provider.get_tracer("bench", "1")

    def burst() -> None:
        emit(tracer, BURST)
        provider.force_flush()

    report = {"cpu_us": cpu_of(burst, BURST, max(1, count // BURST))}
    if worker is not None:
        report["hand_us"] = handed_off(worker)
    provider.shutdown()
    return report


def handed_off(worker) -> float:
    """Microseconds of the calling thread's CPU for one span given to a processor; the best of some bursts."""
    finished = InMemorySpanExporter()
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(finished))
    emit(provider.get_tracer("bench", "1"), 2_048)
    spans, best = finished.get_finished_spans(), float("inf")
    for _ in range(8):
        began = time.thread_time()
        for span in spans:
            worker.on_end(span)
        best = min(best, (time.thread_time() - began) / len(spans) * 1e6)
        worker.force_flush()
    return best


def logs(exporter: str, protocol: str, count: int) -> dict[str, float]:
    provider = LoggerProvider(resource=RESOURCE)
    log = logging.getLogger("shop")
    log.propagate = True
    logging.getLogger().setLevel(logging.INFO)
    if exporter == "none":
        logging.getLogger().addHandler(logging.NullHandler())
    elif exporter == "official":
        batch = import_module("opentelemetry.sdk._logs.export").BatchLogRecordProcessor
        provider.add_log_record_processor(batch(official("logs", protocol)))
        handler = import_module("opentelemetry.instrumentation.logging.handler").LoggingHandler
        logging.getLogger().addHandler(handler(logger_provider=provider))
    else:
        provider.add_log_record_processor(import_module("sonde.client.sdk.processors").SondeLogRecordProcessor())
        ours = import_module("sonde.client.logs")
        ours.setup_logs([ours.Output("otlp")], provider=provider)

    def burst() -> None:
        for number in range(BURST):
            log.info(
                "order %d of %s", number, "shoes", extra={"shop.order": number, "shop.item": "shoes", "shop.new": True}
            )
        provider.force_flush()

    report = {"cpu_us": cpu_of(burst, BURST, max(1, count // BURST))}
    provider.shutdown()
    return report


def metrics(exporter: str, protocol: str, count: int) -> dict[str, float]:
    reader: Any
    if exporter == "none":
        reader = InMemoryMetricReader()
    elif exporter == "official":
        reader = PeriodicExportingMetricReader(official("metrics", protocol), export_interval_millis=NEVER_MS)
    else:
        exporter_made = import_module("sonde.client.sdk.exporters").SondeMetricExporter()
        reader = import_module("sonde.client.sdk.reader").SondeMetricReader(exporter_made, interval_s=NEVER_MS / 1000)
    provider = MeterProvider([reader], resource=RESOURCE, shutdown_on_exit=False)
    meter = provider.get_meter("bench", "1")
    counter, histogram = (
        meter.create_counter("shop.orders"),
        meter.create_histogram("http.server.request.duration", "s"),
    )
    for number in range(POINTS // 2):
        counter.add(number, {"shop.item": f"item-{number}", "shop.new": True})
        histogram.record(number / 100, {"http.route": f"/products/{number}", "http.request.method": "GET"})

    def burst() -> None:
        reader.get_metrics_data() if exporter == "none" else reader.force_flush()

    report = {"cpu_us": cpu_of(burst, POINTS, max(1, count // POINTS))}
    provider.shutdown()
    return report


def dead(exporter: str, protocol: str, seconds: int) -> dict[str, float]:
    """An application that goes on as if nothing were amiss. Ends without a farewell, which the official exporter would draw out."""
    provider = TracerProvider(resource=RESOURCE)
    if exporter != "none":
        provider.add_span_processor(span_processor(exporter, protocol))
    tracer, emitted, until = provider.get_tracer("bench", "1"), 0, time.monotonic() + seconds
    emit(tracer, 512)
    before = peak_memory_mib()
    while time.monotonic() < until:
        emit(tracer, 512)
        emitted += 512
    return {"emitted": emitted, "grown_mib": peak_memory_mib() - before}


def peak_memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    signal, exporter, protocol, compression, port, count = sys.argv[1:7]
    configure(protocol, compression, port, 2048 if signal == "dead" else 2 * BURST)
    logging.disable(logging.NOTSET)
    run = {"traces": traces, "logs": logs, "metrics": metrics, "dead": dead}[signal]
    report = run(exporter, protocol, int(count)) | {"memory_mib": peak_memory_mib()}
    print(json.dumps(report), flush=True)
    if signal == "dead":
        os._exit(0)


if __name__ == "__main__":
    main()

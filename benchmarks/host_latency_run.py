"""One application that handles requests at a fixed pace, as a process of its own; prints its latencies as JSON.

    python -m benchmarks.host_latency_run EXPORTER PORT

EXPORTER is `none`, `official` or `sonde`. A request's latency counts from when it was due, not from when it was begun.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import threading
import time
from queue import SimpleQueue

REQUESTS, EVERY_S, WORKERS = 2_000, 0.002, 8


def providers(exporter: str, port: int):
    os.environ |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "SONDE_SPOOL": "off"}
    os.environ |= {"OTEL_BSP_SCHEDULE_DELAY": "1000", "OTEL_BLRP_SCHEDULE_DELAY": "1000"}
    logging.disable()  # of exporters that tell of the dead server
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    resource = Resource.create({"service.name": "bench"})
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    if exporter == "sonde":
        from sonde.client.sdk.processors import SondeLogRecordProcessor, SondeSpanProcessor

        tracers.add_span_processor(SondeSpanProcessor())
        loggers.add_log_record_processor(SondeLogRecordProcessor())
    elif exporter == "official":
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    return tracers, loggers


def handle(tracer, logger, number: int) -> None:
    """A request: five spans, two log records, and some work of its own in each span."""
    for step in range(5):
        with tracer.start_as_current_span("GET /products/{id}") as span:
            span.set_attributes({"http.request.method": "GET", "url.path": f"/products/{number}", "app.step": step})
            sum(range(500))
            if step < 2:
                logger.emit(body=f"step {step} of request {number}")


def served(tracer, logger, first: float, count: int) -> list[float]:
    """Latencies in ms of requests that are due one after the other, taken by a pool of threads."""
    due: SimpleQueue[int | None] = SimpleQueue()
    latencies: list[float] = []

    def work() -> None:
        while (number := due.get()) is not None:
            handle(tracer, logger, number)
            latencies.append((time.perf_counter() - first - number * EVERY_S) * 1000)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for number in range(count):
        time.sleep(max(0.0, first + number * EVERY_S - time.perf_counter()))
        due.put(number)
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return latencies


def main() -> None:
    tracers, loggers = providers(sys.argv[1], int(sys.argv[2]))
    tracer, logger = tracers.get_tracer("bench"), loggers.get_logger("bench")
    served(tracer, logger, time.perf_counter(), 200)
    cpu = time.process_time()
    latencies = served(tracer, logger, time.perf_counter(), REQUESTS)
    cpu = time.process_time() - cpu
    began = time.perf_counter()
    tracers.shutdown()
    loggers.shutdown()
    cuts = statistics.quantiles(latencies, n=100)
    report = {
        "p50_ms": cuts[49],
        "p99_ms": cuts[98],
        "max_ms": max(latencies),
        "cpu_s": cpu,
        "end_s": time.perf_counter() - began,
    }
    print(json.dumps(report), flush=True)
    os._exit(0)  # what the libraries do after their shutdown is not measured


if __name__ == "__main__":
    main()

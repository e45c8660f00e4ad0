"""One application that emits spans, as a process of its own; prints what it cost as JSON.

    python -m benchmarks.client_run EXPORTER PROTOCOL COMPRESSION PORT SPANS

EXPORTER is `none` (the SDK alone), `official` or `sonde`. Every span has eight attributes. Both exporters get a queue that
holds a whole burst, so that neither drops, and ship each burst before the next begins.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

BURST = 16_384


def processor(exporter: str, protocol: str, compression: str, port: int):
    os.environ |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_BSP_MAX_QUEUE_SIZE": str(2 * BURST),
        "SONDE_SPOOL": "off",
    }
    if compression != "none":  # which the official gRPC exporter does not know as a value
        os.environ["OTEL_EXPORTER_OTLP_COMPRESSION"] = compression
    if exporter == "sonde":
        from sonde.client.sdk.processors import SondeSpanProcessor

        return SondeSpanProcessor()
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    return BatchSpanProcessor(OTLPSpanExporter())


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


def handed_off(worker, spans: list) -> float:
    """Microseconds of the calling thread's CPU for one span given to a processor; the best of some bursts."""
    best = float("inf")
    for _ in range(8):
        began = time.thread_time()
        for span in spans:
            worker.on_end(span)
        best = min(best, (time.thread_time() - began) / len(spans) * 1e6)
        worker.force_flush()
    return best


def main() -> None:
    exporter, protocol, compression, port, spans = sys.argv[1:6]
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    resource = Resource.create({"service.name": "bench", "service.version": "1"})
    provider, worker = TracerProvider(resource=resource), None
    if exporter != "none":
        worker = processor(exporter, protocol, compression, int(port))
        provider.add_span_processor(worker)
    tracer = provider.get_tracer("bench", "1")
    emit(tracer, 2048)  # connections, codecs and caches are there before the clock starts
    provider.force_flush()
    started = time.process_time()
    for _ in range(int(spans) // BURST):
        emit(tracer, BURST)
        provider.force_flush()
    cpu = time.process_time() - started
    report = {"cpu_us": cpu / (int(spans) // BURST * BURST) * 1e6}
    report["memory_mib"] = peak_memory_mib()
    if worker is not None and port != "0":
        finished = InMemorySpanExporter()
        other = TracerProvider(resource=resource)
        other.add_span_processor(SimpleSpanProcessor(finished))
        emit(other.get_tracer("bench", "1"), BURST)
        report["hand_us"] = handed_off(worker, list(finished.get_finished_spans()))
    provider.shutdown()
    json.dump(report, sys.stdout)


def peak_memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

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
        "OTEL_EXPORTER_OTLP_COMPRESSION": compression,
        "OTEL_BSP_MAX_QUEUE_SIZE": str(2 * BURST),
        "SONDE_SPOOL": "off",
    }
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


def main() -> None:
    exporter, protocol, compression, port, spans = sys.argv[1:6]
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": "bench", "service.version": "1"}))
    if exporter != "none":
        provider.add_span_processor(processor(exporter, protocol, compression, int(port)))
    tracer = provider.get_tracer("bench", "1")
    emit(tracer, 2048)  # connections, codecs and caches are there before the clock starts
    provider.force_flush()
    started, emitting = time.process_time(), 0.0
    for _ in range(int(spans) // BURST):
        before = time.thread_time()
        emit(tracer, BURST)
        emitting += time.thread_time() - before
        provider.force_flush()
    cpu = time.process_time() - started
    provider.shutdown()
    count = int(spans) // BURST * BURST
    report = {"cpu_us": cpu / count * 1e6, "emit_us": emitting / count * 1e6}
    report["memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if exporter == "sonde":
        from sonde.client.running import engine

        report["stats"] = engine().stats()
    json.dump(report, sys.stdout, default=str)


if __name__ == "__main__":
    main()

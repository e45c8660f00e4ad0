"""Plays `sonde serve` for the demo's own tests: takes OTLP over both protocols, counts it, and answers the demo's questions.

Run as a script with the flags of `sonde serve`. Beyond them, `--lose N` forgets N spans that it acknowledged, and
`--die-after S` ends it with code 3 after S seconds; both are what the demo must notice.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

COUNTS = {"otel_traces": 0, "otel_logs": 0, "otel_metrics_gauge": 0}
LOCK = threading.Lock()


def count_traces(payload: bytes) -> int:
    request = ExportTraceServiceRequest.FromString(payload)
    return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)


def count_logs(payload: bytes) -> int:
    request = ExportLogsServiceRequest.FromString(payload)
    return sum(len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs)


def count_metrics(payload: bytes) -> int:
    request = ExportMetricsServiceRequest.FromString(payload)
    metrics = [m for resource in request.resource_metrics for scope in resource.scope_metrics for m in scope.metrics]
    return sum(len(getattr(metric, metric.WhichOneof("data")).data_points) for metric in metrics)


TABLES = {
    "trace": ("otel_traces", count_traces),
    "logs": ("otel_logs", count_logs),
    "metrics": ("otel_metrics_gauge", count_metrics),
}


def take(noun: str, payload: bytes) -> bytes:
    table, count = TABLES[noun]
    with LOCK:
        COUNTS[table] += count(payload)
    return b""


class Grpc(grpc.GenericRpcHandler):
    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        noun = details.method.split(".")[3]
        return grpc.unary_unary_rpc_method_handler(lambda payload, _: take(noun, payload))


class Otlp(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        take({"traces": "trace"}.get(self.path.rsplit("/", 1)[1], self.path.rsplit("/", 1)[1]), body)
        self.answer(b"", "application/x-protobuf")

    def answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Web(Otlp):
    def do_GET(self) -> None:
        if self.path == "/readyz":
            return self.answer(b"{}", "application/json")
        rows = [self.counts()] if "otel_metrics_gauge" in self.path else self.services()
        return self.answer(json.dumps({"columns": [], "rows": rows}).encode(), "application/json")

    def counts(self) -> dict[str, int]:
        kinds = ("sum", "histogram", "exponential_histogram", "summary")
        with LOCK:
            return (
                COUNTS
                | {f"otel_metrics_{kind}": 0 for kind in kinds}
                | {"otel_traces": COUNTS["otel_traces"] - ARGS.lose}
            )

    def services(self) -> list[dict[str, object]]:
        return [{"name": "catalogue", "requests": 9, "errors": 1, "p50_ms": 4.0, "p95_ms": 80.5}]


def listen(address: str, handler: type[BaseHTTPRequestHandler]) -> None:
    host, port = address.split(":")
    threading.Thread(target=ThreadingHTTPServer((host, int(port)), handler).serve_forever, daemon=True).start()


parser = argparse.ArgumentParser()
for flag in ("--data", "--grpc", "--http", "--web"):
    parser.add_argument(flag)
parser.add_argument("--lose", type=int, default=0)
parser.add_argument("--die-after", type=float)
ARGS = parser.parse_args()

if __name__ == "__main__":
    door = grpc.server(ThreadPoolExecutor(4), handlers=[Grpc()])
    door.add_insecure_port(ARGS.grpc)
    door.start()
    listen(ARGS.http, Otlp)
    listen(ARGS.web, Web)
    if ARGS.die_after is not None:
        threading.Event().wait(ARGS.die_after)
        sys.stderr.write("out of luck\n")
        sys.stderr.flush()
        os._exit(3)
    threading.Event().wait()

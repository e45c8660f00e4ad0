"""What exporting costs the application that does it, beside the official exporters in the same run.

    python -m benchmarks client

Each row is a process of its own that makes spans with eight attributes and ships them to a door that discards
(`benchmarks.discard`); rounds alternate, figures are medians. *Export* is the CPU of the whole process less that of the
same process without an exporter: hand-off, encoding, compression, sending. *Hand-off* is the processor's `on_end` by
itself: what the application's own thread pays for a span over the SDK alone. Then: what importing adds, and the memory of an application whose server is dead.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

from benchmarks.discard import discarding_door
from benchmarks.processes import ROOT, free_port

ROUNDS = 5
SPANS = 98_304
CASES = [("http/protobuf", "none"), ("http/protobuf", "gzip"), ("grpc", "none"), ("grpc", "gzip")]
SDK = "import opentelemetry.sdk.trace.export, opentelemetry.sdk._logs.export, opentelemetry.sdk.metrics.export"
IMPORTS = {
    "SDK": SDK,
    "SDK and official exporters, HTTP": f"{SDK}, opentelemetry.exporter.otlp.proto.http.trace_exporter, "
    "opentelemetry.exporter.otlp.proto.http.metric_exporter, opentelemetry.exporter.otlp.proto.http._log_exporter",
    "SDK and official exporters, gRPC": f"{SDK}, opentelemetry.exporter.otlp.proto.grpc.trace_exporter, "
    "opentelemetry.exporter.otlp.proto.grpc.metric_exporter, opentelemetry.exporter.otlp.proto.grpc._log_exporter",
    "SDK and Sonde's exporters": f"{SDK}, sonde.client.sdk.exporters, sonde.client.sdk.processors",
}


def run(exporter: str, protocol: str, compression: str, port: int, spans: int = 0) -> dict:
    spans = spans or SPANS
    command = [sys.executable, "-m", "benchmarks.client_run", exporter, protocol, compression, str(port), str(spans)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return json.loads(done.stdout)


def median(reports: list[dict], name: str) -> float:
    return statistics.median(report[name] for report in reports)


def exporting() -> None:
    print(
        "| protocol | compression | official: export | Sonde: export | ratio | official: hand-off | Sonde: hand-off |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with discarding_door() as (_pid, grpc_port, http_port):
        for protocol, compression in CASES:
            port = grpc_port if protocol == "grpc" else http_port
            found: dict[str, list[dict]] = {"none": [], "official": [], "sonde": []}
            for _ in range(ROUNDS):
                for exporter, reports in found.items():
                    reports.append(run(exporter, protocol, compression, port))
            cost = {
                name: median(reports, "cpu_us") - median(found["none"], "cpu_us") for name, reports in found.items()
            }
            hand = {name: median(found[name], "hand_us") for name in ("official", "sonde")}
            print(
                f"| {protocol} | {compression} | {cost['official']:.1f} µs | {cost['sonde']:.2f} µs "
                f"| 1/{cost['official'] / cost['sonde']:.1f} | {hand['official']:.2f} µs | {hand['sonde']:.2f} µs |",
                flush=True,
            )
    print(f"\nPer span, CPU; {SPANS:,} spans a run, medians of {ROUNDS} alternating runs; the SDK alone: "
          f"{median(found['none'], 'cpu_us'):.1f} µs.")  # fmt: skip


def importing() -> None:
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(9):
        for name, statement in IMPORTS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            taken[name].append((time.perf_counter() - started) * 1000)
    print("\n| import | process, from start to end | over the SDK |\n| --- | --- | --- |")
    alone = statistics.median(taken["SDK"])
    for name, times in taken.items():
        print(f"| {name} | {statistics.median(times):.0f} ms | {statistics.median(times) - alone:.0f} ms |")


def dead_server() -> None:
    print("\n| 491,520 spans, server dead | peak memory |\n| --- | --- |")
    port = free_port()
    for exporter in ("none", "official", "sonde"):
        # The official exporter retries each burst for its whole timeout, so it gets fewer spans and the same time.
        spans = 491_520 if exporter != "official" else 32_768
        report = run(exporter, "http/protobuf", "none", port, spans)
        note = "" if exporter != "official" else " (32,768 spans: it waits for the server on every flush)"
        print(f"| {exporter}{note} | {report['memory_mib']:.0f} MiB |", flush=True)


if __name__ == "__main__":
    exporting()
    importing()
    dead_server()

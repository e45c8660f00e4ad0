"""The whole road: CPU-seconds per million items, Sonde storing beside peers that only forward.

Sonde receives over OTLP/gRPC, syncs its journal, stores and rolls up; its CPU counts from the first request until every row
can be queried and includes supervisor, door and keeper. The peers forward the same requests to a discarding sink, without
a store. Then the same without store and journal, into an exporter that discards, beside the peers' own discarding exporters;
and requests of 20 spans, where a request's own cost counts. `--quick` sends less, once.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import payloads
from benchmarks.discard import discarding_door
from benchmarks.load import write_payloads
from benchmarks.peers import collector, rotel, sink
from benchmarks.processes import cpu_seconds, load, running_sonde

QUICK = "--quick" in sys.argv
LARGE = 200 if QUICK else 500  # requests of 1,000 items
SMALL = 4_000 if QUICK else 20_000  # requests of 20 spans
ROUNDS = 1 if QUICK else 3
TABLES = {
    "traces": ("otel_traces",),
    "logs": ("otel_logs",),
    "metrics": ("otel_metrics_gauge", "otel_metrics_sum", "otel_metrics_histogram"),
}


def measure(pid: int, port: int, file: Path, requests: int, *, protocol: str = "grpc", signal: str = "traces") -> float:
    """CPU-seconds that a server spends on the requests."""
    before = cpu_seconds(pid)
    report = load(protocol, f"127.0.0.1:{port}", file, "--requests", requests, "--signal", signal)
    assert not report["errors"], report
    return cpu_seconds(pid) - before


def stored(file: Path, requests: int, items: int, signal: str) -> float:
    """CPU-seconds of a fresh `sonde serve` until everything sent can be queried."""
    with running_sonde() as server:
        pid = server.process.pid
        load("grpc", f"127.0.0.1:{server.ports['grpc']}", file, "--requests", 4, "--signal", signal)
        total = lambda: sum(server.rows(table) for table in TABLES[signal])
        server.wait_sum(total, 4 * items)
        before = cpu_seconds(pid)
        report = load("grpc", f"127.0.0.1:{server.ports['grpc']}", file, "--requests", requests, "--signal", signal)
        assert not report["errors"], report
        server.wait_sum(total, (requests + 4) * items)
        return cpu_seconds(pid) - before


def row(name: str, values: list[float], count: int, unit: float, target: str = "") -> str:
    if not values:
        return f"| {name} | not installed | | {target} |"
    per = [value / count * unit for value in values]
    return f"| {name} | {median(per):.2f} | {min(per):.2f} to {max(per):.2f} | {target} |"


def with_peer(context, requests: int, file: Path, *, http: bool = False) -> list[float]:
    with context as peer:
        if peer is None:
            return []
        pid, port = peer[0], peer[2] if http else peer[1]
        measure(pid, port, file, 10, protocol="http" if http else "grpc")
        return [measure(pid, port, file, requests, protocol="http" if http else "grpc") for _ in range(ROUNDS)]


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        large = {
            "traces": write_payloads(here / "traces", payloads.trace_requests(40, 1000)),
            "logs": write_payloads(here / "logs", payloads.log_requests(40, 1000)),
            "metrics": write_payloads(here / "metrics", payloads.metric_requests(40, 1000)),
        }
        small = write_payloads(here / "small", payloads.trace_requests(500, 20))

        print("### Received, synced, stored and rolled up: CPU-seconds per million items\n")
        print("1,000 items a request over gRPC; the peers forward to a sink and store nothing.\n")
        print("| | median | range | target |\n|---|---|---|---|")
        million = LARGE * 1000
        for signal, file in large.items():
            values = [stored(file, LARGE, 1000, signal) for _ in range(ROUNDS)]
            print(row(f"Sonde, {signal}", values, million, 1e6, "3.5" if signal == "traces" else ""), flush=True)
        with sink() as port:
            print(
                row(
                    "Rotel 0.0.1a15, forwarding traces (gzip)",
                    with_peer(rotel("otlp", port), LARGE, large["traces"]),
                    million,
                    1e6,
                ),
                flush=True,
            )
            print(
                row(
                    "Go collector, forwarding traces (gzip)",
                    with_peer(collector("otlp", port, compression="gzip"), LARGE, large["traces"]),
                    million,
                    1e6,
                )
            )
            print(
                row(
                    "Go collector, forwarding traces (none)",
                    with_peer(collector("otlp", port), LARGE, large["traces"]),
                    million,
                    1e6,
                )
            )

        print("\n### Received into a discarding exporter: CPU-seconds per million spans\n")
        print("| | median | range | target |\n|---|---|---|---|")
        print(row("Sonde, gRPC", with_peer(discarding_door(), LARGE, large["traces"]), million, 1e6, "0.4"), flush=True)
        print(row("Rotel, blackhole", with_peer(rotel("blackhole"), LARGE, large["traces"]), million, 1e6), flush=True)
        print(row("Go collector, nop", with_peer(collector("nop"), LARGE, large["traces"]), million, 1e6))

        print("\n### Requests of 20 spans: CPU-microseconds per request\n")
        print("| | median | range | target |\n|---|---|---|---|")
        for http in (False, True):
            name = "HTTP" if http else "gRPC"
            with running_sonde("--store", "none") as server:
                pid, port = server.process.pid, server.ports["http" if http else "grpc"]
                measure(pid, port, small, 200, protocol=name.lower())
                values = [measure(pid, port, small, SMALL, protocol=name.lower()) for _ in range(ROUNDS)]
            print(row(f"Sonde, {name}, journal synced", values, SMALL, 1e6, "45" if http else "110"), flush=True)
            print(
                row(f"Sonde, {name}, discarding", with_peer(discarding_door(), SMALL, small, http=http), SMALL, 1e6),
                flush=True,
            )
            print(
                row(f"Rotel, {name}, blackhole", with_peer(rotel("blackhole"), SMALL, small, http=http), SMALL, 1e6),
                flush=True,
            )
        print(row("Go collector, gRPC, nop", with_peer(collector("nop"), SMALL, small), SMALL, 1e6))


if __name__ == "__main__":
    main()

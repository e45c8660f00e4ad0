"""How long a sender waits for its acknowledgement, how many connections are served, how soon rows can be queried.

Latency counts from a request's scheduled start, so a stall is charged with every request it delayed. Freshness: while
50,000 spans a second arrive, a marker span is sent every half second and asked for until it is there; the time runs from
its acknowledgement. `--quick` runs a short form.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks import payloads
from benchmarks.load import write_payloads
from benchmarks.peers import rotel
from benchmarks.processes import ROOT, load, running_sonde

QUICK = "--quick" in sys.argv
SECONDS = 5 if QUICK else 20


def acknowledgement(here: Path) -> None:
    file = write_payloads(here / "hundred", payloads.trace_requests(200, 100))
    arguments = (file, "--requests", 100 * SECONDS, "--rate", 100)
    print(f"### Acknowledgement: 10,000 spans/s in requests of 100, {SECONDS} s\n")
    print("| | p50 | p99 | worst | errors | target |\n|---|---|---|---|---|---|")
    with running_sonde() as server:
        for protocol in ("grpc", "http"):
            load(protocol, f"127.0.0.1:{server.ports[protocol]}", file, "--requests", 50)
            line(
                f"Sonde, {protocol}, sync: always, stored",
                load(protocol, f"127.0.0.1:{server.ports[protocol]}", *arguments),
                "p99 < 10 ms",
            )
    with rotel("blackhole") as peer:
        if peer:
            line("Rotel, grpc, blackhole, no journal", load("grpc", f"127.0.0.1:{peer[1]}", *arguments))


def line(name: str, report: dict, target: str = "") -> None:
    errors = sum(report["errors"].values())
    print(
        f"| {name} | {report['p50_ms']:.2f} ms | {report['p99_ms']:.2f} ms | {report['max_ms']:.2f} ms | {errors} | {target} |",
        flush=True,
    )


def connections(here: Path) -> None:
    file = write_payloads(here / "twenty", payloads.trace_requests(200, 20))
    print("\n### 1,000 concurrent HTTP connections, requests of 20 spans\n")
    print("| | p50 | p99 | worst | errors | target |\n|---|---|---|---|---|---|")
    with running_sonde() as server:
        report = load("http", f"127.0.0.1:{server.ports['http']}", file, "--requests", 20_000, "--concurrency", 1000)
    line(f"Sonde, {report['ok'] / report['elapsed_s']:,.0f} requests/s", report, "no error")


def freshness(here: Path) -> None:
    file = write_payloads(here / "thousand", payloads.trace_requests(200, 1000))
    print(f"\n### Freshness: acknowledged to queryable at 50,000 spans/s, {SECONDS} s\n")
    with running_sonde() as server:
        target = f"127.0.0.1:{server.ports['grpc']}"
        background = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load", "grpc", target, str(file), "--requests", str(50 * SECONDS), "--rate", "50"],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        delays = []
        number = 0
        while background.poll() is None:
            number += 1
            delays.append(marker_delay(server, number))
            time.sleep(max(0.0, 0.5 - delays[-1]))
        report = background.stdout.read() if background.stdout else ""
        shown = (
            "idle"
            if not delays
            else f"p50 {quantile(delays, 0.5):.2f} s, p99 {quantile(delays, 0.99):.2f} s, worst {max(delays):.2f} s"
        )
        print(f"{shown} over {len(delays)} markers (target: p99 < 2 s). The load: {report.strip()}")


def marker_delay(server, number: int) -> float:
    trace_id = f"{number:032x}"
    body = (
        '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"marker"}}]},"scopeSpans":[{"spans":'
        f'[{{"traceId":"{trace_id}","spanId":"{number:016x}","name":"marker","kind":2,"startTimeUnixNano":"{time.time_ns()}","endTimeUnixNano":"{time.time_ns()}"}}]}}]}}]}}'
    )
    request = urllib.request.Request(
        server.url("http", "/v1/traces"), data=body.encode(), headers={"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=30).close()
    started = time.monotonic()
    while not server.rows(f"otel_traces WHERE TraceId = '{trace_id}'"):
        if time.monotonic() - started > 60:
            raise RuntimeError("a marker did not arrive within 60 s")
        time.sleep(0.02)
    return time.monotonic() - started


def quantile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        acknowledgement(Path(directory))
        connections(Path(directory))
        freshness(Path(directory))


if __name__ == "__main__":
    main()

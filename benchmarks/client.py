"""What exporting costs the application that does it, beside the official exporters in the same run.

    python -m benchmarks client

Each figure comes from processes of their own (`benchmarks.client_run`) that emit and ship to a door which discards
(`benchmarks.discard`). Rounds alternate, and the best of each counts, for what disturbs a run only adds to it. *Export* is the
CPU of the whole process less that of the same process without an exporter: hand-off, encoding, compression, sending, and
what holding items costs Python's garbage collector. *Hand-off* is the processor's `on_end` by itself: what the
application's own thread pays for a span over the SDK alone. Then: what importing adds, in CPU time, and the memory of an
application whose server is dead. Takes some four minutes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

from benchmarks.discard import discarding_door
from benchmarks.processes import ROOT, free_port

ROUNDS = 3
EXPORTERS = ("none", "official", "sonde")
SIGNALS = {
    "traces": ("span", 24_576, (("http/protobuf", "none"), ("http/protobuf", "gzip"), ("http/json", "none"), ("grpc", "none"), ("grpc", "gzip"))),
    "logs": ("log record", 24_576, (("http/protobuf", "none"), ("grpc", "none"))),
    "metrics": ("point", 40_000, (("http/protobuf", "none"), ("grpc", "none"))),
}  # fmt: skip
"""By signal: what one item is called, how many are emitted, by which ways."""

DEAD_S = 12
OFFICIAL_HAS_NO = "http/json"
SDK = "import opentelemetry.sdk.trace.export, opentelemetry.sdk._logs.export, opentelemetry.sdk.metrics.export"
IMPORTS = {
    "SDK": "",
    "official exporters, HTTP": "import opentelemetry.exporter.otlp.proto.http.trace_exporter, "
    "opentelemetry.exporter.otlp.proto.http.metric_exporter, opentelemetry.exporter.otlp.proto.http._log_exporter",
    "official exporters, gRPC": "import opentelemetry.exporter.otlp.proto.grpc.trace_exporter, "
    "opentelemetry.exporter.otlp.proto.grpc.metric_exporter, opentelemetry.exporter.otlp.proto.grpc._log_exporter",
    "Sonde's exporters and processors": "import sonde.client.sdk.exporters, sonde.client.sdk.processors",
    "`sonde.configure`, with logs and observers": "import sonde.client.configure, sonde.client.observers",
}


def run(*arguments: object) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client_run", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def best(reports: list[dict[str, float]], name: str) -> float:
    return min(report[name] for report in reports)


def exporting(signal: str, ports: dict[str, int]) -> None:
    item, count, cases = SIGNALS[signal]
    hand = "" if signal != "traces" else " official: hand-off | Sonde: hand-off |"
    print(f"\n| {signal}: protocol | compression | official: export | Sonde: export | ratio |{hand}")
    print("| --- | --- | --- | --- | --- |" + " --- | --- |" * (signal == "traces"))
    found: dict[tuple[str, ...], list[dict[str, float]]] = {}
    for _ in range(ROUNDS):
        found.setdefault(("none",), []).append(run(signal, "none", "http/protobuf", "none", 0, count))
        for protocol, compression in cases:
            for exporter in EXPORTERS[1:] if protocol != OFFICIAL_HAS_NO else EXPORTERS[2:]:
                report = run(signal, exporter, protocol, compression, ports.get(protocol, ports["http"]), count)
                found.setdefault((exporter, protocol, compression), []).append(report)
    alone = best(found["none",], "cpu_us")
    for case in cases:
        theirs, ours = found.get(("official", *case)), found["sonde", *case]
        cost = best(ours, "cpu_us") - alone
        cells = ["does not speak it", f"{cost:.1f} µs", ""]
        if theirs:
            their_cost = best(theirs, "cpu_us") - alone
            cells = [f"{their_cost:.1f} µs", f"{cost:.1f} µs", f"1/{their_cost / cost:.1f}"]
        if signal == "traces":
            cells += [f"{best(theirs, 'hand_us'):.2f} µs" if theirs else "", f"{best(ours, 'hand_us'):.2f} µs"]
        print("|", " | ".join((*case, *cells)), "|", flush=True)
    print(
        f"\nCPU for one {item}, the best of {ROUNDS} alternating runs of {count:,}; without an exporter: {alone:.1f} µs."
    )


def importing() -> None:
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(9):
        for name, statement in IMPORTS.items():
            taken[name].append(cpu_ms(f"{SDK}\n{statement}"))
    alone = statistics.median(taken.pop("SDK"))
    print(f"\n| import | CPU over the SDK's {alone:.0f} ms |\n| --- | --- |")
    for name, times in taken.items():
        print(f"| {name} | {statistics.median(times) - alone:.0f} ms |")


def cpu_ms(code: str) -> float:
    """CPU milliseconds of an interpreter that runs some code, compiled before as it is where it is installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", code], environment)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"failed: {code}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def dead_server() -> None:
    print(f"\n| server dead, {DEAD_S} s | spans emitted | memory grown by |\n| --- | --- | --- |")
    port = free_port()
    for exporter in EXPORTERS:
        report = run("dead", exporter, "http/protobuf", "none", port, DEAD_S)
        print(f"| {exporter} | {report['emitted']:,} | {report['grown_mib']:.0f} MiB |", flush=True)
    print(
        "\nSonde holds up to 64 MiB of encoded requests for the server's return; the official exporter at most 2,048 spans."
    )


if __name__ == "__main__":
    with discarding_door() as (_pid, grpc_port, http_port):
        for name in SIGNALS:
            exporting(name, {"grpc": grpc_port, "http": http_port})
    importing()
    dead_server()

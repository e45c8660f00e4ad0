"""What the users of an application feel of its telemetry: the latency of its requests, whatever becomes of the server.

    python -m benchmarks host_latency

Each row is a process of its own: a thread pool of eight that handles 2,000 requests, one every two milliseconds, each with
five spans, two log records and a little work in Python. Latency is from the moment at which a request was
due, so a stall shows in all that wait behind it (Coordinated omission: Gil Tene, "How NOT to Measure Latency"). Without an
exporter spans are made and thrown away. The official exporters and Sonde's have the same variables, queue and schedule. Servers:
one that discards, a port that refuses, and one that accepts and never answers. Rounds alternate; figures are medians.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.discard import discarding_door
from benchmarks.processes import ROOT

ROUNDS = 3
EXPORTERS = ("none", "official", "sonde")
SERVERS = ("discards", "refuses", "hangs")


@contextmanager
def refusing() -> Iterator[int]:
    """A port that is bound and does not listen."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@contextmanager
def hanging() -> Iterator[int]:
    """A port whose connections the kernel establishes and nobody accepts."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        yield listener.getsockname()[1]


def run(exporter: str, port: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.host_latency_run", exporter, str(port)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    report: dict[str, float] = json.loads(done.stdout)
    return report


def main() -> None:
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    with ExitStack() as stack:
        _, _, http_port = stack.enter_context(discarding_door())
        ports = {
            "discards": http_port,
            "refuses": stack.enter_context(refusing()),
            "hangs": stack.enter_context(hanging()),
        }
        for _ in range(ROUNDS):
            for server in SERVERS:
                for exporter in EXPORTERS:
                    if exporter != "none" or server == SERVERS[0]:
                        found.setdefault((exporter, server), []).append(run(exporter, ports[server]))
    print(
        "| exporter | server | p50 | p99 | max | CPU | end of the process |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for (exporter, server), reports in sorted(found.items()):
        middle = {name: statistics.median(report[name] for report in reports) for name in reports[0]}
        print(
            f"| {exporter} | {server if exporter != 'none' else '—'} | {middle['p50_ms']:.2f} ms | {middle['p99_ms']:.2f} ms "
            f"| {middle['max_ms']:.1f} ms | {middle['cpu_s']:.2f} s | {middle['end_s']:.2f} s |"
        )
    print(f"\n2,000 requests at 500/s over HTTP/protobuf; medians of {ROUNDS} alternating rounds. *End* is what the "
          "providers' shutdown takes.")  # fmt: skip


if __name__ == "__main__":
    main()

"""Memory of the whole process tree under load, and time to ready.

Proportional set size, sampled twice a second. Growth is the median of the last quarter of the samples over that of the
second quarter, so that filling caches at the start does not count. `--seconds N` sets the length of each load (default
60; 3600 for the hour).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import payloads
from benchmarks.load import write_payloads
from benchmarks.peers import rotel
from benchmarks.processes import ROOT, memory_bytes, running_sonde

SECONDS = int(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 60


def under_load(pid: int, port: int, file: Path, rate: int) -> list[int]:
    sender = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", "grpc", f"127.0.0.1:{port}", str(file), "--requests", str(rate * SECONDS), "--rate", str(rate)],
        cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    samples = []
    while sender.poll() is None:
        samples.append(memory_bytes(pid))
        time.sleep(0.5)
    return samples


def line(name: str, ready_s: float | None, samples: list[int], target: str) -> None:
    quarter = max(1, len(samples) // 4)
    growth = median(samples[-quarter:]) / median(samples[quarter : 2 * quarter])
    ready = "" if ready_s is None else f"{ready_s:.2f} s"
    print(
        f"| {name} | {ready} | {median(samples) / 2**20:.0f} MiB | {max(samples) / 2**20:.0f} MiB | {growth:.2f} | {target} |",
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = write_payloads(Path(directory) / "payloads", payloads.trace_requests(50, 1000))
        print(f"50,000 spans/s over gRPC for {SECONDS} s\n")
        print("| | ready after | median | peak | growth | target |\n|---|---|---|---|---|---|")
        with running_sonde("--store", "none") as server:
            line(
                "Sonde, --store none",
                server.ready_after_s,
                under_load(server.process.pid, server.ports["grpc"], file, 50),
                "80 MiB, 3 s",
            )
        with running_sonde() as server:
            line(
                "Sonde, embedded store",
                server.ready_after_s,
                under_load(server.process.pid, server.ports["grpc"], file, 50),
                "1 GiB, 3 s",
            )
        with rotel("blackhole") as peer:
            if peer:
                line("Rotel, blackhole", None, under_load(peer[0], peer[1], file, 50), "")


if __name__ == "__main__":
    main()

"""What it costs to receive OTLP/gRPC: CPU of the receiving process, per request and per million spans.

    python -m benchmarks.door_grpc

Sonde's door (with a sink that discards; it validates every request) beside, in the same run: grpcio's synchronous server
handing raw bytes to a function that drops them (one worker thread, and four), and Rotel into its blackhole, which decodes.
The load comes from another process: grpcio's asyncio client, 4 connections, 16 calls in flight. CPU is user plus system
time of the server's process tree between two readings of /proc, after a warm-up, so that imports and start are not in it.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent import futures
from contextlib import ExitStack
from pathlib import Path

import grpc

from benchmarks.discard import discarding_door
from benchmarks.load import METHODS, write_payloads
from benchmarks.payloads import trace_requests
from benchmarks.peers import rotel
from benchmarks.processes import cpu_seconds, free_port, load, memory_bytes, running

SMALL, LARGE = 20, 1000
REQUESTS = {SMALL: 12_000, LARGE: 1_500}
CONCURRENCY, CHANNELS = 16, 4


def serve_grpcio(port: int, workers: int) -> None:
    """Serve with grpcio's synchronous server, without deserialisation: the least that it can do."""
    server = grpc.server(futures.ThreadPoolExecutor(workers), options=[("grpc.max_receive_message_length", -1)])
    handler = grpc.unary_unary_rpc_method_handler(lambda request, context: b"")
    service, method = METHODS["traces"].lstrip("/").split("/")
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def grpcio(workers: int):
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.door_grpc", str(port), str(workers)]
    return port, running(command, port)


def measure(pid: int, port: int, file: Path, requests: int, *, gzip: bool = False) -> tuple[float, dict]:
    """CPU-seconds of the server for one request, and the client's report."""
    options = ["--concurrency", CONCURRENCY, "--channels", CHANNELS, *(["--gzip"] if gzip else [])]
    load("grpc", f"127.0.0.1:{port}", file, "--requests", requests // 10, *options)
    before = cpu_seconds(pid)
    report = load("grpc", f"127.0.0.1:{port}", file, "--requests", requests, *options)
    return (cpu_seconds(pid) - before) / requests, report


def rows(name: str, pid: int, port: int, files: dict[int, Path]) -> None:
    small, first = measure(pid, port, files[SMALL], REQUESTS[SMALL])
    large, second = measure(pid, port, files[LARGE], REQUESTS[LARGE])
    packed, third = measure(pid, port, files[LARGE], REQUESTS[LARGE] // 5, gzip=True)
    errors = {**first["errors"], **second["errors"], **third["errors"]} or "none"
    per_million = 1e6 / LARGE
    print(
        f"| {name} | {small * 1e6:.0f} | {large * per_million:.3f} | {packed * per_million:.3f}"
        f" | {memory_bytes(pid) / 2**20:.0f} | {errors} |",
        flush=True,
    )


def main() -> None:
    print(__doc__.split("\n\n")[2].replace("\n", " "), "\n")
    print(
        f"| receiver | µs CPU a request of {SMALL} spans | CPU-s per million spans, {LARGE} a request | the same with gzip | MiB | errors |"
    )
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory() as directory, ExitStack() as peers:
        files = {
            spans: write_payloads(Path(directory) / str(spans), trace_requests(count, spans))
            for spans, count in ((SMALL, 200), (LARGE, 16))
        }
        with discarding_door() as (pid, port, _):
            rows("Sonde's door", pid, port, files)
        for workers in (1, 4):
            port, server = grpcio(workers)
            with server as pid:
                rows(
                    f"grpcio, synchronous, {workers} worker thread{'s' if workers > 1 else ''}, nothing checked",
                    pid,
                    port,
                    files,
                )
        found = peers.enter_context(rotel("blackhole"))
        if found is None:
            print("Rotel is not installed: `pip install rotel`")
        else:
            rows("Rotel, decoded, into its blackhole", found[0], found[1], files)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        serve_grpcio(int(sys.argv[1]), int(sys.argv[2]))
    else:
        main()

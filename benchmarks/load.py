"""A load generator: sends prepared OTLP requests over gRPC or HTTP and says what came back, as one JSON object.

    python -m benchmarks.load grpc 127.0.0.1:4317 PAYLOADS --requests 1000 --concurrency 16

PAYLOADS is a file written by `write_payloads`. Closed loop: `--concurrency` requests are always in flight; with `--rate`
requests are started on a schedule instead, and latency counts from the scheduled start, so that a stalled server is
charged for the requests that it delayed. Runs in its own process, so that its CPU is not the server's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import struct
import time
from pathlib import Path

import grpc

PATHS = {"traces": "/v1/traces", "metrics": "/v1/metrics", "logs": "/v1/logs"}
METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}


def write_payloads(path: Path, payloads: list[bytes]) -> Path:
    """Payloads with their lengths, for another process to read."""
    path.write_bytes(b"".join(struct.pack("<I", len(payload)) + payload for payload in payloads))
    return path


def read_payloads(path: Path) -> list[bytes]:
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


class Tally:
    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.errors: dict[str, int] = {}

    def report(self, elapsed: float) -> dict[str, object]:
        ordered = sorted(self.latencies) or [0.0]
        quantile = lambda q: round(ordered[min(len(ordered) - 1, int(q * len(ordered)))] * 1e3, 3)
        return {
            "ok": len(self.latencies),
            "errors": self.errors,
            "elapsed_s": round(elapsed, 3),
            "p50_ms": quantile(0.5),
            "p99_ms": quantile(0.99),
            "max_ms": quantile(1.0),
        }


async def drive(send, options, tally: Tally) -> None:
    """Call `await send(index)` `requests` times, `concurrency` at once or on a schedule."""
    started = time.perf_counter()
    counter = iter(range(options.requests))

    async def one(index: int, begun: float) -> None:
        try:
            await send(index)
            tally.latencies.append(time.perf_counter() - begun)
        except Exception as error:
            name = str(getattr(error, "code", lambda: "")() or type(error).__name__)
            tally.errors[name] = tally.errors.get(name, 0) + 1

    async def worker() -> None:
        for index in counter:
            await one(index, time.perf_counter())

    if not options.rate:
        await asyncio.gather(*(worker() for _ in range(options.concurrency)))
        return
    tasks = []
    for index in counter:
        due = started + index / options.rate
        pause = due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        tasks.append(asyncio.create_task(one(index, due)))
    await asyncio.gather(*tasks)


async def over_grpc(options, payloads: list[bytes], tally: Tally) -> None:
    arguments = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(options.target, options=arguments) for _ in range(options.channels)]
    calls = [channel.unary_unary(METHODS[options.signal]) for channel in channels]
    compression = grpc.Compression.Gzip if options.gzip else None

    async def send(index: int) -> None:
        await calls[index % len(calls)](
            payloads[index % len(payloads)], timeout=60, compression=compression, wait_for_ready=True
        )

    await drive(send, options, tally)
    for channel in channels:
        await channel.close()


async def over_http(options, payloads: list[bytes], tally: Tally) -> None:
    host, port = options.target.rsplit(":", 1)
    head = f"POST {PATHS[options.signal]} HTTP/1.1\r\nHost: {options.target}\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
    requests = [head.encode() + str(len(payload)).encode() + b"\r\n\r\n" + payload for payload in payloads]
    idle: asyncio.LifoQueue = asyncio.LifoQueue()
    opened = await asyncio.gather(*(asyncio.open_connection(host, int(port)) for _ in range(options.concurrency)))
    for pair in opened:
        idle.put_nowait(pair)

    async def send(index: int) -> None:
        reader, writer = await idle.get()
        try:
            writer.write(requests[index % len(requests)])
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if length:
                await reader.readexactly(length)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(answer[:15].decode())
        finally:
            idle.put_nowait((reader, writer))

    await drive(send, options, tally)
    for _, writer in opened:
        writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=("grpc", "http"))
    parser.add_argument("target")
    parser.add_argument("payloads", type=Path)
    parser.add_argument("--signal", default="traces", choices=tuple(PATHS))
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--gzip", action="store_true")
    options = parser.parse_args()
    tally, payloads = Tally(), read_payloads(options.payloads)
    started = time.perf_counter()
    asyncio.run((over_grpc if options.protocol == "grpc" else over_http)(options, payloads, tally))
    print(json.dumps(tally.report(time.perf_counter() - started)))


if __name__ == "__main__":
    main()

"""The journal: what an append costs in CPU, how many a second, how long an acknowledgement takes; SQLite beside it.

    python -m benchmarks.journal [--directory DIR] [--quick]

Payloads are trace requests of 20 and 1,000 spans. `senders` requests are outstanding at any time on one event loop, as
in a door; each answer sends the next; a reader deletes what is sealed. CPU is that of the whole process, the event
loop's share and the kernel's writing included. The peer commits one request at a time, as an embedded database does it:
SQLite in WAL mode, `synchronous=FULL`, one INSERT and COMMIT a request; it does less (no segments to hand on as they
lie) and cannot share a sync between requests.

Syncs go to the disk under `--directory` (default: `benchmarks/out`): a figure without the disk's own sync latency,
which is printed, says little. In a virtual machine the first touch of fresh page cache can double the cost of a write:
run it twice.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from pathlib import Path

import google_crc32c
import uvloop

from benchmarks.payloads import trace_requests
from sonde.core.signal import Signal
from sonde.journal import Cursor, JournalConfig, JournalWriter

HEADINGS = ("what", "payload", "senders", "requests/s", "CPU us/request", "of it CRC32C", "syncs", "p50 ms", "p99 ms")


class Closed:
    """`senders` outstanding requests; each answer sends the next, until `count` are answered."""

    def __init__(self, writer: JournalWriter, payload: bytes, count: int) -> None:
        self.writer, self.payload, self.left, self.unanswered = writer, payload, count, count
        self.finished = asyncio.Event()
        self.latencies: list[float] = []

    def send(self) -> None:
        if self.left:
            self.left -= 1
            started = time.perf_counter()
            self.writer.append(Signal.TRACES, "default", self.payload, 1, lambda error: self.answered(error, started))

    def answered(self, error: Exception | None, started: float) -> None:
        if error is not None:
            raise error
        self.latencies.append(time.perf_counter() - started)
        self.unanswered -= 1
        if not self.unanswered:
            self.finished.set()
        self.send()


async def delete_sealed(directory: Path) -> None:
    """The keeper's part: segments go as they come, and their page cache is used again."""
    cursor = Cursor(directory, "bench")
    while True:
        await asyncio.sleep(0.05)
        await asyncio.to_thread(lambda: cursor.finish(*cursor.pending()))


async def closed_loop(directory: Path, config: JournalConfig, payload: bytes, senders: int, count: int) -> dict:
    loop = asyncio.get_running_loop()
    writer = JournalWriter(directory, config, writer="bench", deliver=loop.call_soon_threadsafe)
    run = Closed(writer, payload, count)
    reader = asyncio.create_task(delete_sealed(directory))
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(senders):
        run.send()
    await run.finished.wait()
    reader.cancel()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    stats = writer.stats()
    await asyncio.to_thread(writer.close)
    return {"cpu": cpu, "wall": wall, "latencies": run.latencies, "syncs": stats["syncs"]}


async def open_loop(directory: Path, payload: bytes, per_second: int, seconds: float) -> dict:
    """Requests at a steady rate, whether or not the last was answered."""
    loop = asyncio.get_running_loop()
    writer = JournalWriter(directory, JournalConfig(), writer="bench", deliver=loop.call_soon_threadsafe)
    count = round(per_second * seconds)
    run = Closed(writer, payload, count)
    start = time.perf_counter()
    cpu = time.process_time()

    def answered(error: Exception | None, due: float) -> None:
        if error is not None:
            raise error
        run.latencies.append(time.perf_counter() - due)
        if len(run.latencies) == count:
            run.finished.set()

    for number in range(count):
        due = start + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.append(Signal.TRACES, "default", payload, 1, lambda error, due=due: answered(error, due))
    await run.finished.wait()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - start
    stats = writer.stats()
    await asyncio.to_thread(writer.close)
    return {"cpu": cpu, "wall": wall, "latencies": run.latencies, "syncs": stats["syncs"]}


def sqlite_inserts(directory: Path, payload: bytes, count: int) -> dict:
    database = sqlite3.connect(directory / "peer.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, received INTEGER, body BLOB)")
    latencies = []
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(count):
        started = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO journal (received, body) VALUES (?, ?)", (time.time_ns(), payload))
        database.execute("COMMIT")
        latencies.append(time.perf_counter() - started)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    database.close()
    return {"cpu": cpu, "wall": wall, "latencies": latencies, "syncs": count}


def sync_latency(directory: Path, size: int = 7000, count: int = 200) -> tuple[float, float]:
    """The bare disk: append and `fdatasync`; p50 in seconds, and CPU seconds of one."""
    descriptor = os.open(directory / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    took, cpu = [], time.process_time()
    for _ in range(count):
        os.write(descriptor, bytes(size))
        started = time.perf_counter()
        os.fdatasync(descriptor)
        took.append(time.perf_counter() - started)
    cpu = time.process_time() - cpu
    os.close(descriptor)
    return sorted(took)[count // 2], cpu / count


def crc_cost(payload: bytes) -> float:
    started = time.process_time()
    for _ in range(200):
        google_crc32c.value(payload)
    return (time.process_time() - started) / 200


def row(what: str, payload: bytes, senders: str, result: dict, *, crc: bool = True) -> str:
    latencies = sorted(result["latencies"])
    count = len(latencies)
    cells = (
        what,
        f"{len(payload) / 1000:.1f} kB",
        senders,
        f"{count / result['wall']:,.0f}",
        f"{result['cpu'] / count * 1e6:.1f}",
        f"{crc_cost(payload) * 1e6:.1f}" if crc else "-",
        f"{result['syncs']:,}",
        f"{latencies[count // 2] * 1e3:.2f}",
        f"{latencies[int(count * 0.99)] * 1e3:.2f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, default=Path(__file__).parent / "out")
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests")
    options = parser.parse_args()
    options.directory.mkdir(exist_ok=True)
    scale = 10 if options.quick else 1
    with tempfile.TemporaryDirectory(prefix="journal-bench-", dir=options.directory) as scratch:
        place = Path(scratch)
        p50, cpu = sync_latency(place)
        print(
            f"The bare disk: append of 7 kB and fdatasync {p50 * 1e6:.0f} us at the median, {cpu * 1e6:.0f} us of CPU.\n"
        )
        print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
        number = 0
        for spans, many in ((20, 20_000), (1000, 2000)):
            payload = trace_requests(1, spans)[0]
            for sync in ("always", "interval", "never"):
                for senders in (1, 10, 100) if sync == "always" else (10,):
                    number += 1
                    config = JournalConfig(sync=sync, quota_bytes=1 << 50, min_free_bytes=0)
                    count = max(100, (many if senders > 1 else many // 10) // scale)
                    result = uvloop.run(closed_loop(place / str(number), config, payload, senders, count))
                    print(row(f"journal, sync {sync}", payload, str(senders), result), flush=True)
            result = sqlite_inserts(place, payload, many // 20 // scale + 50)
            print(row("SQLite WAL, FULL", payload, "1", result, crc=False), flush=True)
            (place / "peer.db").unlink()
        payload = trace_requests(1, 100)[0]
        result = uvloop.run(open_loop(place / "open", payload, 100, 20 / scale))
        print(row("journal, sync always", payload, "100/s", result))


if __name__ == "__main__":
    main()

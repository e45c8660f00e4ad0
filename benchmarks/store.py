"""What storing costs: CPU-seconds per million items, bytes an item on disk, and how long questions take.

    python -m benchmarks.store --spans 1000000 --logs 250000 --points 250000
    python -m benchmarks.store --spans 10000000 --queries 40

Segments as a door at 50,000 items a second would seal them (25,000 items each) are landed one after the other in one
process with the embedded engine; the CPU is that process's, user and system, all threads, until no merge is left to do.
Questions are asked afterwards, one at a time. Output is Markdown.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.payloads import log_requests, metric_requests, trace_requests
from sonde.core.signal import Signal
from sonde.store import Landing, Store, open_store

SEGMENT = 25_000
MAKERS = {Signal.TRACES: trace_requests, Signal.LOGS: log_requests, Signal.METRICS: metric_requests}
STEP_NS = 20_000
START_NS = 1_760_000_000_000_000_000


def segments(signal: Signal, count: int, variants: int = 8):
    """`count` items as segment bodies; spans get ids and times of their own in every segment."""
    for number in range(-(-count // SEGMENT)):
        start_ns = START_NS + number * SEGMENT * STEP_NS
        seed = number if signal is Signal.TRACES else number % variants
        yield start_ns, b"".join(MAKERS[signal](SEGMENT // 1000, 1000, seed=seed, start_ns=start_ns))


def merging(store: Store) -> int:
    """Merges that run now."""
    return int(store.engine.query("SELECT count() AS n FROM system.merges")[0]["n"])


def settle(store: Store) -> None:
    """Wait until the engine has nothing left to merge on its own."""
    quiet = 0
    while quiet < 5:
        quiet = 0 if merging(store) else quiet + 1
        time.sleep(0.2)


def load(store: Store, signal: Signal, count: int) -> tuple[float, float]:
    """CPU-seconds per million items: until the inserts were done, and until the merges were."""
    spent = 0.0
    landing = Landing(store)
    for start_ns, body in segments(signal, count):
        before = time.process_time()
        landing.land(signal, "default", body, token=f"{signal.value}/{start_ns}", created_ns=start_ns)
        spent += time.process_time() - before
    before = time.process_time()
    settle(store)
    after = time.process_time() - before
    return spent * 1e6 / count, (spent + after) * 1e6 / count


def disk(store: Store) -> list[dict]:
    """Rows, parts and bytes of every table that has any."""
    return store.engine.query(
        "SELECT table, sum(rows) AS n, count() AS parts, sum(bytes_on_disk) AS bytes,"
        " sum(data_uncompressed_bytes) AS raw FROM system.parts"
        " WHERE active AND database = 'otel' GROUP BY table ORDER BY bytes DESC"
    )


def timed(ask, times: int) -> str:
    """Median and 95th percentile of the durations of `times` questions."""
    took = []
    for _ in range(times):
        before = time.perf_counter()
        ask()
        took.append((time.perf_counter() - before) * 1000)
    took.sort()
    return f"{statistics.median(took):.1f} | {took[int(len(took) * 0.95)]:.1f}"


def questions(store: Store, times: int) -> None:
    rng = random.Random(3)
    ids = [
        row["id"]
        for row in store.engine.query(
            "SELECT TraceId AS id FROM otel.otel_traces_trace_id_ts ORDER BY cityHash64(TraceId) LIMIT 200"
        )
    ]
    users = [f"u{rng.randrange(50_000)}" for _ in range(200)]

    def trace() -> None:
        store.engine.query(
            "WITH (SELECT (min(Start), max(End)) FROM otel.otel_traces_trace_id_ts WHERE TraceId = {id:String}) AS span"
            " SELECT * EXCEPT (Timestamp) FROM otel.otel_traces WHERE TraceId = {id:String}"
            " AND Timestamp >= span.1 - 1 AND Timestamp <= span.2 + 1",
            {"id": rng.choice(ids)},
        )

    def search(where: str) -> None:
        store.engine.query(
            f"SELECT TraceId, max(toUnixTimestamp64Nano(Timestamp)) AS at FROM otel.otel_traces WHERE {where}"
            " GROUP BY TraceId ORDER BY at DESC LIMIT 20",
            {"user": rng.choice(users)},
        )

    print("\n| question | median ms | p95 ms |\n| --- | --- | --- |")
    print(f"| trace by id | {timed(trace, times)} |")
    rare = timed(lambda: search("SpanAttributes['user.id'] = {user:String}"), times)
    print(f"| attribute equality, rare value | {rare} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--logs", type=int, default=0)
    parser.add_argument("--points", type=int, default=0)
    parser.add_argument("--queries", type=int, default=0)
    parser.add_argument("--data", type=Path, default=None)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = open_store("", args.data or Path(scratch))
        print("| signal | items | CPU-s per million, inserts | with merges |\n| --- | --- | --- | --- |")
        for signal, count in ((Signal.TRACES, args.spans), (Signal.LOGS, args.logs), (Signal.METRICS, args.points)):
            if count:
                inserts, total = load(store, signal, count)
                print(f"| {signal.value} | {count} | {inserts:.2f} | {total:.2f} |", flush=True)
        print("\n| table | rows | parts | bytes | bytes a row | uncompressed |\n| --- | --- | --- | --- | --- | --- |")
        for row in disk(store):
            print(
                f"| {row['table']} | {row['n']} | {row['parts']} | {row['bytes']} | {row['bytes'] / row['n']:.1f} | {row['raw'] / row['n']:.1f} |"
            )
        if args.queries:
            questions(store, args.queries)
        with Path("/proc/self/status").open() as status:
            print("\n" + next(line.strip() for line in status if line.startswith("VmHWM")), file=sys.stderr)
        store.close()


if __name__ == "__main__":
    main()

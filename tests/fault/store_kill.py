"""The keeper's ingest killed with -9 at random instants: every record is in every table exactly once afterwards.

    python -m tests.fault.store_kill --count 100 [--seed N] [--directory DIR] [--decode]

A journal is filled with small segments of all three signals, each with known counts. A process opens the store and takes
segments in; while it does it is killed, after a time that is spread over opening, inserting and noting, and another
follows, until the wanted kills are done; a last one is left alone. Then every table must have exactly the rows that the
journal had, each id once, and every rollup must add up to them: a segment that was inserted twice, or into some of its tables
only, is found. `--decode` has the engine decode instead of the encoder.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.core.signal import Signal
from sonde.journal import JournalConfig, JournalWriter, quarantined, sealed_segments
from sonde.journal.disk import OsDisk
from sonde.store import Ingester, Landing, open_store

PER_SEGMENT = 20
CONFIG = JournalConfig(sync="never", segment_bytes=1, segment_age_s=3600, min_free_bytes=0, quota_bytes=1 << 40)


def request_of(kind: Signal, number: int, now_ns: int) -> bytes:
    """PER_SEGMENT records that carry their numbers; metrics have as many points of each of three kinds."""
    first = number * PER_SEGMENT
    if kind is Signal.TRACES:
        traces = ExportTraceServiceRequest()
        group = traces.resource_spans.add()
        group.resource.attributes.add(key="service.name").value.string_value = "kill"
        scope = group.scope_spans.add()
        for at in range(first, first + PER_SEGMENT):
            scope.spans.add(
                trace_id=at.to_bytes(16, "big"),
                span_id=(at + 1).to_bytes(8, "big"),
                name="work",
                start_time_unix_nano=now_ns - (at % 3) * 86_400 * 10**9,  # several partitions, each a block of its own
                end_time_unix_nano=now_ns + 5,
            )
        return traces.SerializeToString()
    if kind is Signal.LOGS:
        logs = ExportLogsServiceRequest()
        records = logs.resource_logs.add().scope_logs.add()
        for at in range(first, first + PER_SEGMENT):
            records.log_records.add(time_unix_nano=now_ns, span_id=(at + 1).to_bytes(8, "big"))
        return logs.SerializeToString()
    metrics = ExportMetricsServiceRequest()
    kinds = metrics.resource_metrics.add().scope_metrics.add()
    for name in ("gauge", "sum", "histogram"):
        data = getattr(kinds.metrics.add(name=name), name)
        for at in range(first, first + PER_SEGMENT):
            data.data_points.add(time_unix_nano=now_ns, start_time_unix_nano=at + 1)
    return metrics.SerializeToString()


def fill(journal: Path, segments: int) -> None:
    """A journal with that many sealed segments of each signal."""
    writer = JournalWriter(journal, CONFIG, writer="0", deliver=None)
    answers: queue.Queue = queue.Queue()
    now_ns = time.time_ns()
    for number in range(segments):
        for kind in Signal:
            writer.append(kind, "default", request_of(kind, number, now_ns), PER_SEGMENT, answers.put)
            assert answers.get(timeout=30) is None
    writer.close()


def ingest(directory: Path, *, encode: bool) -> None:
    """What a killed process does: open, take in what waits, end."""
    with contextlib.closing(open_store("", directory)) as store:
        print("open", flush=True)
        ingester = Ingester(store, directory / "journal")
        ingester._landing = Landing(store, encode=encode)
        while ingester.step():
            pass
    print("done", flush=True)


def strike(command: list[str], rng: random.Random) -> bool:
    """Start one and kill it at some instant; False when it had nothing left to do."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if rng.random() < 0.1:
            time.sleep(rng.random())  # while it starts, or opens the store
        else:
            child.stdout.readline()
            time.sleep(rng.random() ** 2 * 0.5)
        finished = child.poll() is not None
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    return not finished


COUNTS = {
    "otel_traces": "count(), uniqExact(SpanId)",
    "otel_traces_trace_id_ts": "uniqExact(TraceId), uniqExact(TraceId)",
    "sonde_red": "sum(Spans), sum(Spans)",
    "otel_logs": "count(), uniqExact(SpanId)",
    "otel_metrics_gauge": "count(), uniqExact(StartTimeUnix)",
    "otel_metrics_sum": "count(), uniqExact(StartTimeUnix)",
    "otel_metrics_histogram": "count(), uniqExact(StartTimeUnix)",
}


def verdict(directory: Path, records: int) -> list[str]:
    """What is wrong: nothing, if every table has every record once."""
    wrong = []
    with contextlib.closing(open_store("", directory)) as store:
        for table, what in COUNTS.items():
            row = store.engine.query(f"SELECT tuple({what}) AS n FROM otel.{table}")[0]
            if tuple(row["n"]) != (records, records):
                wrong.append(f"{table} has {row['n'][0]} rows and {row['n'][1]} records of {records}")
    journal = directory / "journal"
    if left := sealed_segments(journal):
        wrong.append(f"{len(left)} segments are left in the journal")
    if aside := quarantined(journal, OsDisk()):
        wrong.append(f"{len(aside)} segments were set aside: {aside[0]}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="kills")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--directory", type=Path, default=None)
    parser.add_argument("--decode", action="store_true", help="the engine decodes")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        ingest(options.directory, encode=not options.decode)
        return 0
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    rng = random.Random(seed)
    directory = options.directory or Path(tempfile.mkdtemp(prefix="store-kill-"))
    command = [sys.executable, "-m", "tests.fault.store_kill", "--child", "--directory", str(directory)]
    command += ["--decode"] if options.decode else []
    segments = killed = 0
    rounds = 0
    while killed < options.count:
        rounds += 1
        again = directory / f"{rounds}"
        again.mkdir(parents=True)
        command[5] = str(again)
        segments = 4 + 3 * min(20, options.count - killed)
        fill(again / "journal", segments)
        while killed < options.count and strike(command, rng):
            killed += 1
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if wrong := verdict(again, segments * PER_SEGMENT):
            print(f"seed {seed}, {killed} kills, {again}:", *wrong, sep="\n  ")
            return 1
        shutil.rmtree(again)
        print(f"{killed} kills, each record in each table once", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

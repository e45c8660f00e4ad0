"""The wire kernel beside its twin and beside the protobuf library: items per second and CPU-seconds per million items.

    python -m benchmarks.kernel [--quick]

One core, payloads of `benchmarks.payloads` (1,000 spans, log records or data points to a request; a span is about 350
bytes). Every figure is the median of several runs, in CPU time of this process, so that a busy machine shows less.
`ParseFromString` is what a receiver does that makes messages; select by the library is to parse, delete the spans and
serialize.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.payloads import log_requests, metric_requests, trace_requests
from sonde.otlp import twin

try:
    from sonde.otlp import kernel
except ImportError:
    kernel = None

REQUESTS = (ExportTraceServiceRequest, ExportMetricsServiceRequest, ExportLogsServiceRequest)
KEYS = ("http.route", "http.response.status_code", "app.cached")


@dataclass(frozen=True)
class Case:
    """One row: what is done to which payload, and what the protobuf library would do instead."""

    label: str
    signal: int
    payload: bytes
    items: int
    job: Callable[[Any, Case], Any]
    peer: Callable[[bytes], Any] | None = None


def seconds(function: Callable[[], Any], runs: int, run_s: float) -> float:
    """CPU-seconds of one call: the median of `runs` loops of about `run_s` each."""
    started = time.process_time()
    function()
    once = max(time.process_time() - started, 1e-7)
    calls = max(1, int(run_s / once))
    times = []
    for _ in range(runs):
        started = time.process_time()
        for _ in range(calls):
            function()
        times.append((time.process_time() - started) / calls)
    return statistics.median(times)


def select_by_library(payload: bytes) -> bytes:
    message = ExportTraceServiceRequest.FromString(payload)
    for group in message.resource_spans:
        for scope in group.scope_spans:
            del scope.spans[::2]
    return message.SerializeToString()


def validate(impl: Any, case: Case) -> None:
    impl.validate(case.signal, case.payload)


def flatten(impl: Any, case: Case) -> None:
    impl.flatten(case.signal, case.payload)


def scan(impl: Any, case: Case) -> Any:
    return impl.scan(case.signal, case.payload, True)


def attributes(impl: Any, case: Case) -> None:
    columns = scan(impl, case)
    for key in KEYS:
        impl.attribute(columns, "record", key)


def validate_and_attributes(impl: Any, case: Case) -> None:
    validate(impl, case)
    attributes(impl, case)


def select(impl: Any, case: Case) -> None:
    impl.select(scan(impl, case), b"\0\1" * (case.items // 2))


def split(impl: Any, case: Case) -> None:
    impl.split(case.signal, case.payload, max_items=100)


def group(impl: Any, case: Case) -> None:
    impl.group_by_trace(scan(impl, case))


def cases() -> list[Case]:
    spans, small = trace_requests(1)[0], trace_requests(1, 20)[0]
    points, logs = metric_requests(1)[0], log_requests(1)[0]
    parse_spans, parse_points, parse_logs = (request.FromString for request in REQUESTS)
    return [
        Case("spans: validate and count", 0, spans, 1000, validate, parse_spans),
        Case("spans: flatten, nothing nested", 0, spans, 1000, flatten),
        Case("spans: scan", 0, spans, 1000, scan, parse_spans),
        Case("spans: scan, three attributes", 0, spans, 1000, attributes),
        Case("spans: validate, scan, three attributes", 0, spans, 1000, validate_and_attributes),
        Case("spans: scan, select half", 0, spans, 1000, select, select_by_library),
        Case("spans: scan, group by trace", 0, spans, 1000, group),
        Case("spans: validate, scan, split by 100", 0, spans, 1000, split),
        Case("20 spans: validate and count", 0, small, 20, validate, parse_spans),
        Case("20 spans: scan", 0, small, 20, scan),
        Case("data points: validate and count", 1, points, 1000, validate, parse_points),
        Case("log records: validate and count", 2, logs, 1000, validate, parse_logs),
    ]


def measure(case: Case, *, quick: bool) -> list[float | None]:
    """CPU-seconds an item: of the kernel, the twin, the library."""
    runs, run_s = (1, 0.001) if quick else (7, 0.15)
    native = seconds(lambda: case.job(kernel, case), runs, run_s) if kernel else None
    slow = seconds(lambda: case.job(twin, case), min(runs, 3), run_s)
    peer = seconds(lambda: case.peer(case.payload), runs, run_s) if case.peer else None
    return [None if one is None else one / case.items for one in (native, slow, peer)]


def cell(per_item_s: float | None) -> str:
    if per_item_s is None:
        return " | |"
    rate = 1 / per_item_s
    text = f"{rate / 1e6:.1f} M" if rate >= 1e6 else f"{rate / 1e3:.0f} k"
    return f" {text} | {per_item_s * 1e6:.3f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter runs, for a test that this works")
    options = parser.parse_args()
    print(
        "| work on one core | kernel, items/s | CPU-s per million | twin, items/s | CPU-s per million | protobuf library, items/s | CPU-s per million |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for case in cases():
        figures = measure(case, quick=options.quick)
        print(f"| {case.label} |{''.join(map(cell, figures))}", flush=True)


if __name__ == "__main__":
    main()

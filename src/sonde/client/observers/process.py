"""The process's own figures: CPU, memory, disk, file descriptors, threads, context switches, page faults.

CPU, faults and switches come from `resource` on every Unix. The rest is read from `/proc/self` on Linux, and through
psutil elsewhere if it is installed; what neither has is left out.

Source: OpenTelemetry semantic conventions 1.4x, "Semantic conventions for OS process metrics".
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from sonde.client.observers.proc import PROC, Once, ProcessStat, io_bytes, process_stat, read_proc
from sonde.client.observers.rows import Row, Sample

try:
    import resource
except ImportError:  # Windows has no such module
    resource = None  # type: ignore[assignment]  # stands for the missing module

__all__ = ["ON_LINUX", "CpuShare", "cores", "descriptor_limit", "open_descriptors", "process_rows", "process_stat_now"]

ON_LINUX = PROC.joinpath("self/stat").exists()
_HAS_RESOURCE = resource is not None
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if ON_LINUX else 0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if ON_LINUX else 0


@cache
def _psutil_process(_pid: int) -> Any:
    """This process as psutil sees it, anew after a fork.

    Raises:
        ImportError: psutil is not installed.
    """
    return import_module("psutil").Process()


def _read_stat() -> ProcessStat:
    if ON_LINUX:
        return process_stat(read_proc("self/stat"), _PAGE_BYTES)
    process = _psutil_process(os.getpid())
    memory = process.memory_info()
    return ProcessStat(process.num_threads(), 0, memory.vms, memory.rss)


process_stat_now = Once(_read_stat)
"""Threads and memory of this process.

Raises:
    ImportError: neither `/proc` nor psutil is there.
"""


def open_descriptors() -> int:
    """File descriptors that this process has open; takes time in proportion to their number."""
    if ON_LINUX:
        return len(os.listdir("/proc/self/fd")) - 1  # noqa: PTH208 - names are enough; less the one that lists them
    return int(_psutil_process(os.getpid()).num_fds())


def descriptor_limit() -> int | None:
    """How many may be open; None where that is unlimited or unknown."""
    if not _HAS_RESOURCE:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def cores() -> int:
    """Processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if ON_LINUX else os.cpu_count() or 1


class CpuShare:
    """The share of one processor's time that this process has used since it was asked last: 1.5 is one and a half."""

    def __init__(self) -> None:
        self._before = (time.monotonic(), time.process_time())

    def __call__(self) -> float:
        """The share; 0 when it was asked less than a millisecond ago."""
        before, self._before = self._before, (time.monotonic(), time.process_time())
        passed = self._before[0] - before[0]
        return (self._before[1] - before[1]) / passed if passed > 1e-3 else 0.0


def _cpu_time() -> Iterable[Sample]:
    used = os.times()
    return (used.user, {"cpu.mode": "user"}), (used.system, {"cpu.mode": "system"})


def _disk_io() -> Iterable[Sample]:
    if ON_LINUX:
        read, written = io_bytes(read_proc("self/io"))
    else:
        counters = _psutil_process(os.getpid()).io_counters()
        read, written = counters.read_bytes, counters.write_bytes
    return (read, {"disk.io.direction": "read"}), (written, {"disk.io.direction": "write"})


def _switches() -> Iterable[Sample]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    name = "process.context_switch.type"
    return (usage.ru_nvcsw, {name: "voluntary"}), (usage.ru_nivcsw, {name: "involuntary"})


def _faults() -> Iterable[Sample]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    name = "system.paging.fault.type"
    return (usage.ru_majflt, {name: "major"}), (usage.ru_minflt, {name: "minor"})


def _uptime() -> Iterable[Sample]:
    if not ON_LINUX:
        return ((time.time() - _psutil_process(os.getpid()).create_time(), {}),)
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return ((since_boot - process_stat_now().start_ticks / _TICKS_PER_S, {}),)


def process_rows() -> list[Row]:
    """The rows of the group `process`."""
    share = CpuShare()
    rows = [
        Row("counter", "process.cpu.time", "s", "CPU seconds used.", _cpu_time),
        Row("gauge", "process.cpu.utilization", "1", "Share of the processors used.", lambda: [(share() / cores(), {})]),
        Row("updown", "process.memory.usage", "By", "Physical memory in use.",
            lambda: [(process_stat_now().resident_bytes, {})]),
        Row("updown", "process.memory.virtual", "By", "Virtual memory.",
            lambda: [(process_stat_now().virtual_bytes, {})]),
        Row("updown", "process.thread.count", "{thread}", "Threads.", lambda: [(process_stat_now().threads, {})]),
        Row("updown", "process.open_file_descriptor.count", "{file_descriptor}", "Open file descriptors.",
            lambda: [(open_descriptors(), {})]),
        Row("counter", "process.disk.io", "By", "Bytes read from and written to disks.", _disk_io),
        Row("gauge", "process.uptime", "s", "Seconds since the process started.", _uptime),
    ]  # fmt: skip
    if _HAS_RESOURCE:
        rows += [
            Row("counter", "process.context_switches", "{context_switch}", "Context switches.", _switches),
            Row("counter", "process.paging.faults", "{fault}", "Page faults.", _faults),
        ]
    return rows

"""Read Linux's `/proc`: parsers of its texts, and a cache so that one collection reads each file once.

Sources: proc(5), proc_pid_stat(5), proc_pid_statm(5), proc_pid_io(5), proc_stat(5), proc_meminfo(5), and the kernel's
Documentation/admin-guide/iostats.rst for diskstats.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

__all__ = [
    "PROC",
    "Disk",
    "Network",
    "Once",
    "ProcessStat",
    "cpu_seconds",
    "disks",
    "io_bytes",
    "meminfo",
    "networks",
    "process_stat",
    "read_proc",
]

PROC = Path("/proc")
_READ_BYTES = 64 * 1024
_SECTOR_BYTES = 512
_FRESH_S = 0.2
_MAX_DEVICES = 32
_MODES = ("user", "nice", "system", "idle", "iowait", "interrupt", "softirq", "steal")
_MEMORY = frozenset(("MemTotal", "MemFree", "Cached", "Buffers", "SwapTotal", "SwapFree"))
_VIRTUAL_DISKS = ("loop", "ram", "zram", "dm-", "md")

Read = TypeVar("Read")


def read_proc(name: str, *, head: bool = False) -> str:
    """The text of a file below `/proc`, in a third of the time that opening it as text takes.

    Args:
        name: its path below `/proc`.
        head: the first piece, some 4 KiB, is enough.
    """
    file = os.open(f"/proc/{name}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = [os.read(file, _READ_BYTES)]
        while pieces[-1] and not head:
            pieces.append(os.read(file, _READ_BYTES))
    finally:
        os.close(file)
    return b"".join(pieces).decode(errors="replace")


class Once(Generic[Read]):
    """Remembers what was read for a fifth of a second, so that several metrics of one collection share it."""

    def __init__(self, read: Callable[[], Read], now: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._now = now
        self._kept: tuple[float, Read] | None = None

    def __call__(self) -> Read:
        """What was read lately, or is read now."""
        kept, now = self._kept, self._now()
        if kept is None or now - kept[0] > _FRESH_S:
            kept = self._kept = (now, self._read())
        return kept[1]


class ProcessStat(NamedTuple):
    """Of `/proc/self/stat`: threads, start in clock ticks after boot, bytes of virtual and resident memory."""

    threads: int
    start_ticks: int
    virtual_bytes: int
    resident_bytes: int


def process_stat(text: str, page_bytes: int) -> ProcessStat:
    """Read `/proc/self/stat`; the command's name in it may hold blanks and parentheses."""
    after_name = text[text.rindex(")") + 2 :].split()
    return ProcessStat(int(after_name[17]), int(after_name[19]), int(after_name[20]), int(after_name[21]) * page_bytes)


def io_bytes(text: str) -> tuple[int, int]:
    """Bytes that the process has read from and written to disks, of `/proc/self/io`."""
    found = dict(line.split(": ") for line in text.splitlines())
    return int(found["read_bytes"]), int(found["write_bytes"])


def cpu_seconds(text: str, ticks_per_s: int) -> dict[str, float]:
    """Seconds of all processors by `cpu.mode`, of `/proc/stat`."""
    ticks = text.split("\n", 1)[0].split()[1:]
    return {mode: int(value) / ticks_per_s for mode, value in zip(_MODES, ticks, strict=False)}


def meminfo(text: str) -> dict[str, int]:
    """Bytes of what the metrics need, by its name in `/proc/meminfo`."""
    lines = (line.partition(":") for line in text.splitlines())
    return {name: int(value.split()[0]) * 1024 for name, _, value in lines if name in _MEMORY}


class Disk(NamedTuple):
    """Of `/proc/diskstats`, since boot."""

    name: str
    reads: int
    read_bytes: int
    writes: int
    written_bytes: int


def disks(text: str) -> list[Disk]:
    """The disks that have been used, without partitions (`sda1` beside `sda`) and virtual ones."""
    found: list[Disk] = []
    for line in text.splitlines():
        field = line.split()
        name = field[2]
        is_part = any(name.removeprefix(disk.name).removeprefix("p").isdecimal() for disk in found)
        if name.startswith(_VIRTUAL_DISKS) or is_part or not (int(field[3]) or int(field[7])):
            continue
        found.append(
            Disk(name, int(field[3]), int(field[5]) * _SECTOR_BYTES, int(field[7]), int(field[9]) * _SECTOR_BYTES)
        )
    return found[:_MAX_DEVICES]


class Network(NamedTuple):
    """Of `/proc/net/dev`, since boot; each pair is received and transmitted."""

    name: str
    octets: tuple[int, int]
    packets: tuple[int, int]
    errors: tuple[int, int]
    dropped: tuple[int, int]


def networks(text: str) -> list[Network]:
    """The interfaces that have carried anything."""
    found = []
    for line in text.splitlines()[2:]:
        name, _, values = line.partition(":")
        field = [int(value) for value in values.split()]
        pairs = [(field[place], field[place + 8]) for place in range(4)]
        if any(pairs[0]):
            found.append(Network(name.strip(), *pairs))
    return found[:_MAX_DEVICES]

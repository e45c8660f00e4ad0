"""The machine's figures: CPU, memory and swap, disks, network. Linux only, from `/proc`; elsewhere nothing of our own.

In a container, memory and CPU are the host's, disks and network what the container sees.

Source: OpenTelemetry semantic conventions 1.4x, "Semantic conventions for system metrics".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from sonde.client.observers.proc import Network, Once, cpu_seconds, disks, meminfo, networks, read_proc
from sonde.client.observers.rows import Row, Sample

__all__ = ["memory_now", "system_rows"]

memory_now = Once(lambda: meminfo(read_proc("meminfo")))
"""Bytes by the names of `/proc/meminfo`."""

_disks_now = Once(lambda: disks(read_proc("diskstats")))
_networks_now = Once(lambda: networks(read_proc("net/dev")))


def _cpu_time() -> Iterable[Sample]:
    found = cpu_seconds(read_proc("stat", head=True), os.sysconf("SC_CLK_TCK"))
    return [(seconds, {"cpu.mode": mode}) for mode, seconds in found.items()]


def _memory_states() -> dict[str, int]:
    now = memory_now()
    states = {"free": now["MemFree"], "cached": now["Cached"], "buffers": now["Buffers"]}
    return {"used": max(0, now["MemTotal"] - sum(states.values()))} | states


def _memory_usage() -> Iterable[Sample]:
    return [(value, {"system.memory.state": state}) for state, value in _memory_states().items()]


def _memory_share() -> Iterable[Sample]:
    total = memory_now()["MemTotal"]
    return [(value / total, {"system.memory.state": state}) for state, value in _memory_states().items()]


def _swap_usage() -> Iterable[Sample]:
    now = memory_now()
    used = now["SwapTotal"] - now["SwapFree"]
    return [(used, {"system.paging.state": "used"}), (now["SwapFree"], {"system.paging.state": "free"})]


def _disk_io() -> Iterable[Sample]:
    for disk in _disks_now():
        yield disk.read_bytes, {"system.device": disk.name, "disk.io.direction": "read"}
        yield disk.written_bytes, {"system.device": disk.name, "disk.io.direction": "write"}


def _disk_operations() -> Iterable[Sample]:
    for disk in _disks_now():
        yield disk.reads, {"system.device": disk.name, "disk.io.direction": "read"}
        yield disk.writes, {"system.device": disk.name, "disk.io.direction": "write"}


def _network(pair: Callable[[Network], tuple[int, int]]) -> Callable[[], Iterable[Sample]]:
    def read() -> Iterable[Sample]:
        for network in _networks_now():
            received, sent = pair(network)
            yield received, {"network.interface.name": network.name, "network.io.direction": "receive"}
            yield sent, {"network.interface.name": network.name, "network.io.direction": "transmit"}

    return read


def system_rows() -> list[Row]:
    """The rows of the group `system`; none where there is no `/proc`."""
    if sys.platform != "linux":
        return []
    return [
        Row("counter", "system.cpu.time", "s", "CPU seconds of all processors.", _cpu_time),
        Row("updown", "system.memory.usage", "By", "Memory by state.", _memory_usage),
        Row("gauge", "system.memory.utilization", "1", "Share of memory by state.", _memory_share),
        Row("updown", "system.memory.limit", "By", "Memory.", lambda: [(memory_now()["MemTotal"], {})]),
        Row("updown", "system.paging.usage", "By", "Swap by state.", _swap_usage),
        Row("counter", "system.disk.io", "By", "Bytes read from and written to disks.", _disk_io),
        Row("counter", "system.disk.operations", "{operation}", "Operations on disks.", _disk_operations),
        Row("counter", "system.network.io", "By", "Bytes on network interfaces.", _network(lambda net: net.octets)),
        Row("counter", "system.network.packet.count", "{packet}", "Packets.", _network(lambda net: net.packets)),
        Row("counter", "system.network.errors", "{error}", "Network errors.", _network(lambda net: net.errors)),
        Row("counter", "system.network.packet.dropped", "{packet}", "Packets dropped.",
            _network(lambda net: net.dropped)),
    ]  # fmt: skip

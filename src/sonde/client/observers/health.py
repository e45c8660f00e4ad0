"""`health()`: one word on how the process is, and what it is made of.

| part | value | degraded from | critical from |
| --- | --- | --- | --- |
| `memory` | resident memory, as a share of the cgroup's or the machine's | 0.8 | 0.95 |
| `descriptors` | open file descriptors, as a share of the soft limit | 0.7 | 0.9 |
| `cpu` | share of the processors used since it was asked last | 0.9 | never |
| `loop NAME` | lag of an observed event loop, in seconds | 0.1 | 1.0 |
| `thread pool NAME` | waiting tasks for each thread it may have | 2 | 20 |
| `connections NAME` | connections in use, as a share of those it may have | 0.9 | 1.0 |

The status is that of the worst part. A part that cannot be read is left out. Cheap enough for a health endpoint: well under a
millisecond with a hundred descriptors. Thread-safe. Never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sonde.client.observers.loops import watched_loops
from sonde.client.observers.pools import database_pools, executors
from sonde.client.observers.process import CpuShare, cores, descriptor_limit, open_descriptors, process_stat_now
from sonde.client.observers.system import memory_now

__all__ = ["Health", "Part", "Status", "health"]

Status = Literal["ok", "degraded", "critical"]
_ORDER: tuple[Status, ...] = ("ok", "degraded", "critical")
_NEVER = float("inf")
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_CPU = CpuShare()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was looked at.

    Attributes:
        name: what it is.
        status: how it is.
        value: what was found; its meaning is in the module's table.
        degraded_from: the value from which it is degraded.
        critical_from: the value from which it is critical.
    """

    name: str
    status: Status
    value: float
    degraded_from: float
    critical_from: float


@dataclass(frozen=True, slots=True)
class Health:
    """How the process is.

    Attributes:
        status: that of the worst part; `ok` without parts.
        parts: everything that could be looked at.
    """

    status: Status
    parts: tuple[Part, ...]


def judged(name: str, value: float, degraded_from: float, critical_from: float = _NEVER) -> Part:
    """A part with the status that its value means."""
    status: Status = "critical" if value >= critical_from else "degraded" if value >= degraded_from else "ok"
    return Part(name, status, value, degraded_from, critical_from)


def health() -> Health:
    """Look at the process now."""
    parts: list[Part] = []
    for look in _LOOKS:
        with suppress(Exception):  # what cannot be read is left out, whatever the reason
            parts += look()
    worst = max((_ORDER.index(part.status) for part in parts), default=0)
    return Health(_ORDER[worst], tuple(parts))


def _memory() -> Iterable[Part]:
    most = memory_now()["MemTotal"]
    if _CGROUP_LIMIT.exists():
        text = _CGROUP_LIMIT.read_text().strip()
        most = min(most, int(text)) if text.isdecimal() else most
    yield judged("memory", process_stat_now().resident_bytes / most, 0.8, 0.95)


def _descriptors() -> Iterable[Part]:
    most = descriptor_limit()
    if most:
        yield judged("descriptors", open_descriptors() / most, 0.7, 0.9)


def _cpu() -> Iterable[Part]:
    yield judged("cpu", _CPU() / cores(), 0.9)


def _loops() -> Iterable[Part]:
    for watch in watched_loops():
        yield judged(f"loop {watch.name}", watch.lag_s, 0.1, 1.0)


def _thread_pools() -> Iterable[Part]:
    for name, workers in executors():
        yield judged(f"thread pool {name}", workers.queued / max(1, workers.most), 2, 20)


def _connections() -> Iterable[Part]:
    for name, found in database_pools():
        if found.most:
            yield judged(f"connections {name}", found.used / found.most, 0.9, 1.0)


_LOOKS: tuple[Callable[[], Iterable[Part]], ...] = (_memory, _descriptors, _cpu, _loops, _thread_pools, _connections)

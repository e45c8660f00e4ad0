"""`observe`: runtime and system metrics in one call.

| group | what | where from |
| --- | --- | --- |
| `process` | CPU, memory, disk, descriptors, threads, switches, faults | `/proc`, `resource` |
| `system` | CPU, memory, swap, disks, network of the machine | `/proc` |
| `gc` | collections, objects, pauses | `gc` |
| `asyncio` | lag, tasks, blocked loops of those given to `observe_loop` | own |
| `pools` | thread pools and connections given to `observe_executor` and `observe_pool` | own |
| `gil` | lateness of a thread; only if asked for by name | own |

With `source="official"`, and without `/proc`, the official instrumentation is used for what it has, where it is installed. On
Linux its metrics are the same with older attribute names (`type` instead of `cpu.mode`), but take three times as long to read,
and it brings psutil, asyncio and ssl into the process, some 100 ms. What somebody else has activated it for is observed by it
alone, whatever the source.

After a fork the child goes on observing, but for `gil`, whose thread ends with the parent's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Literal, get_args

from opentelemetry.metrics import MeterProvider, get_meter_provider

from sonde.client.observers.garbage import Pauses, garbage_rows
from sonde.client.observers.interpreter import GilWatch, gil_rows
from sonde.client.observers.loops import loop_rows
from sonde.client.observers.official import active_names, official_rows
from sonde.client.observers.pools import pool_rows
from sonde.client.observers.process import ON_LINUX, process_rows
from sonde.client.observers.rows import Row, register
from sonde.client.observers.system import system_rows

__all__ = ["GROUPS", "Group", "observe"]

Group = Literal["process", "system", "gc", "asyncio", "pools", "gil"]
GROUPS: tuple[Group, ...] = get_args(Group)
_DEFAULT = frozenset(GROUPS) - {"gil"}
_OFFICIAL = {"process": "process.", "system": "system.", "gc": "cpython.gc."}
PAUSES = Pauses()
_GIL = GilWatch()
_LOCK = threading.Lock()
_ACTIVE: dict[MeterProvider, Callable[[], None]] = {}


def observe(
    meter_provider: MeterProvider | None = None,
    *,
    only: Collection[Group] | None = None,
    source: Literal["auto", "own", "official"] = "auto",
) -> Callable[[], None]:
    """Observe the process and the machine. A second call for the same provider replaces the first.

    Args:
        meter_provider: where to; None means the global one.
        only: the groups that are wanted; None means all but `gil`.
        source: `own` observers, or the `official` instrumentation where it is installed; `auto` for the former where there is
            `/proc`, else the latter.

    Returns:
        A function that ends it; a second call of it does nothing.

    Raises:
        ValueError: there is no such group.
    """
    wanted = frozenset(_DEFAULT if only is None else only)
    if not wanted <= set(GROUPS):
        raise ValueError(f"{', '.join(sorted(wanted - set(GROUPS)))}: not among the groups {', '.join(GROUPS)}")
    provider = meter_provider or get_meter_provider()
    with _LOCK:
        before = _ACTIVE.pop(provider, None)
        if before is not None:
            before()
        _start(wanted)
        unregister = register(provider, _rows(wanted, source))

        def undo() -> None:
            with _LOCK:
                if _ACTIVE.get(provider) is unregister:
                    del _ACTIVE[provider]
                unregister()
                if not _ACTIVE:
                    PAUSES.stop()
                    _GIL.stop()

        _ACTIVE[provider] = unregister
        return undo


def _start(wanted: Collection[str]) -> None:
    if "gc" in wanted:
        PAUSES.start()
    if "gil" in wanted:
        _GIL.start()


def _rows(wanted: Collection[str], source: str) -> list[Row]:
    made: dict[str, Callable[[], list[Row]]] = {
        "process": process_rows,
        "system": system_rows,
        "gc": lambda: garbage_rows(PAUSES),
        "asyncio": loop_rows,
        "pools": pool_rows,
        "gil": lambda: gil_rows(_GIL),
    }
    own = {row.name: row for group in GROUPS if group in wanted for row in made[group]()}
    prefixes = tuple(prefix for group, prefix in _OFFICIAL.items() if group in wanted)
    is_official = source == "official" or (source == "auto" and not ON_LINUX)
    official = official_rows() if is_official and prefixes else None
    if official is None:
        elsewhere = active_names()
        return [row for name, row in own.items() if name not in elsewhere]
    theirs = [row for row in official.rows if row.name.startswith(prefixes)]
    return theirs + [row for name, row in own.items() if name not in official.names]

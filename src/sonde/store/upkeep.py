"""What the keeper does beside ingest, at intervals and for every tenant: edges and retention.

One thread, which shares the engine with ingest and questions. A failure (the engine is away, or refuses) is logged once for
as long as it lasts, counted, and tried again at the next interval; it stops neither the other tenants nor the other
task. Nothing here is needed for a record to be kept or found: while upkeep fails, the service map stands still and old
days stay.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import SondeError
from sonde.store.edges import Edges
from sonde.store.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sonde.core.clock import Clock
    from sonde.core.signal import Signal
    from sonde.store.retention import Limit
    from sonde.store.store import Store

__all__ = ["EDGES_EVERY_S", "RETENTION_EVERY_S", "Upkeep"]

EDGES_EVERY_S = 10.0
RETENTION_EVERY_S = 60.0
_LOOK_S = 0.5

log = logging.getLogger("sonde.store")


class Upkeep:
    """Edges and retention of a store. `step` and `run` from one thread only.

    Args:
        store: the open store.
        limits: retention by signal.
        clock: what time it is.
    """

    def __init__(self, store: Store, limits: Mapping[Signal, Limit], clock: Clock = SYSTEM_CLOCK) -> None:
        self._store = store
        self._clock = clock
        self._retention = Retention(store, limits, clock)
        self._edges: dict[str, Edges] = {}
        self._next = {"edges": clock.monotonic(), "retention": clock.monotonic()}
        self._failing: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._figures: dict[str, Any] = {
            "edges_minutes": 0,
            "edges_waiting": 0,
            "edges_seconds": 0.0,
            "retention_drops": 0,
            "retention_bytes": 0,
            "failures": 0,
            "last_error": "",
        }

    def step(self) -> None:
        """Do what is due; never raises an error of the store."""
        if self._store.is_none:
            return
        for task, work, every_s in (
            ("edges", self._count_edges, EDGES_EVERY_S),
            ("retention", self._retain, RETENTION_EVERY_S),
        ):
            if self._clock.monotonic() >= self._next[task]:
                self._for_tenants(task, work)
                self._next[task] = self._clock.monotonic() + every_s

    def run(self, stop: threading.Event) -> None:
        """Do what is due until told to stop."""
        while not stop.wait(_LOOK_S):
            self.step()

    def status(self) -> dict[str, Any]:
        """Figures since the start, for metrics.

        Returns:
            `edges_minutes` counted, `edges_waiting` minutes that are not counted to the last span, `edges_seconds` spent,
            `retention_drops` partitions of `retention_bytes` dropped, `failures`, and the `last_error` while it lasts.
        """
        with self._lock:
            return dict(self._figures)

    def _for_tenants(self, task: str, work: Callable[[str], None]) -> None:
        try:
            tenants = self._store.tenants()
        except Exception as error:
            self._failed(task, "", error)
            return
        self._well(task, "")
        for tenant in tenants:
            try:
                work(tenant)
            except Exception as error:
                self._failed(task, tenant, error)
            else:
                self._well(task, tenant)

    def _count_edges(self, tenant: str) -> None:
        began = self._clock.monotonic()
        edges = self._edges.setdefault(tenant, Edges(self._store, tenant, self._clock))
        counted = edges.step()
        with self._lock:
            self._figures["edges_minutes"] += counted
            self._figures["edges_waiting"] = sum(one.waiting for one in self._edges.values())
            self._figures["edges_seconds"] += self._clock.monotonic() - began

    def _retain(self, tenant: str) -> None:
        for drop in (drops := self._retention.plan(tenant)):
            one = drop.partition
            log.info("retention (%s) drops %s of %s: %d rows", drop.reason, one.day, one.table, one.rows)
        self._retention.apply(tenant, drops)
        with self._lock:
            self._figures["retention_drops"] += len(drops)
            self._figures["retention_bytes"] += sum(drop.partition.size_bytes for drop in drops)

    def _failed(self, task: str, tenant: str, error: Exception) -> None:
        if (task, tenant) not in self._failing:
            self._failing.add((task, tenant))
            log.warning("%s of tenant %r waits: %s", task, tenant, error, exc_info=not isinstance(error, SondeError))
        with self._lock:
            self._figures["failures"] += 1
            self._figures["last_error"] = f"{task}: {error}"

    def _well(self, task: str, tenant: str) -> None:
        self._failing.discard((task, tenant))
        if not self._failing:
            with self._lock:
                self._figures["last_error"] = ""

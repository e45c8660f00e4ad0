"""Upkeep runs unwatched for months: a failure must be told once, harm nothing else, and end by itself."""

import logging
import threading
from datetime import date
from types import SimpleNamespace

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import NetworkError
from sonde.core.signal import Signal
from sonde.store import Store, StoreURL
from sonde.store import upkeep as upkeep_module
from sonde.store.retention import Drop, Partition
from sonde.store.upkeep import EDGES_EVERY_S, RETENTION_EVERY_S, Upkeep

OLD = Drop(Partition(Signal.LOGS, "otel_logs", date(2026, 1, 1), 100, 5, date(2026, 1, 1)), "age")


class Stage:
    """A store's tenants, and what was done to each; tenants in `broken` refuse everything."""

    def __init__(self, monkeypatch):
        self.done = []
        self.broken = {}
        self.names = ["a", "b"]
        self.clock = ManualClock()
        monkeypatch.setattr(upkeep_module, "Edges", self.edges)
        monkeypatch.setattr(upkeep_module, "Retention", lambda *_: SimpleNamespace(plan=self.plan, apply=self.apply))
        self.upkeep = Upkeep(SimpleNamespace(is_none=False, tenants=self.tenants), {}, self.clock)

    def tenants(self):
        if "" in self.broken:
            raise self.broken[""]
        return self.names

    def edges(self, _store, tenant, _clock):
        return SimpleNamespace(step=lambda: self._do("edges", tenant), waiting=3)

    def plan(self, tenant):
        self._do("plan", tenant)
        return [OLD]

    def apply(self, tenant, drops):
        assert drops == [OLD]
        self._do("apply", tenant)

    def _do(self, what, tenant):
        if tenant in self.broken:
            raise self.broken[tenant]
        self.done.append((what, tenant))
        return 2

    def step(self, after_s=0.0):
        """What one step does."""
        self.clock.advance(after_s)
        self.done.clear()
        self.upkeep.step()
        return list(self.done)


@pytest.fixture
def stage(monkeypatch):
    return Stage(monkeypatch)


EDGES = [("edges", "a"), ("edges", "b")]
RETENTION = [("plan", "a"), ("apply", "a"), ("plan", "b"), ("apply", "b")]


def test_each_task_at_its_interval_for_every_tenant(stage):
    assert stage.step() == EDGES + RETENTION
    assert stage.step() == []
    assert stage.step(EDGES_EVERY_S) == EDGES
    assert stage.step(RETENTION_EVERY_S) == EDGES + RETENTION
    stage.names.append("c")
    assert stage.step(EDGES_EVERY_S) == [*EDGES, ("edges", "c")]


def test_figures(stage):
    stage.step()
    assert stage.upkeep.status() == {
        "edges_minutes": 4, "edges_waiting": 6, "edges_seconds": 0.0, "retention_drops": 2, "retention_bytes": 200,
        "failures": 0, "last_error": "",
    }  # fmt: skip


@pytest.mark.parametrize("error", [NetworkError("away"), ZeroDivisionError("a defect")])
def test_one_tenant_s_failure_is_its_own(stage, error, caplog):
    stage.broken["a"] = error
    assert stage.step() == [("edges", "b"), ("plan", "b"), ("apply", "b")]
    assert stage.upkeep.status()["failures"] == 2
    stage.step(EDGES_EVERY_S)
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 2, "once for each task, however often it fails"
    stage.broken.clear()
    stage.step(RETENTION_EVERY_S)
    assert stage.upkeep.status()["last_error"] == ""
    assert stage.upkeep.status()["failures"] == 3


def test_an_engine_that_is_away(stage):
    stage.broken[""] = NetworkError("away")
    assert stage.step() == []
    assert "away" in stage.upkeep.status()["last_error"]
    del stage.broken[""]
    assert stage.step(RETENTION_EVERY_S) == EDGES + RETENTION
    assert stage.upkeep.status()["last_error"] == ""


def test_a_gateway_has_nothing_to_keep_up():
    upkeep = Upkeep(Store(StoreURL("none"), None), {})
    upkeep.step()
    assert upkeep.status()["failures"] == 0


def test_run_ends_when_told(stage):
    stop = threading.Event()
    stop.set()
    stage.upkeep.run(stop)
    assert stage.done == []

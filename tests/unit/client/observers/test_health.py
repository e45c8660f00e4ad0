"""The summary is the worst of its parts, and a part that cannot be read does not hide the others."""

import sys

import pytest

from sonde.client.observers import health as health_of
from sonde.client.observers.health import judged
from sonde.client.observers.pools import Workers

module = sys.modules["sonde.client.observers.health"]


@pytest.mark.parametrize(("value", "status"), [(0.7, "ok"), (0.8, "degraded"), (0.95, "critical")])
def test_thresholds(value, status):
    assert judged("memory", value, 0.8, 0.95).status == status


def test_the_process_itself_is_looked_at():
    assert {"memory", "descriptors", "cpu"} <= {part.name for part in health_of().parts}


def test_the_worst_part_decides(monkeypatch):
    def broken():
        raise OSError("gone")

    monkeypatch.setattr(module, "executors", lambda: [("work", Workers(40, 2, 0, 2))])
    monkeypatch.setattr(module, "_LOOKS", (broken, module._thread_pools))
    found = health_of()
    assert found.status == "critical"
    assert [(part.name, part.value) for part in found.parts] == [("thread pool work", 20.0)]
    monkeypatch.setattr(module, "_LOOKS", ())
    assert health_of().status == "ok"

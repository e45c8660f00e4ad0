"""Observing must be one call that can be repeated and undone, with the conventions' names and believable values."""

import gc
import sys

import pytest

from sonde.client.observers import observe
from sonde.client.observers.official import official_rows
from sonde.client.observers.rows import Row, register

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
UNITS = {
    "process.cpu.time": "s",
    "process.cpu.utilization": "1",
    "process.memory.usage": "By",
    "process.open_file_descriptor.count": "{file_descriptor}",
    "process.thread.count": "{thread}",
    "process.context_switches": "{context_switch}",
    "process.disk.io": "By",
    "system.cpu.time": "s",
    "system.memory.usage": "By",
    "system.paging.usage": "By",
    "system.network.io": "By",
    "cpython.gc.collections": "{collection}",
    "cpython.gc.pause.time": "s",
}


@linux
def test_own_observers_follow_the_conventions(metered):
    undo = observe(metered.provider, source="own")
    gc.collect()
    found = metered.metrics()
    assert {name: found[name].unit for name in UNITS} == UNITS
    assert metered.points("process.cpu.time")[("user",)] > 0
    assert metered.points("process.memory.usage")[()] > 1_000_000
    assert metered.points("process.thread.count")[()] >= 1
    assert metered.points("process.open_file_descriptor.count")[()] >= 3
    assert 0 < metered.points("process.uptime")[()] < 86_400
    assert metered.points("cpython.gc.pause.time")[(2,)] > 0
    undo()


def test_the_official_instrumentation_is_used_where_installed_and_asked_for(metered):
    undo = observe(metered.provider, source="official")
    assert set(metered.points("process.cpu.time")) == {("user",), ("system",)}
    found = metered.metrics()
    assert found["process.cpu.time"].data.data_points[0].attributes.keys() == {"type"}
    assert "cpython.gc.pause.time" in found
    assert not [name for name in found if name.startswith("process.runtime")]
    undo()


@linux
def test_on_linux_own_observers_serve_unless_told_otherwise(metered):
    undo = observe(metered.provider)
    assert metered.metrics()["process.cpu.time"].data.data_points[0].attributes.keys() == {"cpu.mode"}
    undo()


@pytest.mark.parametrize("source", ["own", "official"])
def test_what_others_have_activated_is_not_observed_twice(metered, source):
    module = pytest.importorskip("opentelemetry.instrumentation.system_metrics")
    instrumentor = module.SystemMetricsInstrumentor(config={"process.memory.usage": None})
    instrumentor.instrument(meter_provider=metered.provider)
    try:
        found = official_rows()
        assert found.elsewhere
        undo = observe(metered.provider, only=["process"], source=source)
        scopes = metered.reader.get_metrics_data().resource_metrics[0].scope_metrics
        named = [metric.name for scope in scopes for metric in scope.metrics]
        assert named.count("process.memory.usage") == 1
        undo()
    finally:
        instrumentor.uninstrument()
        module.SystemMetricsInstrumentor._instance = None


def test_ours_does_not_keep_others_from_activating_theirs(metered):
    module = pytest.importorskip("opentelemetry.instrumentation.system_metrics")
    undo = observe(metered.provider, only=["process"], source="official")
    assert module.SystemMetricsInstrumentor._instance is None
    undo()


def test_a_second_call_replaces_and_undo_ends(metered):
    first = observe(metered.provider, only=["gc"], source="own")
    second = observe(metered.provider, only=["process"], source="own")
    first()
    assert metered.metrics().keys() & {"process.cpu.time", "cpython.gc.collections"} == {"process.cpu.time"}
    second()
    second()
    assert metered.metrics() == {}
    again = observe(metered.provider, only=["gc"], source="own")
    assert "cpython.gc.collections" in metered.metrics()
    again()
    assert not [callback for callback in gc.callbacks if "Pauses" in repr(callback)]


def test_unknown_groups_are_refused():
    with pytest.raises(ValueError, match="disk: not among the groups process"):
        observe(only=["disk"])


def test_the_gil_is_watched_only_on_request(metered):
    undo = observe(metered.provider, only=["gil"], source="own")
    assert set(metered.metrics()) == {"cpython.gil.lateness", "cpython.gil.lateness.max"}
    undo()


def test_what_cannot_be_read_is_missing_alone(metered):
    def broken():
        raise OSError("gone")

    undo = register(
        metered.provider,
        [Row("gauge", "a", "1", "", broken), Row("gauge", "b", "1", "", lambda: [(1, {})])],
    )
    assert set(metered.metrics()) == {"b"}
    undo()

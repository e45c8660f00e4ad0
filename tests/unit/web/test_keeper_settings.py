"""The keeper hands its retention settings on by name; a renamed field once made it end at every start."""

from dataclasses import asdict

from sonde.core.signal import Signal
from sonde.runtime.keeping import RetentionSettings
from sonde.store.retention import Limit, limits


def test_every_retention_setting_is_understood():
    found = limits(asdict(RetentionSettings(traces_s=60.0, traces_max_bytes=1000)))
    assert found[Signal.TRACES] == Limit(60.0, 1000)
    assert set(found) == set(Signal)

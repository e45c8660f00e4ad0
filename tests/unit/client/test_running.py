"""One engine a process, whoever asks first; and the senders it makes are as few as the endpoints are different."""

from dataclasses import replace

import pytest

from sonde.client import running
from sonde.client.endpoint import Endpoint
from sonde.client.settings import Settings, SpoolSettings
from sonde.core.signal import Signal


@pytest.fixture(autouse=True)
def _alone():
    before = running.set_engine(None)
    yield
    made = running.set_engine(before)
    if made is not None:
        made.shutdown(0)


def test_before_anything_is_emitted_there_is_nothing_to_do():
    assert running.flush()
    assert running.shutdown()
    assert running.stats() == {}


def test_everyone_gets_the_same_engine_with_the_environments_settings(monkeypatch):
    monkeypatch.setenv("SONDE_IN_FLIGHT", "7")
    engine = running.engine()
    assert running.engine() is engine
    assert engine.settings.in_flight == 7
    assert running.stats()["traces"]["received"] == 0
    assert running.flush(1)


def test_an_engine_may_be_replaced():
    first = running.engine()
    second = running.make_engine(Settings())
    assert running.set_engine(second) is first
    assert running.engine() is second
    first.shutdown(0)


def test_what_is_spooled_is_kept_apart_by_its_servers(tmp_path):
    settings = Settings(spool=SpoolSettings(directory=tmp_path))
    engines = [running.make_engine(settings, endpoints=ends) for ends in ((), (Endpoint(host="other"),), (Endpoint(),))]
    here, there, same = (engine.settings.spool.destination for engine in engines)
    assert here == same != there
    for engine in engines:
        engine.shutdown(0)


def test_equal_endpoints_share_a_sender():
    other = replace(Endpoint(), port=4319)
    opened = running._open(
        {Signal.TRACES: (Endpoint(),), Signal.LOGS: (Endpoint(),), Signal.METRICS: (other,)}, connections=2
    )
    assert opened[Signal.TRACES] is opened[Signal.LOGS]
    assert opened[Signal.METRICS] is not opened[Signal.TRACES]


def test_under_pressure_only_what_is_not_compressed_changes():
    assert running._compressing(Endpoint()).compression == "gzip"
    assert running._compressing(replace(Endpoint(), compression="zstd")).compression == "zstd"


def test_several_servers_are_one_sender():
    opened = running._open(dict.fromkeys(Signal, (Endpoint(), replace(Endpoint(), port=4319))), connections=2)
    assert len({id(sender) for sender in opened.values()}) == 1

"""Exactly once, in order, and never stuck: what ingest promises, with a real engine and journal and a clock handed in.

What happens when the process dies in the middle is in `tests/fault/store_kill.py`.
"""

from __future__ import annotations

import itertools
import queue
import shutil

import pytest

from sonde.core.clock import ManualClock
from sonde.core.errors import NetworkError
from sonde.core.signal import Signal
from sonde.journal import JournalConfig, JournalWriter, quarantined, sealed_segments
from sonde.journal.disk import OsDisk
from sonde.store import EngineError, Ingester, Landing
from stored import opened
from unit.store.requests import NOW, Maker

ONE_EACH = JournalConfig(sync="never", segment_bytes=1, segment_age_s=3600, min_free_bytes=0, quota_bytes=1 << 40)

TOKENS = itertools.count()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("ingest")) as store:
        yield store


@pytest.fixture
def tenant(store):
    for name in ("t", "t_x"):
        store.ensure_tenant(name)
        for table in ("otel_traces", "otel_traces_trace_id_ts", "sonde_red", "sonde_attributes"):
            store.engine.command(f"TRUNCATE TABLE otel_{name}.{table}")
    return "t"


@pytest.fixture
def journal(tmp_path):
    directory = tmp_path / "journal"
    writer = JournalWriter(directory, ONE_EACH, writer="0", deliver=None)

    def put(signal, tenant, *payloads):
        answers: queue.Queue = queue.Queue()
        for payload in payloads:
            writer.append(signal, tenant, payload, 1, answers.put)
            assert answers.get(timeout=30) is None

    put.directory = directory
    yield put
    writer.close()


def spans(number: int) -> bytes:
    maker = Maker(number)
    while len(body := maker.traces()) < 200:
        pass
    return body


def count(store, tenant, table="otel_traces"):
    return store.engine.query(f"SELECT count() AS n FROM otel_{tenant}.{table}")[0]["n"]


def one_by_one(store, tenant, bodies):
    """What the rows would be, one landing after the other."""
    landing = Landing(store)
    for body in bodies:
        landing.land(Signal.TRACES, f"{tenant}_x", body, token=f"{next(TOKENS)}", created_ns=NOW)
    return count(store, f"{tenant}_x")


def test_segments_are_taken_in_order_and_deleted(store, tenant, journal):
    bodies = [spans(number) for number in range(4)]
    journal(Signal.TRACES, tenant, *bodies)
    ingester = Ingester(store, journal.directory, ManualClock())
    waiting = len(sealed_segments(journal.directory))
    assert waiting >= 3
    assert ingester.step() == waiting
    assert sealed_segments(journal.directory) == []
    assert count(store, tenant) == one_by_one(store, tenant, bodies[:waiting])
    assert ingester.status()["segments"] == waiting
    assert ingester.status()["waiting"] == 0


def test_a_segment_that_comes_again_changes_nothing(store, tenant, journal, tmp_path):
    journal(Signal.TRACES, tenant, *(spans(number) for number in range(3)))
    kept = tmp_path / "kept"
    segments = sealed_segments(journal.directory)
    shutil.copytree(segments[0].path.parent, kept)
    Ingester(store, journal.directory, ManualClock()).step()
    before = [count(store, tenant, table) for table in ("otel_traces", "otel_traces_trace_id_ts", "sonde_red")]
    for segment in segments:  # as after a crash between the insert and the note
        shutil.copy(kept / segment.path.name, segment.path)
    again = Ingester(store, journal.directory, ManualClock())
    assert again.step() == len(segments)
    assert [count(store, tenant, table) for table in ("otel_traces", "otel_traces_trace_id_ts", "sonde_red")] == before


def test_equal_bytes_in_different_segments_are_all_kept(store, tenant, journal):
    body = spans(7)
    journal(Signal.TRACES, tenant, body, body, body)
    ingester = Ingester(store, journal.directory, ManualClock())
    taken = ingester.step()
    assert count(store, tenant) == taken * one_by_one(store, tenant, [body])


def test_an_engine_that_is_away_makes_everything_wait(store, tenant, journal, monkeypatch):
    journal(Signal.TRACES, tenant, *(spans(number) for number in range(3)))
    waiting = sealed_segments(journal.directory)
    ingester = Ingester(store, journal.directory, ManualClock())
    calls = []

    def away(*args, **more):
        calls.append(args)
        raise NetworkError("away")

    with monkeypatch.context() as patch:
        patch.setattr(ingester._landing, "land", away)
        for _ in range(30):
            with pytest.raises(NetworkError):
                ingester.step()
    assert len({args[2] for args in calls}) == 1, "only the oldest was tried"
    assert sealed_segments(journal.directory) == waiting
    assert ingester.step() == len(waiting)
    assert quarantined(journal.directory, OsDisk()) == []


@pytest.mark.parametrize("fate", [(436, 1), (47, 20)], ids=["these bytes", "this segment, always"])
def test_what_the_engine_never_takes_is_set_aside_and_the_rest_goes_on(store, tenant, journal, monkeypatch, fate):
    code, times = fate
    bodies = [spans(number) for number in range(3)]
    journal(Signal.TRACES, tenant, *bodies)
    waiting = len(sealed_segments(journal.directory))
    ingester = Ingester(store, journal.directory, ManualClock())
    land, tried = ingester._landing.land, []

    def pick(signal, tenant, body, **more):
        if not tried or tried[0] == more["token"]:
            tried.append(more["token"])
            raise EngineError(f"Code: {code}. no")
        land(signal, tenant, body, **more)

    monkeypatch.setattr(ingester._landing, "land", pick)
    for _ in range(times - 1):
        with pytest.raises(EngineError):
            ingester.step()
    assert ingester.step() == waiting
    assert len(tried) == times
    assert ingester.status()["poisoned"] == 1
    aside = quarantined(journal.directory, OsDisk())
    assert len(aside) == 1
    assert f"Code: {code}" in str(aside[0])
    assert count(store, tenant) == one_by_one(store, tenant, bodies[1:waiting])


def test_a_full_or_busy_engine_is_never_the_segments_fault(store, tenant, journal, monkeypatch):
    journal(Signal.TRACES, tenant, *(spans(number) for number in range(2)))
    ingester = Ingester(store, journal.directory, ManualClock())

    def full(*args, **more):
        raise EngineError("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space")

    monkeypatch.setattr(ingester._landing, "land", full)
    for _ in range(50):
        with pytest.raises(EngineError):
            ingester.step()
    assert quarantined(journal.directory, OsDisk()) == []


def test_a_defect_costs_one_segment_only(store, tenant, journal, monkeypatch):
    journal(Signal.TRACES, tenant, *(spans(number) for number in range(3)))
    waiting = len(sealed_segments(journal.directory))
    ingester = Ingester(store, journal.directory, ManualClock())
    land, seen = ingester._landing.land, []

    def broken(*args, **more):
        seen.append(more["token"])
        if len(seen) == 1:
            raise ZeroDivisionError
        land(*args, **more)

    monkeypatch.setattr(ingester._landing, "land", broken)
    assert ingester.step() == waiting
    assert ingester.status()["poisoned"] == 1


def test_damage_is_cut_out_and_the_records_around_it_are_kept(store, tenant, tmp_path):
    directory = tmp_path / "journal"
    config = JournalConfig(sync="never", segment_age_s=3600, min_free_bytes=0, quota_bytes=1 << 40)
    writer = JournalWriter(directory, config, writer="0", deliver=None)
    bodies = [spans(number) for number in range(3)]
    answers: queue.Queue = queue.Queue()
    for body in bodies:
        writer.append(Signal.TRACES, tenant, body, 1, answers.put)
        assert answers.get(timeout=30) is None
    writer.close()
    (segment,) = sealed_segments(directory)
    data = bytearray(segment.path.read_bytes())
    at = data.index(bodies[1]) + len(bodies[1]) // 2
    data[at] ^= 1
    segment.path.write_bytes(data)
    ingester = Ingester(store, directory, ManualClock())
    ingester.step()
    assert count(store, tenant) == one_by_one(store, tenant, [bodies[0], bodies[2]])
    assert ingester.status()["damaged"] == 1


def test_the_catalogue_is_written_now_and_then(store, tenant, journal):
    clock = ManualClock()
    ingester = Ingester(store, journal.directory, clock)
    journal(Signal.TRACES, tenant, spans(1), spans(2))
    ingester.step()
    clock.advance(6)
    ingester.step()
    rows = store.engine.query(f"SELECT Key, sum(Count) AS n FROM otel_{tenant}.sonde_attributes GROUP BY Key")
    assert {"service.name"} <= {row["Key"] for row in rows}


def test_tenants_are_kept_apart_and_made_when_they_first_come(store, tenant, journal):
    journal(Signal.TRACES, tenant, spans(1), spans(4))
    journal(Signal.TRACES, "fresh", spans(2), spans(3))
    Ingester(store, journal.directory, ManualClock()).step()
    assert {"fresh", tenant} <= set(store.tenants())
    assert count(store, "fresh") == one_by_one(store, tenant, [spans(2)])
    assert count(store, tenant) == one_by_one(store, tenant, [spans(1)]) - count(store, "fresh")

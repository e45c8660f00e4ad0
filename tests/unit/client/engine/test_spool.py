"""What waits on disk must come back whole, once, in order, in bounds; and a disk that fails must harm nobody."""

import errno
import logging
import os
import stat
import time

import pytest

from sonde.client.delivery import ACCEPTED
from sonde.client.engine.spool import Spool
from sonde.client.settings import SpoolSettings
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal
from sonde.journal.disk import OsDisk
from sonde.journal.reader import sealed_segments
from unit.client.engine.simulation import AWAY, BUSY, REFUSED, TOO_LARGE, Server, Simulation, item, numbers

MIB = 1 << 20


def simulation_in(directory, server, *, disk=None, clock=None, **options):
    spool = SpoolSettings(directory=directory, **{"quota_bytes": MIB} | options)
    return Simulation(server, spool=spool, disk=disk, clock=clock)


def outage(directory, count, **options):
    """A simulation whose server went away before `count` items were emitted, and all of them are on disk."""
    simulation = simulation_in(directory, Server(lambda _: AWAY), **options)
    for start in range(0, count, 10):
        simulation.put(*range(start, start + 10))
        simulation.run(1)
    simulation.run(10)
    return simulation


def test_a_process_that_needs_no_spool_leaves_the_disk_alone(tmp_path):
    simulation = simulation_in(tmp_path / "spool", Server())
    simulation.put(*range(30))
    simulation.run(5)
    simulation.dispatch.finish()
    assert not (tmp_path / "spool").exists()


def test_a_day_offline_and_back_delivers_everything_once_and_in_order(tmp_path):
    simulation = outage(tmp_path, 100)
    assert simulation.row()["spooled"] == 100
    simulation.run(86_400, at_most=300)
    attempts = simulation.server.attempts
    simulation.server.answer = None
    simulation.run(60)
    assert simulation.server.taken == list(range(100))
    assert simulation.row() | {"retries": 0} == simulation.row() | {"exported": 100, "spooled": 0, "retries": 0}
    assert attempts < 2_000, "a probe a minute is enough"
    assert sealed_segments(next(tmp_path.iterdir())) == []


def test_directories_are_for_their_owner_only(tmp_path):
    outage(tmp_path / "spool", 60, destination=MINE)
    spool = tmp_path / "spool"
    for directory in (spool, spool / MINE, *(spool / MINE).iterdir()):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_the_next_process_adopts_what_the_last_one_left(tmp_path, caplog):
    first = outage(tmp_path, 100)
    caplog.clear()
    with caplog.at_level(logging.WARNING, "sonde"):
        first.dispatch.finish()
    (told,) = caplog.messages
    assert "kept on disk" in told
    assert "100 spans" in told
    second = simulation_in(tmp_path, Server())
    second.run(3)
    assert second.server.taken == list(range(100))
    assert (second.row()["adopted"], second.row()["exported"]) == (100, 100)
    assert second.is_conserved()
    assert list(tmp_path.iterdir()) == []


MINE, OTHERS = "0" * 16, "f" * 16


def test_what_was_meant_for_another_server_is_left_for_a_process_that_sends_there(tmp_path):
    outage(tmp_path, 100, destination=OTHERS).dispatch.finish()
    mine = simulation_in(tmp_path, Server(), destination=MINE)
    mine.run(120)
    assert mine.server.taken == []
    theirs = simulation_in(tmp_path, Server(), destination=OTHERS)
    theirs.run(3)
    assert theirs.server.taken == list(range(100))


def test_what_nobody_will_deliver_is_removed_after_a_month_and_told(tmp_path, caplog):
    outage(tmp_path, 100, destination=OTHERS).dispatch.finish()
    mine = simulation_in(tmp_path, Server(), destination=MINE, clock=ManualClock(now_ns=time.time_ns()))
    mine.run(3)
    assert len(list((tmp_path / OTHERS).iterdir())) == 1, "it is young"
    mine.run(31 * 86_400, at_most=3600)
    assert not (tmp_path / OTHERS).exists()
    assert mine.row()["dropped"] == {"spool_expired": 100}
    assert mine.is_conserved()
    assert [line for line in caplog.messages if OTHERS in line]


def test_what_a_living_process_holds_is_not_adopted(tmp_path):
    outage_ = outage(tmp_path, 100)
    second = simulation_in(tmp_path, Server())
    second.run(120)
    assert second.server.taken == []
    assert outage_.row()["spooled"] == 100


def test_an_orphan_is_found_while_the_process_runs(tmp_path):
    second = simulation_in(tmp_path, Server())
    second.run(3)
    outage(tmp_path, 100).dispatch.finish()
    second.run(70)
    assert second.server.taken == list(range(100))


def test_with_ahead_every_request_is_on_disk_before_it_is_sent(tmp_path):
    on_disk = []
    server = Server(lambda _: on_disk.append(len(list(tmp_path.rglob("*.otlp")))) or ACCEPTED)
    simulation = simulation_in(tmp_path, server, ahead=True)
    simulation.put(*range(30))
    simulation.run(5)
    assert server.taken == list(range(30))
    assert on_disk
    assert min(on_disk) >= 1
    assert simulation.is_conserved()


def test_the_oldest_make_room_within_the_quota(tmp_path):
    simulation = outage(tmp_path, 300, quota_bytes=3000)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.o*")) <= 3000
    dropped = simulation.row()["dropped"]["spool_full"]
    assert dropped > 0
    assert simulation.is_conserved()
    simulation.server.answer = None
    simulation.run(60)
    assert simulation.server.taken == list(range(dropped, 300))


def test_what_is_too_old_is_dropped_and_counted(tmp_path):
    simulation = outage(tmp_path, 50, keep_s=600)
    simulation.run(700, at_most=10)
    assert simulation.row()["dropped"] == {"spool_expired": 50}
    assert simulation.is_conserved()


def test_what_the_server_will_never_take_is_dropped_and_the_rest_goes_on(tmp_path):
    simulation = outage(tmp_path, 20)
    simulation.server.answer = lambda payload: REFUSED if 3 in numbers(payload) else ACCEPTED
    simulation.run(60)
    assert simulation.row()["spooled"] == 0
    assert simulation.row()["dropped"]["refused"] >= 10
    assert simulation.is_conserved()


def test_a_segment_that_is_too_large_is_cut_and_each_piece_sent_once(tmp_path):
    simulation = outage(tmp_path, 100)
    answers = iter([BUSY, AWAY])
    simulation.server.answer = lambda payload: (
        TOO_LARGE if len(numbers(payload)) > 30 else next(answers, ACCEPTED) if 60 in numbers(payload) else ACCEPTED
    )
    simulation.run(120)
    assert simulation.server.taken == list(range(100))


def test_damage_on_disk_is_not_sent_and_is_counted(tmp_path, caplog):
    simulation = outage(tmp_path, 60)
    simulation.dispatch.deliveries.spool._seal()
    segment = next(path for path in tmp_path.rglob("*.otlp"))
    data = bytearray(segment.read_bytes())
    at = data.index(b"<23>")
    data[at : at + 4] = b"<99>"
    segment.write_bytes(data)
    simulation.server.answer = None
    with caplog.at_level(logging.WARNING, "sonde"):
        simulation.run(60)
    assert 99 not in simulation.server.taken
    assert simulation.row()["dropped"] == {"spool_damaged": 60 - len(simulation.server.taken)}
    assert "damaged" in caplog.text
    assert simulation.is_conserved()


def test_a_torn_request_of_a_killed_process_is_not_sent(tmp_path):
    simulation = outage(tmp_path, 60)
    opened = next(path for path in tmp_path.rglob("*.o*") if path.suffix in {".open", ".otlp"})
    opened = opened.rename(opened.with_suffix(".open"))
    opened.write_bytes(opened.read_bytes()[:-5])
    simulation.dispatch.deliveries.spool.disown()  # what the kernel does when a process is killed
    second = simulation_in(tmp_path, Server())
    second.run(3)
    assert second.server.taken == list(range(50)), "the torn request is the last of ten items"


class FullDisk(OsDisk):
    full = True

    def write(self, descriptor, buffers):
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(descriptor, buffers)


def test_a_full_disk_is_told_once_and_telemetry_waits_in_memory(tmp_path, caplog):
    disk = FullDisk()
    with caplog.at_level(logging.WARNING, "sonde"):
        simulation = outage(tmp_path, 100, disk=disk)
    assert len([line for line in caplog.messages if "spool" in line]) == 1
    assert (simulation.row()["held"], simulation.row()["dropped"]) == (100, {})
    disk.full = False
    simulation.server.answer = None
    simulation.run(120)
    assert sorted(simulation.server.taken) == list(range(100))
    assert simulation.is_conserved()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_made_is_no_reason_to_stop(tmp_path):
    tmp_path.chmod(0o500)
    assert outage(tmp_path / "spool", 20).row()["held"] == 20


def test_a_file_in_the_place_of_the_directory_is_no_reason_to_stop(tmp_path, caplog):
    (tmp_path / "spool").write_text("not a directory")
    with caplog.at_level(logging.CRITICAL, "sonde"):
        simulation = outage(tmp_path / "spool", 20)
    assert simulation.row()["held"] == 20


def test_foreign_directories_are_left_alone(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("mine")
    simulation_in(tmp_path, Server()).run(3)
    assert (tmp_path / "precious" / "file").read_text() == "mine"


def test_a_directory_that_someone_removed_costs_what_was_in_it_and_no_more(tmp_path, caplog):
    simulation = outage(tmp_path, 20)
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    simulation.server.answer = None
    with caplog.at_level(logging.CRITICAL, "sonde"):
        simulation.put(*range(100, 110))
        simulation.run(120)
    assert set(range(100, 110)) <= set(simulation.server.taken)
    assert simulation.is_conserved()


def test_after_the_end_nothing_is_written(tmp_path):
    spool = Spool(SpoolSettings(directory=tmp_path), ManualClock(), lambda *_: None)
    assert spool.write(Signal.TRACES, item(1), 1)
    spool.close()
    assert not spool.write(Signal.TRACES, item(2), 1)

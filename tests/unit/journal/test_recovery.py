"""What a crash leaves is mended the same way however often, and one bad file never stops the rest."""

import errno
import json

import pytest

from simulated_disk import Killed
from sonde.journal import Recovery, quarantined, read_body, sealed_segments
from sonde.journal.recovery import recover_segments
from unit.journal.conftest import DIRECTORY


def recovered(at, writer="0"):
    at.disk.kill()
    report = Recovery()
    recover_segments(DIRECTORY, report, writer=writer, disk=at.disk, clock=at.clock)
    return report


def open_file(at):
    (path,) = (path for path in at.disk.files if path.suffix == ".open")
    return at.disk.files[path]


def test_an_open_segment_is_sealed_under_the_same_id(bench):
    at = bench()
    at.commit(b"a", b"b")
    (name,) = at.files(".open")
    report = recovered(at)
    assert (report.segments, report.records, report.torn_bytes, report.quarantined) == (1, 2, 0, 0)
    assert at.files(".otlp") == [name.replace(".open", ".otlp")]
    at.disk.cut_power()
    assert at.files(".otlp") == [name.replace(".open", ".otlp")]


def test_what_was_written_but_not_synced_is_synced_before_it_is_sealed(bench):
    at = bench(sync="never")
    at.commit(b"a")
    recovered(at)
    at.disk.cut_power()
    (segment,) = sealed_segments(DIRECTORY, disk=at.disk)
    assert b"a" in read_body(segment, disk=at.disk)


def test_a_torn_tail_is_cut_and_counted(bench):
    at = bench()
    at.commit(b"a", b"b")
    open_file(at).data += b"\xaa\x88\xf7"
    report = recovered(at)
    assert (report.records, report.torn_bytes, report.quarantined) == (2, 3, 0)
    (segment,) = sealed_segments(DIRECTORY, disk=at.disk)
    assert len(read_body(segment, disk=at.disk)) == segment.size_bytes


def test_a_segment_with_nothing_whole_in_it_goes(bench):
    at = bench()
    at.commit(b"a")
    del open_file(at).data[-1:]
    report = recovered(at)
    assert report.torn_bytes
    assert at.files() == []


def test_damage_is_set_aside_with_its_reason_and_the_rest_is_sealed(bench):
    at = bench()
    at.commit(b"a", b"b", b"c")
    data = open_file(at).data
    data[len(data) // 2] ^= 1
    report = recovered(at)
    assert (report.records, report.quarantined) == (2, 1)
    (aside,) = quarantined(DIRECTORY, at.disk)
    assert aside["reason"] == "the payload's checksum does not match" or "header" in aside["reason"]
    assert aside["records_lost"] == 1
    assert aside["length"] == len(at.disk.read(next(p for p in at.disk.files if p.suffix == ".bad")))
    (segment,) = sealed_segments(DIRECTORY, disk=at.disk)
    assert aside["id"] == segment.id
    read_body(segment, disk=at.disk)


def test_other_writers_segments_are_left_alone(bench):
    at = bench()
    at.commit(b"a")
    assert recovered(at, writer="1").segments == 0
    assert len(at.files(".open")) == 1


def test_a_crash_at_any_step_of_recovery_changes_nothing(bench):
    """Killed in its n-th disk call for every n, then recovered: the same files, byte for byte, as without a crash."""

    def broken():
        at = bench()
        at.commit(b"a", b"b", b"c")
        data = open_file(at).data
        data[len(data) // 2] ^= 1
        data += b"\xaa"
        return at

    def contents(at):
        kept = {str(path): bytes(inode.data) for path, inode in at.disk.files.items()}
        return {name: data for name, data in kept.items() if not name.endswith(".json")}

    undisturbed = broken()
    start = undisturbed.disk.calls
    recovered(undisturbed)
    steps = undisturbed.disk.calls - start
    for step in range(1, steps + 1):
        at = broken()
        at.disk.plan[at.disk.calls + step] = "kill"
        with pytest.raises(Killed):
            recover_segments(DIRECTORY, Recovery(), writer="0", disk=at.disk, clock=at.clock)
        recovered(at)
        assert contents(at) == contents(undisturbed), f"killed in step {step} of {steps}"


def test_what_cannot_be_read_goes_to_quarantine_whole(bench):
    at = bench()
    at.commit(b"a")
    at.commit(b"b", tenant="acme")
    at.disk.kill()
    at.disk.fail_next("read", errno.EIO)
    report = Recovery()
    recover_segments(DIRECTORY, report, writer="0", disk=at.disk, clock=at.clock)
    assert (report.segments, report.quarantined, report.failed) == (1, 1, [])
    (aside,) = quarantined(DIRECTORY, at.disk)
    assert "cannot be read" in aside["reason"]
    assert aside["file"].endswith(".whole.bad")


def test_what_merely_cannot_be_handled_now_stays_and_is_reported(bench):
    at = bench()
    at.commit(b"a")
    at.disk.kill()
    at.disk.fail_next("read", errno.EMFILE)
    report = Recovery()
    recover_segments(DIRECTORY, report, writer="0", disk=at.disk, clock=at.clock)
    assert len(report.failed) == 1
    assert len(at.files(".open")) == 1


def test_leftovers_of_an_interrupted_mending_are_removed(bench):
    at = bench()
    at.commit(b"a")
    path = next(iter(at.disk.files))
    at.disk.close(at.disk.create(path.with_name(path.name + ".tmp")))
    recovered(at)
    assert [name for name in at.files() if name.endswith(".tmp")] == []


def test_the_reason_is_json_that_a_person_can_read(bench):
    at = bench()
    at.commit(b"a", b"b")
    open_file(at).data[60] ^= 0xFF
    recovered(at)
    (reason,) = (path for path in at.disk.files if path.suffix == ".json")
    assert set(json.loads(at.disk.read(reason))) == {
        "id", "reason", "offset", "length", "records_lost", "set_aside_ns",
    }  # fmt: skip

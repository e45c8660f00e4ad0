"""Setting aside is repeatable, and its bookkeeping never stands in the way of listing what is there."""

from sonde.journal import Stretch, quarantined, sealed_segments
from sonde.journal.quarantine import set_aside, set_aside_whole
from unit.journal.conftest import DIRECTORY


def sealed(at):
    at.commit(b"a")
    at.committer.close()
    return sealed_segments(DIRECTORY, disk=at.disk)[0]


def test_twice_is_once(bench):
    at = bench()
    segment = sealed(at)
    for _ in range(2):
        set_aside(DIRECTORY, segment, Stretch(5, 3, "why", 1), b"xyz", disk=at.disk, clock=at.clock)
    (found,) = quarantined(DIRECTORY, at.disk)
    assert found["reason"] == "why"
    assert found["file"].endswith(".5-3.bad")
    assert at.disk.read(next(p for p in at.disk.files if p.suffix == ".bad")) == b"xyz"


def test_it_survives_a_power_cut(bench):
    at = bench()
    set_aside_whole(DIRECTORY, sealed(at), "why", disk=at.disk, clock=at.clock)
    at.disk.cut_power()
    assert [found["reason"] for found in quarantined(DIRECTORY, at.disk)] == ["why"]
    assert sealed_segments(DIRECTORY, disk=at.disk) == []


def test_a_lost_or_broken_reason_does_not_hide_the_bytes(bench):
    at = bench()
    set_aside_whole(DIRECTORY, sealed(at), "why", disk=at.disk, clock=at.clock)
    reason = next(path for path in at.disk.files if path.suffix == ".json")
    at.disk.files[reason].data = bytearray(b"{")
    assert len(quarantined(DIRECTORY, at.disk)) == 1
    at.disk.unlink(reason)
    assert list(quarantined(DIRECTORY, at.disk)[0]) == ["file"]

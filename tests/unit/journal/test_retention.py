"""Deleting acknowledged data is allowed in one case only: the user set a limit, and nobody is registered to read it."""

from sonde.core.signal import Signal
from sonde.journal import Cursor, JournalConfig, Segment
from sonde.journal.retention import expire, expired
from unit.journal.conftest import DIRECTORY


def made(*sizes):
    return [
        Segment(DIRECTORY / f"{n}", Signal.LOGS, "default", f"{n * 10**9:020d}-0-{n:016x}", size)
        for n, size in enumerate(sizes, 1)
    ]


def test_without_a_limit_nothing_expires():
    assert expired(made(5, 5), now_ns=10**18, keep_bytes=None, keep_age_s=None) == []


def test_the_oldest_go_until_the_rest_fits():
    found = made(10, 10, 10, 10)
    assert expired(found, now_ns=0, keep_bytes=25, keep_age_s=None) == found[:2]


def test_the_old_go():
    found = made(1, 1, 1)
    assert expired(found, now_ns=4_500_000_000, keep_bytes=None, keep_age_s=3) == found[:1]


def test_the_newest_stays():
    assert expired(made(100), now_ns=10**18, keep_bytes=1, keep_age_s=1) == []


def test_a_registered_reader_keeps_everything(bench):
    at = bench(keep_bytes=0)
    for text in (b"a", b"b", b"c"):
        at.commit(text)
        at.committer.close()
    config = JournalConfig(keep_bytes=0)
    reader = Cursor(DIRECTORY, "keeper", disk=at.disk)
    assert expire(DIRECTORY, config, disk=at.disk, clock=at.clock) == 0
    reader.unregister()
    assert expire(DIRECTORY, config, disk=at.disk, clock=at.clock) == 2


def test_the_writer_expires_in_its_upkeep(bench):
    at = bench(keep_age_s=60, segment_age_s=0)
    for text in (b"a", b"b"):
        at.commit(text)
        at.committer.close()
    at.clock.advance(100)
    at.committer.tick()
    assert at.stats.segments_expired == 1

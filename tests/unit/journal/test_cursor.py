"""Readers must get every segment at least once under one id, and a segment must go when, and only when, all are done."""

import errno

import pytest

from sonde.core.errors import ConfigError, StorageError
from sonde.journal import Cursor, registered_readers
from sonde.journal import cursor as module
from unit.journal.conftest import DIRECTORY


def seal(at, *texts):
    for text in texts:
        at.commit(text)
        at.committer.close()


def test_a_sole_reader_deletes_what_it_finished(bench):
    at = bench()
    seal(at, b"a", b"b")
    cursor = Cursor(DIRECTORY, "keeper", disk=at.disk)
    first, second = cursor.pending()
    assert first.created_ns < second.created_ns
    cursor.finish(first)
    at.disk.cut_power()
    again = Cursor(DIRECTORY, "keeper", disk=at.disk)
    assert [segment.id for segment in again.pending()] == [second.id]


def test_pending_can_be_limited_and_leaves_open_segments_out(bench):
    at = bench()
    seal(at, b"a", b"b")
    at.commit(b"open")
    cursor = Cursor(DIRECTORY, "keeper", disk=at.disk)
    assert len(cursor.pending(1)) == 1
    assert len(cursor.pending()) == 2


def test_a_segment_goes_when_the_last_reader_is_done(bench):
    at = bench()
    readers = [Cursor(DIRECTORY, name, disk=at.disk) for name in ("keeper", "kafka")]
    assert registered_readers(DIRECTORY, at.disk) == ["kafka", "keeper"]
    seal(at, b"a")
    (segment,) = readers[0].pending()
    readers[0].finish(segment)
    assert readers[0].pending() == []
    assert [waiting.id for waiting in readers[1].pending()] == [segment.id]
    readers[1].finish(segment)
    assert at.files(".otlp") == []


def test_a_note_survives_a_power_cut(bench):
    at = bench()
    keeper = Cursor(DIRECTORY, "keeper", disk=at.disk)
    Cursor(DIRECTORY, "kafka", disk=at.disk)
    seal(at, b"a", b"b")
    keeper.finish(keeper.pending()[0])
    at.disk.cut_power()
    assert len(Cursor(DIRECTORY, "keeper", disk=at.disk).pending()) == 1
    assert len(Cursor(DIRECTORY, "kafka", disk=at.disk).pending()) == 2


def test_a_torn_note_spoils_neither_itself_nor_the_next(bench):
    at = bench()
    keeper = Cursor(DIRECTORY, "keeper", disk=at.disk)
    Cursor(DIRECTORY, "kafka", disk=at.disk)
    seal(at, b"a", b"b")
    first, second = keeper.pending()
    keeper.finish(first)
    log = DIRECTORY / "cursors" / "keeper.log"
    at.disk.files[log].data = at.disk.files[log].data[:-5]
    keeper = Cursor(DIRECTORY, "keeper", disk=at.disk)
    assert len(keeper.pending()) == 2, "handed out again, under the same id"
    keeper.finish(second)
    assert [segment.id for segment in Cursor(DIRECTORY, "keeper", disk=at.disk).pending()] == [first.id]


def test_what_a_crash_left_between_note_and_deletion_is_tidied(bench):
    at = bench()
    readers = [Cursor(DIRECTORY, name, disk=at.disk) for name in ("keeper", "kafka")]
    seal(at, b"a")
    (segment,) = readers[0].pending()
    readers[0].finish(segment)
    at.disk.fail_next("unlink", errno.EIO)
    with pytest.raises(StorageError):
        readers[1].finish(segment)
    assert at.files(".otlp")
    assert readers[1].pending() == []
    assert at.files(".otlp") == []


def test_an_unregistered_reader_holds_nothing_back(bench):
    at = bench()
    keeper = Cursor(DIRECTORY, "keeper", disk=at.disk)
    other = Cursor(DIRECTORY, "kafka", disk=at.disk)
    seal(at, b"a")
    other.unregister()
    keeper.finish(*keeper.pending())
    assert at.files(".otlp") == []


def test_the_log_is_rewritten_when_most_of_it_is_about_nothing(bench, monkeypatch):
    monkeypatch.setattr(module, "_COMPACT_LINES", 10)
    at = bench()
    readers = [Cursor(DIRECTORY, name, disk=at.disk) for name in ("keeper", "kafka")]
    seal(at, *(b"%d" % number for number in range(12)))
    for reader in readers:
        reader.finish(*reader.pending())
    log = DIRECTORY / "cursors" / "keeper.log"
    before = at.disk.size(log)
    assert readers[0].pending() == []
    assert at.disk.size(log) < before / 10


def test_a_full_disk_keeps_no_reader_from_reading_and_deleting(bench):
    """Or else a full journal could never be emptied."""
    at = bench()
    seal(at, b"a")
    Cursor(DIRECTORY, "keeper", disk=at.disk)
    at.disk.capacity = at.disk.used()
    cursor = Cursor(DIRECTORY, "keeper", disk=at.disk)
    cursor.finish(*cursor.pending())
    assert at.files(".otlp") == []


@pytest.mark.parametrize("name", ["", "Keeper", "../x", "a" * 64, "a.b"])
def test_a_name_that_is_no_file_name_is_refused(bench, name):
    with pytest.raises(ConfigError):
        Cursor(DIRECTORY, name, disk=bench().disk)

"""Only whole records are ever served, and the id of what remains after a repair is the one a store may know already."""

import errno
import threading

import pytest

from sonde.core.errors import CorruptError, NotFoundError, StorageError
from sonde.core.signal import Signal
from sonde.journal import (
    JournalConfig,
    JournalWriter,
    OsDisk,
    open_segments,
    quarantine,
    quarantined,
    read_body,
    read_records,
    recover,
    salvage,
    sealed_segments,
    verify,
)


@pytest.fixture
def journal(tmp_path):
    """A journal with one sealed segment of three records."""
    writer = JournalWriter(tmp_path, JournalConfig(min_free_bytes=0), writer="0")
    for text in (b"one", b"two", b"three"):
        writer.append(
            Signal.LOGS,
            "default",
            b"\x0a" + bytes([len(text) + 2]) + b"\x1a" + bytes([len(text)]) + text,
            1,
            lambda _: None,
        )
    writer.close()
    return tmp_path


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 0x10
    path.write_bytes(data)


def test_a_body_is_the_file_as_it_lies(journal):
    (segment,) = sealed_segments(journal)
    assert read_body(segment) == segment.path.read_bytes()
    assert (segment.signal, segment.tenant, segment.writer) == (Signal.LOGS, "default", "0")
    assert segment.is_sealed


def test_records_come_back_in_order(journal):
    (segment,) = sealed_segments(journal)
    records = list(read_records(segment.path))
    assert [record.payload[4:] for record in records] == [b"one", b"two", b"three"]
    assert [record.header.sequence for record in records] == [0, 1, 2]


def test_a_flipped_byte_is_not_served(journal):
    (segment,) = sealed_segments(journal)
    flip(segment.path, segment.size_bytes // 2)
    with pytest.raises(CorruptError, match="damaged at byte"):
        read_body(segment)
    assert not verify(segment.path, segment=segment).is_whole
    records = read_records(segment.path)
    assert next(records).payload.endswith(b"one")
    with pytest.raises(CorruptError):
        list(records)


def test_salvage_keeps_the_rest_under_the_same_id(journal):
    (segment,) = sealed_segments(journal)
    flip(segment.path, segment.size_bytes // 2)
    body, found = salvage(journal, segment)
    assert len(found.headers) == 2
    (mended,) = sealed_segments(journal)
    assert mended.id == segment.id
    assert read_body(mended) == body
    assert b"one" in body
    assert b"two" not in body
    assert b"three" in body
    (aside,) = quarantined(journal, OsDisk())
    assert aside["id"] == segment.id
    assert salvage(journal, mended)[0] == body, "mending what is whole changes nothing"


def test_a_segment_with_nothing_left_is_gone_after_salvage(journal):
    (segment,) = sealed_segments(journal)
    segment.path.write_bytes(b"rubbish")
    assert salvage(journal, segment)[0] == b""
    assert sealed_segments(journal) == []
    assert len(quarantined(journal, OsDisk())) == 1


def test_a_poisoned_segment_can_be_set_aside_whole(journal):
    (segment,) = sealed_segments(journal)
    quarantine(journal, segment, "the store said no")
    assert sealed_segments(journal) == []
    (aside,) = quarantined(journal, OsDisk())
    assert aside["reason"] == "the store said no"
    quarantine(journal, segment, "the store said no")  # a second time, after a crash say, is the same as once
    assert len(quarantined(journal, OsDisk())) == 1


def test_a_missing_segment_is_said_to_be_missing(journal):
    (segment,) = sealed_segments(journal)
    segment.path.unlink()
    with pytest.raises(NotFoundError):
        read_body(segment)
    with pytest.raises(StorageError):
        salvage(journal, segment)


class _BadDisk(OsDisk):
    def read(self, path):
        raise OSError(errno.EIO, "bad sector")


def test_a_disk_that_fails_is_said_to_fail(journal):
    (segment,) = sealed_segments(journal)
    with pytest.raises(StorageError, match="bad sector"):
        read_body(segment, disk=_BadDisk())


def test_recovery_leaves_the_living_alone(tmp_path):
    writer = JournalWriter(tmp_path, JournalConfig(min_free_bytes=0, segment_age_s=100), writer="0")
    kept = threading.Event()
    writer.append(Signal.LOGS, "default", b"\x0a\x00", 0, lambda _: kept.set())
    assert kept.wait(20)
    assert recover(tmp_path).segments == 0
    assert len(open_segments(tmp_path)) == 1
    writer.close()


def test_recovery_seals_what_a_writer_left_that_never_came_back(tmp_path):
    writer = JournalWriter(tmp_path, JournalConfig(min_free_bytes=0), writer="7")
    writer.append(Signal.LOGS, "default", b"\x0a\x00", 0, lambda _: None)
    writer.close()
    (segment,) = sealed_segments(tmp_path)
    segment.path.rename(segment.path.with_suffix(".open"))
    assert recover(tmp_path).records == 1
    assert [found.id for found in sealed_segments(tmp_path)] == [segment.id]
    assert recover(tmp_path).segments == 0


def test_recovery_says_when_the_directory_cannot_be_used(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be recovered"):
        recover(tmp_path / "file" / "journal")

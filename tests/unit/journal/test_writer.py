"""The thread around the committer: each append is answered once, on the loop, and the bounds hold."""

import asyncio
import os
import threading

import pytest

from sonde.core.errors import (
    ConfigError,
    ExhaustedError,
    InternalError,
    InUseError,
    StorageError,
    TooLargeError,
    UnavailableError,
    ValidationError,
)
from sonde.core.signal import Signal
from sonde.journal import JournalConfig, JournalWriter, OsDisk, read_body, read_records, sealed_segments

PAYLOAD = b"\x0a\x02\x1a\x00"


class Gate(OsDisk):
    """A disk whose syncs wait until the gate opens."""

    def __init__(self):
        self.entered = threading.Event()
        self.opened = threading.Event()

    def sync(self, descriptor):
        self.entered.set()
        assert self.opened.wait(20)
        super().sync(descriptor)


@pytest.fixture
def make(tmp_path):
    """Makes writers, and closes them."""
    made = []

    def writer(directory=tmp_path, *, name="0", disk=None, deliver=None, **settings):
        config = JournalConfig(**({"min_free_bytes": 0} | settings))
        made.append(JournalWriter(directory, config, writer=name, disk=disk, deliver=deliver))
        return made[-1]

    yield writer
    for one in made:
        if isinstance(one._committer._disk, Gate):
            one._committer._disk.opened.set()
        one.close()


def test_every_append_is_answered_on_the_loops_thread(make):
    async def main():
        loop = asyncio.get_running_loop()
        writer = make(deliver=loop.call_soon_threadsafe)
        answers = []
        every = asyncio.Event()

        def done(error):
            answers.append((error, threading.current_thread()))
            if len(answers) == 100:
                every.set()

        for _ in range(100):
            writer.append(Signal.TRACES, "default", PAYLOAD, 1, done)
        await every.wait()
        assert answers == [(None, threading.main_thread())] * 100
        assert writer.stats()["records"] == 100
        assert writer.stats()["queue_bytes"] == 0

    asyncio.run(main())


def test_requests_that_come_during_a_sync_share_the_next(make):
    gate = Gate()
    writer = make(disk=gate)
    answers = []
    writer.append(Signal.TRACES, "default", PAYLOAD, 1, answers.append)
    assert gate.entered.wait(20)
    for _ in range(50):
        writer.append(Signal.TRACES, "default", PAYLOAD, 1, answers.append)
    assert answers == [], "nothing is acknowledged before its sync returned"
    gate.opened.set()
    assert writer.flush(20)
    assert answers == [None] * 51
    assert writer.stats()["commits"] == 2


def test_the_queue_is_bounded(make):
    gate = Gate()
    writer = make(disk=gate, queue_bytes=10)
    for _ in range(2):
        writer.append(Signal.TRACES, "default", PAYLOAD, 1, lambda _: None)
    with pytest.raises(ExhaustedError, match="queue is full") as refused:
        writer.append(Signal.TRACES, "default", PAYLOAD, 1, lambda _: None)
    assert refused.value.retry_after_s
    with pytest.raises(TooLargeError):
        writer.append(Signal.TRACES, "default", PAYLOAD * 3, 1, lambda _: None)
    gate.opened.set()
    writer.flush(20)
    writer.append(Signal.TRACES, "default", PAYLOAD, 1, lambda _: None)
    assert writer.stats()["refused"] == {"queue": 2}


def test_a_full_quota_refuses_at_once(make):
    writer = make(quota_bytes=150)
    answers = []
    for _ in range(3):
        try:
            writer.append(Signal.TRACES, "default", PAYLOAD, 1, answers.append)
        except ExhaustedError as error:
            answers.append(error)
        writer.flush(20)
    assert answers[:2] == [None, None]
    assert isinstance(answers[2], ExhaustedError)
    with pytest.raises(ExhaustedError, match="quota"):
        writer.append(Signal.TRACES, "default", PAYLOAD, 1, answers.append)
    assert writer.stats()["refusing"]


def test_flush_makes_everything_visible_to_readers(make, tmp_path):
    writer = make(segment_age_s=100)
    for payload in (PAYLOAD, bytearray(PAYLOAD), memoryview(PAYLOAD)):
        writer.append(Signal.LOGS, "acme", payload, 1, lambda _: None)
    assert writer.flush(20)
    (segment,) = sealed_segments(tmp_path)
    assert [record.payload for record in read_records(segment.path)] == [PAYLOAD] * 3


def test_an_empty_payload_is_answered_and_not_kept(make):
    writer = make()
    answers = []
    writer.append(Signal.LOGS, "default", b"", 0, answers.append)
    assert answers == [None]
    writer.flush(20)
    assert writer.stats()["records"] == 0


def test_a_tenant_that_is_no_directory_name_is_refused(make):
    writer = make()
    for tenant in ("../x", "", "A", "a/b"):
        with pytest.raises(ValidationError):
            writer.append(Signal.LOGS, tenant, PAYLOAD, 1, lambda _: None)


def test_closing_answers_what_waits_and_refuses_what_comes(make, tmp_path):
    gate = Gate()
    writer = make(disk=gate)
    answers = []
    for _ in range(5):
        writer.append(Signal.LOGS, "default", PAYLOAD, 1, answers.append)
    gate.opened.set()
    writer.close()
    assert answers == [None] * 5
    with pytest.raises(UnavailableError):
        writer.append(Signal.LOGS, "default", PAYLOAD, 1, answers.append)
    assert len(sealed_segments(tmp_path)) >= 1
    writer.close()
    assert not writer.flush()


def test_one_bad_callback_does_not_silence_the_others(make):
    writer = make()
    answers = []

    def bad(_):
        raise RuntimeError("boom")

    for done in (answers.append, bad, answers.append):
        writer.append(Signal.LOGS, "default", PAYLOAD, 1, done)
    writer.flush(20)
    assert answers == [None, None]
    assert writer.stats()["undelivered"] == 1


def test_a_closed_loop_is_counted_and_nothing_is_lost(make, tmp_path):
    def closed(*_):
        raise RuntimeError("Event loop is closed")

    writer = make(deliver=closed)
    writer.append(Signal.LOGS, "default", PAYLOAD, 1, lambda _: None)
    writer.flush(20)
    assert writer.stats()["undelivered"] == 1
    assert len(sealed_segments(tmp_path)) == 1


def test_a_defect_in_the_commit_is_an_answer_and_the_thread_lives_on(make, monkeypatch):
    writer = make()
    answers = []
    commit = writer._committer.commit
    monkeypatch.setattr(writer._committer, "commit", lambda batch: 1 // 0)
    writer.append(Signal.LOGS, "default", PAYLOAD, 1, answers.append)
    writer.flush(20)
    assert isinstance(answers[0], InternalError)
    monkeypatch.setattr(writer._committer, "commit", commit)
    writer.append(Signal.LOGS, "default", PAYLOAD, 1, answers.append)
    writer.flush(20)
    assert answers[1] is None
    assert writer.stats()["queue_bytes"] == 0


def test_a_second_writer_of_the_same_id_is_told_who_holds_it(make):
    make()
    with pytest.raises(InUseError, match=f"process {os.getpid()}"):
        make()
    make(name="1")


def test_writers_share_a_directory(make, tmp_path):
    writers = [make(name=name) for name in ("0", "1")]
    for writer in writers:
        writer.append(Signal.LOGS, "default", PAYLOAD, 1, lambda _: None)
        writer.flush(20)
    assert {segment.writer for segment in sealed_segments(tmp_path)} == {"0", "1"}


def test_a_restart_recovers_its_own(make, tmp_path):
    first = make()
    first.append(Signal.LOGS, "default", PAYLOAD, 1, lambda _: None)
    first.close()
    (segment,) = sealed_segments(tmp_path)
    segment.path.rename(segment.path.with_suffix(".open"))
    with segment.path.with_suffix(".open").open("ab") as file:
        file.write(b"\xaa\x88")
    again = make()
    assert again.stats()["recovered_records"] == 1
    assert again.stats()["torn_bytes"] == 2
    assert [found.id for found in sealed_segments(tmp_path)] == [segment.id]
    read_body(segment)


def test_a_forked_child_refuses_and_does_not_hold_the_lock(make, tmp_path):
    writer = make()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            writer.append(Signal.LOGS, "default", PAYLOAD, 1, lambda _: None)
        except UnavailableError:
            os.write(writing, b"refused")
        os.close(writing)
        os._exit(0)
    os.close(writing)
    try:
        assert os.read(reading, 10) == b"refused"
    finally:
        os.waitpid(child, 0)
        os.close(reading)
    answers = []
    writer.append(Signal.LOGS, "default", PAYLOAD, 1, answers.append)
    writer.flush(20)
    assert answers == [None]


def test_a_directory_that_cannot_be_used_is_said_so(make, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be used"):
        make(tmp_path / "file" / "journal")


def test_a_writer_id_goes_into_file_names(make):
    with pytest.raises(ConfigError):
        make(name="a-b")

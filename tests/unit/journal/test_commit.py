"""An answer is a promise: these walk through what must be on the disk, and in which order, before one is given."""

import errno
from collections import Counter

import pytest

from sonde.core.errors import ExhaustedError, StorageError
from sonde.core.signal import Signal


def test_a_batch_is_one_write_and_one_sync_per_segment(bench):
    at = bench()
    at.commit(b"first")
    at.disk.log.clear()
    assert at.commit(*(b"%d" % number for number in range(20))) == [None] * 20
    assert Counter(at.disk.log)["sync"] == 1
    assert at.stats.records == 21
    assert at.stats.largest_commit == 20


def test_a_new_segments_name_is_durable_before_its_first_record_is_acknowledged(bench):
    at = bench()
    assert at.commit(b"a") == [None]
    at.disk.cut_power()
    assert len(at.files(".open")) == 1


@pytest.mark.parametrize(("sync", "syncs"), [("always", 3), ("interval", 0), ("never", 0)])
def test_when_syncs_happen(bench, sync, syncs):
    at = bench(sync=sync, segment_age_s=100)
    for number in range(3):
        at.commit(b"%d" % number)
    assert at.stats.syncs == syncs
    at.clock.advance(0.3)
    at.committer.tick()
    assert at.stats.syncs == {"always": 3, "interval": 1, "never": 0}[sync]


def test_signals_and_tenants_have_segments_of_their_own(bench):
    at = bench()
    batch = [
        *at.pending(b"a"),
        *at.pending(b"b", signal=Signal.LOGS),
        *at.pending(b"c", tenant="acme"),
        *at.pending(b"d"),
    ]
    outcomes = at.committer.commit(batch)
    assert sorted(len(run) for error, run in outcomes if error is None) == [1, 1, 2]
    assert len(at.files(".open")) == 3
    assert any("/logs/default/" in name for name in at.files())
    assert any("/traces/acme/" in name for name in at.files())


def test_age_seals_and_an_idle_journal_makes_no_segments(bench):
    at = bench(segment_age_s=0.5)
    at.commit(b"a")
    at.clock.advance(0.49)
    at.committer.tick()
    assert at.files(".otlp") == []
    at.clock.advance(0.02)
    at.committer.tick()
    assert len(at.files(".otlp")) == 1
    at.clock.advance(100)
    at.committer.tick()
    assert len(at.files()) == 1


def test_size_seals_and_a_large_record_gets_a_segment_of_its_own(bench):
    at = bench(segment_bytes=300, segment_age_s=100)
    assert at.commit(b"a", b"b" * 100, b"c" * 100, b"d", b"e") == [None] * 5
    at.committer.close()
    sizes = [at.disk.size(path) for path in sorted(at.disk.files)]
    assert len(sizes) == 2
    assert all(size <= 300 for size in sizes)


def test_open_files_are_bounded(bench):
    at = bench(max_open_segments=2, segment_age_s=100)
    for tenant in ("a", "b", "a", "c"):
        at.commit(b"x", tenant=tenant)
    assert at.committer.open_segments == 2
    (sealed,) = at.files(".otlp")
    assert "/b/" in sealed, "the one used longest ago"


def test_segments_age_slower_while_nobody_reads(bench):
    at = bench(segment_age_s=0.5)
    for number in range(400):
        at.commit(b"%d" % number)
        at.committer.close()
    at.quota.refresh()
    at.commit(b"x")
    at.clock.advance(0.6)
    at.committer.tick()
    assert at.committer.open_segments == 1
    at.clock.advance(0.5)
    at.committer.tick()
    assert at.committer.open_segments == 0


def test_names_sort_in_order_even_when_the_clock_jumps_back(bench):
    at = bench()
    order = []
    for number in range(4):
        at.commit(b"%d" % number)
        (name,) = at.files(".open")
        order.append(name.removesuffix(".open"))
        at.committer.close()
        at.clock.jump(-3600)
    at.committer = at.start()  # a restart knows the highest name as well
    at.commit(b"last")
    order.append(at.files(".open")[0].removesuffix(".open"))
    assert order == sorted(order)


def test_a_failed_write_is_cut_back_and_refused(bench):
    at = bench()
    at.commit(b"a")
    at.disk.fail_next("write", errno.EIO)
    (error,) = at.commit(b"b")
    assert isinstance(error, StorageError)
    assert error.traits.retryable
    assert error.retry_after_s
    assert at.commit(b"c") == [None]
    assert at.stats.refused == {"storage": 1}
    at.committer.close()
    (path,) = at.disk.files
    assert b"b" not in at.disk.read(path)[-60:].replace(b"\x0b", b"")


def test_a_full_disk_is_said_to_be_full_and_recovers_by_itself(bench):
    at = bench()
    at.commit(b"a")
    at.disk.capacity = at.disk.used() + 30
    (error,) = at.commit(b"b" * 50)
    assert isinstance(error, ExhaustedError)
    assert error.retry_after_s
    assert at.quota.refusal
    at.disk.capacity = 1 << 30
    at.clock.advance(1.1)
    at.committer.tick()
    assert at.commit(b"c") == [None]
    assert at.stats.refused == {"disk_full": 1}


def test_a_failed_sync_is_never_tried_again_on_the_same_file(bench):
    at = bench()
    at.commit(b"kept")
    at.disk.fail_next("sync", errno.EIO)
    outcomes = at.commit(b"x", b"y")
    assert all(isinstance(error, StorageError) for error in outcomes)
    assert at.commit(b"after") == [None]
    assert at.stats.sync_failures == 1
    at.committer.close()
    bodies = [at.disk.read(path) for path in sorted(at.disk.files)]
    assert [b"kept" in body for body in bodies] == [True, False]
    assert [b"after" in body for body in bodies] == [False, True]


def test_a_segment_whose_first_sync_fails_leaves_nothing_behind(bench):
    at = bench()
    at.disk.fail_next("sync", errno.EIO)
    assert isinstance(at.commit(b"x")[0], StorageError)
    assert at.files() == []


def test_with_interval_a_failed_sync_keeps_what_was_acknowledged(bench):
    at = bench(sync="interval", segment_age_s=100)
    at.commit(b"acknowledged")
    at.disk.fail_next("sync", errno.EIO)
    at.clock.advance(0.3)
    at.committer.tick()
    (sealed,) = at.disk.files
    assert sealed.suffix == ".otlp"
    assert b"acknowledged" in at.disk.read(sealed)
    assert at.stats.sync_failures == 1


def test_a_directory_that_cannot_be_synced_makes_no_promise(bench):
    at = bench()
    at.disk.fail_next("sync_directory", errno.EIO)
    assert isinstance(at.commit(b"x")[0], StorageError)
    assert at.files() == []


def test_what_cannot_be_sealed_is_tried_again(bench):
    at = bench(segment_age_s=0.5)
    at.commit(b"a")
    at.disk.fail_next("rename", errno.EIO)
    at.clock.advance(0.6)
    at.committer.tick()
    assert at.committer.stuck_segments == 1
    assert at.files(".otlp") == []
    at.clock.advance(1.1)
    at.committer.tick()
    assert at.committer.stuck_segments == 0
    assert len(at.files(".otlp")) == 1


def test_what_cannot_even_be_cut_is_tried_again(bench):
    """The refused record stays invisible all the while: the segment is not sealed before the cut succeeds."""
    at = bench()
    at.commit(b"kept")
    at.disk.fail_next("sync", errno.EIO)
    at.disk.fail_next("truncate", errno.EIO)
    assert isinstance(at.commit(b"refused")[0], StorageError)
    assert at.files(".otlp") == []
    at.clock.advance(1.1)
    at.committer.tick()
    (sealed,) = (path for path in at.disk.files if path.suffix == ".otlp")
    assert b"kept" in at.disk.read(sealed)
    assert b"refused" not in at.disk.read(sealed)


def test_one_signals_trouble_does_not_touch_another(bench):
    at = bench()
    at.commit(b"a")
    at.commit(b"b", signal=Signal.LOGS)
    at.disk.fail_next("write", errno.EIO)
    batch = [*at.pending(b"c"), *at.pending(b"d", signal=Signal.LOGS)]
    told = {run[0].signal: error for error, run in at.committer.commit(batch)}
    assert isinstance(told[Signal.TRACES], StorageError)
    assert told[Signal.LOGS] is None


def test_the_quota_refuses_what_does_not_fit_and_takes_what_fits_later(bench):
    at = bench(quota_bytes=250, segment_age_s=0.1)
    assert at.commit(b"a" * 60) == [None]
    (error,) = at.commit(b"b" * 120)
    assert isinstance(error, ExhaustedError)
    assert "quota" in error.message
    at.committer.close()
    for path in list(at.disk.files):
        at.disk.unlink(path)  # a reader took them
    at.clock.advance(1.1)
    at.committer.tick()
    assert at.commit(b"b" * 120) == [None]


def test_closing_seals_everything(bench):
    at = bench()
    at.commit(b"a")
    at.commit(b"b", tenant="acme")
    at.committer.close()
    assert len(at.files(".otlp")) == 2
    assert at.files(".open") == []

"""Bounds must hold, refuse retryably, and let go by themselves."""

import errno

from sonde.journal import JournalConfig, measure
from sonde.journal.quota import Quota
from unit.journal.conftest import DIRECTORY


def test_everything_in_the_journal_counts(bench):
    at = bench()
    at.commit(b"a")
    at.committer.close()
    at.commit(b"b")
    used = measure(DIRECTORY, at.disk)
    assert used.used_bytes == at.disk.used()
    assert used.sealed == 1
    descriptor = at.disk.create(DIRECTORY / "quarantine" / "x.bad")
    at.disk.write(descriptor, [b"1234567"])
    assert measure(DIRECTORY, at.disk).used_bytes == used.used_bytes + 7


def test_what_is_written_counts_before_the_next_scan(bench):
    at = bench(quota_bytes=1000)
    assert at.quota.admits(900)
    at.quota.written(900)
    at.disk.create(DIRECTORY / "traces" / "default" / "something")
    assert at.quota.admits(200), "the scan that follows a refusal finds that readers made room"


def test_the_reserve_of_the_filesystem_is_left_alone(bench):
    at = bench(min_free_bytes=1000)
    at.disk.capacity = 1500
    at.quota.refresh()
    assert at.quota.admits(400)
    assert not at.quota.admits(600)
    assert at.quota.reason == "disk_full"
    assert at.quota.error().traits.retryable


def test_the_default_reserve_is_a_twentieth_of_a_small_filesystem(bench):
    at = bench(min_free_bytes=None)
    at.disk.capacity = 1000
    at.quota.refresh()
    assert at.quota.admits(950)
    assert not at.quota.admits(951)


def test_a_disk_that_cannot_be_examined_refuses_until_it_can(bench):
    at = bench()
    at.disk.fail_next("free", errno.EIO)
    at.quota.refresh()
    assert at.quota.refusal
    assert at.quota.due == at.clock.monotonic() + 1
    at.quota.refresh()
    assert not at.quota.refusal


def test_scans_become_rarer_when_they_are_slow(bench):
    at = bench()

    class Slow(Quota):
        def _spare(self):
            at.clock.advance(2)
            return 1 << 30

    quota = Slow(DIRECTORY, JournalConfig(), disk=at.disk, clock=at.clock)
    assert quota.due >= at.clock.monotonic() + 90

"""Figures that operators alarm on must count what they say."""

from sonde.journal import SYNC_BUCKETS_S, JournalStats


def test_syncs_fall_into_their_buckets():
    stats = JournalStats()
    for seconds in (0.00005, 0.0001, 0.0003, 99.0):
        stats.synced(seconds)
    assert stats.syncs == 4
    assert stats.longest_sync_s == stats.last_sync_s == 99.0
    assert stats.sync_histogram[0] == 2
    assert stats.sync_histogram[2] == 1
    assert stats.sync_histogram[len(SYNC_BUCKETS_S)] == 1


def test_refusals_count_by_reason():
    stats = JournalStats()
    stats.refuse("quota", 3)
    stats.refuse("quota")
    stats.refuse("queue")
    assert stats.refused == {"quota": 4, "queue": 1}

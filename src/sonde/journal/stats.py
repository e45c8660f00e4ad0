"""What a journal writer counts about itself: plain integers, cheap to add to and to read.

Counters only grow; the committer's thread is the only one that adds to them, except `refused`, which appends add to
under the writer's lock.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

__all__ = ["SYNC_BUCKETS_S", "JournalStats"]

SYNC_BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class JournalStats:
    """Counters and gauges of one writer.

    Attributes:
        records: records committed, which is: answered with success.
        items: spans, data points and log records in them.
        payload_bytes: payload bytes in them.
        commits: commit batches.
        largest_commit: records in the largest batch.
        syncs: `fdatasync` calls that succeeded.
        sync_failures: those that failed.
        write_failures: writes that failed, disk full included.
        last_sync_s: duration of the last sync.
        longest_sync_s: duration of the longest sync.
        sync_histogram: syncs by duration; bucket i counts those up to `SYNC_BUCKETS_S[i]`, the last all beyond.
        segments_sealed: segments made visible to readers.
        segments_expired: segments deleted by `keep_bytes` and `keep_age_s`.
        refused: records answered with an error, by reason: queue, quota, disk_full, storage, closed, internal.
        recovered_records: records found whole in segments that an earlier process left open.
        torn_bytes: bytes of unfinished, unacknowledged records that recovery cut.
        quarantined: damaged stretches and segments that recovery set aside.
        undelivered: answers that nobody could be told: the loop was closed, or the callback failed.
    """

    records: int = 0
    items: int = 0
    payload_bytes: int = 0
    commits: int = 0
    largest_commit: int = 0
    syncs: int = 0
    sync_failures: int = 0
    write_failures: int = 0
    last_sync_s: float = 0.0
    longest_sync_s: float = 0.0
    sync_histogram: list[int] = field(default_factory=lambda: [0] * (len(SYNC_BUCKETS_S) + 1))
    segments_sealed: int = 0
    segments_expired: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    recovered_records: int = 0
    torn_bytes: int = 0
    quarantined: int = 0
    undelivered: int = 0

    def refuse(self, reason: str, records: int = 1) -> None:
        """Count records that were answered with an error."""
        self.refused[reason] = self.refused.get(reason, 0) + records

    def synced(self, seconds: float) -> None:
        """Count one sync and how long it took."""
        self.syncs += 1
        self.last_sync_s = seconds
        self.longest_sync_s = max(self.longest_sync_s, seconds)
        self.sync_histogram[bisect_left(SYNC_BUCKETS_S, seconds)] += 1

    def committed(self, records: int) -> None:
        """Count one commit batch."""
        self.commits += 1
        self.largest_commit = max(self.largest_commit, records)

"""Group commit: everything that waits becomes one gathered write and one sync per segment, and then is answered.

A machine without a thread: `commit` takes a batch and returns what to tell each sender; `tick` does what time demands;
`due` says when. Clock and disk are handed in. The thread around it is in `writer.py`.

Order, with `sync: always`, for one batch: refuse what the quota does not allow; write each segment's records; sync each
segment once; only then are the outcomes known. A record's outcome is success exactly when its bytes, and the name of its
file, are on stable storage.

Failures, and what becomes of the batch:
- a write fails, or the disk is full: the segment is cut back to its last whole record, the records are refused;
- a sync fails: the segment is cut to what was durable, sealed, and its unsynced records are refused. (With `interval`
  those were already answered: they stay in the file, which may or may not reach the disk; the counter tells.)
- even cutting or renaming fails: the segment is stuck, and tried again every second. Should the process die before
  that succeeds, recovery may find whole records in it that were refused: a sender told to retry may see them twice.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from sonde.core.errors import StorageError
from sonde.journal.layout import OPEN_SUFFIX, SEALED_SUFFIX, segment_name, segment_names
from sonde.journal.record import overhead
from sonde.journal.retention import expire
from sonde.journal.segment import OpenSegment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.core.errors import SondeError
    from sonde.core.signal import Signal
    from sonde.journal.config import JournalConfig
    from sonde.journal.disk import Disk
    from sonde.journal.quota import Quota
    from sonde.journal.segment import Pending
    from sonde.journal.stats import JournalStats

__all__ = ["Committer", "Outcomes"]

Outcomes = list[tuple["SondeError | None", "Sequence[Pending]"]]
Key = tuple["Signal", str]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE})
_RETRY_STUCK_S = 1.0
_CROWD = 200
_MOST_STRETCH = 60


class Committer:
    """Owns one writer's open segments. Not thread-safe: one thread calls it.

    Args:
        directory: the journal's directory.
        config: the journal's settings.
        writer: the writer's id, in the names of its segments.
        quota: says whether more may be written.
        stats: where to count.
        clock: wall and monotonic time.
        disk: the filesystem.
        nonce: gives 64 random bits for each segment.
    """

    def __init__(
        self,
        directory: Path,
        config: JournalConfig,
        *,
        writer: str,
        quota: Quota,
        stats: JournalStats,
        clock: Clock,
        disk: Disk,
        nonce: Callable[[], int] = lambda: int.from_bytes(os.urandom(8), "little"),
    ) -> None:
        self._directory = directory
        self._config = config
        self._writer = writer
        self._quota = quota
        self._stats = stats
        self._clock = clock
        self._disk = disk
        self._nonce = nonce
        self._open: dict[Key, OpenSegment] = {}
        self._stuck: list[OpenSegment] = []
        self._dirty: set[Path] = set()
        self._unsynced_since: float | None = None
        self._retry_at = 0.0
        self._last_stamp = _highest_stamp(directory, disk)

    @property
    def open_segments(self) -> int:
        """Segments that are being written."""
        return len(self._open)

    @property
    def stuck_segments(self) -> int:
        """Segments that could be neither sealed nor removed yet."""
        return len(self._stuck)

    def commit(self, batch: Sequence[Pending]) -> Outcomes:
        """Write, sync and judge a batch; every record of it is in the result exactly once, in no promised order."""
        self._stats.committed(len(batch))
        outcomes: Outcomes = []
        written: list[tuple[OpenSegment, Sequence[Pending]]] = []
        for key, group in _grouped(batch).items():
            self._write_group(key, group, written, outcomes)
        if self._config.sync == "always":
            for segment in {segment for segment, _ in written}:
                if segment.failure is None and segment.durable < segment.length:
                    self._sync(segment)
        elif self._config.sync == "interval" and self._unsynced_since is None:
            self._unsynced_since = self._clock.monotonic()
        for segment, run in written:
            self._judge(segment, run, outcomes)
        return outcomes

    def tick(self) -> None:
        """Do what time demands: seal old segments, sync by interval, try the stuck again, look at the disk."""
        now = self._clock.monotonic()
        oldest = now - self._age_limit_s()
        for key in [key for key, segment in self._open.items() if segment.opened_at <= oldest]:
            self._seal(key)
        if self._unsynced_since is not None and self._sync_due() <= now:
            self._sync_open()
        if now >= self._retry_at and (self._stuck or self._dirty):
            self._settle(now)
        if now >= self._quota.due:
            self._quota.refresh()
            self._stats.segments_expired += expire(self._directory, self._config, disk=self._disk, clock=self._clock)

    def due(self) -> float:
        """Monotonic seconds at which `tick` has something to do."""
        times = [self._quota.due]
        if self._open:
            times.append(min(segment.opened_at for segment in self._open.values()) + self._age_limit_s())
        if self._unsynced_since is not None:
            times.append(self._sync_due())
        if self._stuck or self._dirty:
            times.append(self._retry_at)
        return min(times)

    def close(self) -> None:
        """Seal everything, for a reader to find; what cannot be sealed is left to recovery."""
        for key in list(self._open):
            self._seal(key)
        self._settle(self._clock.monotonic())

    def _write_group(
        self,
        key: Key,
        group: Sequence[Pending],
        written: list[tuple[OpenSegment, Sequence[Pending]]],
        outcomes: Outcomes,
    ) -> None:
        """Append one segment's records, rotating when it is full; what cannot be written is refused at once."""
        frame = overhead(key[1])
        while group:
            count, size = self._fitting(key, group, frame)
            run, group = group[:count], group[count:]
            if not self._quota.admits(size):
                self._refuse(run, self._quota.error(), self._quota.reason, outcomes)
                continue
            try:
                segment = self._segment(key)
                self._write(segment, run)
            except OSError as error:
                self._refuse_failed(run, error, outcomes)
                continue
            self._quota.written(size)
            written.append((segment, run))

    def _fitting(self, key: Key, group: Sequence[Pending], frame: int) -> tuple[int, int]:
        """How many records fit the open segment, at least one, and their bytes; seals it first if not one fits."""
        segment = self._open.get(key)
        room = self._config.segment_bytes - (segment.length if segment else 0)
        if segment and frame + len(group[0].payload) > room:
            self._seal(key)
            room = self._config.segment_bytes
        count, size = 0, 0
        for record in group:
            more = frame + len(record.payload)
            if count and size + more > room:
                break
            count, size = count + 1, size + more
        return count, size

    def _segment(self, key: Key) -> OpenSegment:
        """The open segment of this signal and tenant, made if there is none; it becomes the last used."""
        segment = self._open.pop(key, None)
        if segment is None:
            while len(self._open) >= self._config.max_open_segments:
                self._seal(next(iter(self._open)))
            segment = self._create(key)
        self._open[key] = segment
        return segment

    def _create(self, key: Key) -> OpenSegment:
        self._last_stamp = max(self._last_stamp + 1, self._clock.now_ns())
        nonce = self._nonce()
        name = segment_name(self._last_stamp, self._writer, nonce)
        place = self._directory / key[0].value / key[1]
        segment = OpenSegment.create(self._disk, place, name, key=key, nonce=nonce, now=self._clock.monotonic())
        self._dirty.discard(place)
        return segment

    def _write(self, segment: OpenSegment, run: Sequence[Pending]) -> None:
        try:
            segment.write(run)
        except OSError:
            self._stats.write_failures += 1
            if segment.failure is not None or not segment.length:
                self._abandon(segment)
            raise

    def _sync(self, segment: OpenSegment) -> None:
        """Sync once; a segment whose sync fails is left behind, for a second try could not be believed."""
        started = self._clock.monotonic()
        segment.sync()
        if segment.failure is None:
            self._stats.synced(self._clock.monotonic() - started)
        else:
            self._stats.sync_failures += 1
            self._abandon(segment)

    def _abandon(self, segment: OpenSegment) -> None:
        """Leave a segment that failed: keep what was answered with success, and begin a new one next time."""
        self._open.pop(segment.key, None)
        segment.keep = segment.durable if self._config.sync == "always" else segment.length
        self._retire(segment)

    def _seal(self, key: Key) -> None:
        segment = self._open[key]
        if self._config.sync != "never" and segment.durable < segment.length:
            self._sync(segment)
        if self._open.pop(key, None) is not None:
            self._retire(segment)

    def _retire(self, segment: OpenSegment) -> None:
        try:
            sealed = segment.retire()
        except OSError:
            self._stuck.append(segment)
            self._retry_at = self._clock.monotonic() + _RETRY_STUCK_S
            return
        self._stats.segments_sealed += sealed
        self._dirty.add(segment.place)

    def _settle(self, now: float) -> None:
        """Try again to seal what is stuck, and make renames durable."""
        stuck, self._stuck = self._stuck, []
        for segment in stuck:
            self._retire(segment)
        for place in list(self._dirty):
            try:
                self._disk.sync_directory(place)
            except OSError:
                continue  # the rename itself happened; without the sync a power cut leaves it to recovery
            self._dirty.discard(place)
        self._retry_at = now + _RETRY_STUCK_S

    def _sync_open(self) -> None:
        self._unsynced_since = None
        for segment in list(self._open.values()):
            if segment.durable < segment.length:
                self._sync(segment)

    def _sync_due(self) -> float:
        return (self._unsynced_since or 0.0) + self._config.sync_interval_s

    def _age_limit_s(self) -> float:
        return self._config.segment_age_s * min(_MOST_STRETCH, max(1, self._quota.usage.sealed // _CROWD))

    def _judge(self, segment: OpenSegment, run: Sequence[Pending], outcomes: Outcomes) -> None:
        """Success for what was written and, where that is asked, synced; refusal for the rest."""
        if segment.failure is not None and self._config.sync == "always":
            self._refuse_failed(run, segment.failure, outcomes)
            return
        self._stats.records += len(run)
        self._stats.items += sum(record.items for record in run)
        self._stats.payload_bytes += sum(len(record.payload) for record in run)
        outcomes.append((None, run))

    def _refuse_failed(self, run: Sequence[Pending], error: OSError, outcomes: Outcomes) -> None:
        if error.errno in _FULL:
            message = f"the journal's disk took no more: {error.strerror}"
            self._quota.refuse("disk_full", message)
            self._refuse(run, self._quota.error(), "disk_full", outcomes)
            return
        wait = self._config.retry_after_s
        self._refuse(run, StorageError(f"the journal's disk failed: {error}", retry_after_s=wait), "storage", outcomes)

    def _refuse(self, run: Sequence[Pending], error: SondeError, reason: str, outcomes: Outcomes) -> None:
        self._stats.refuse(reason, len(run))
        outcomes.append((error, run))


def _grouped(batch: Sequence[Pending]) -> dict[Key, list[Pending]]:
    """The batch by signal and tenant, in order of arrival within each."""
    groups: dict[Key, list[Pending]] = {}
    signal, tenant, group = None, "", []
    for record in batch:
        if record.signal is not signal or record.tenant != tenant:
            signal, tenant = record.signal, record.tenant
            group = groups.setdefault((signal, tenant), [])
        group.append(record)
    return groups


def _highest_stamp(directory: Path, disk: Disk) -> int:
    """The stamp that every new one must be above, or 0 in an empty journal."""
    names = [segment_names(directory, disk, suffix) for suffix in (OPEN_SUFFIX, SEALED_SUFFIX)]
    return max((int(entry[0][:20]) for found in names for entry in found), default=0)

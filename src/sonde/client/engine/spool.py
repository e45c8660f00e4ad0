"""What waits on disk while the server is away, and at the end: a journal of this process's own, and those it adopted.

    write ──> open segment ──sealed when the reader is hungry, full, or old──> load ──> delivered ──> finish (deleted)
                                                                               └──> given up: quota, age, damage

Invariants
    1. A request that `write` took is in the operating system's hands when it returns: kill -9 does not lose it. It is
       synced to stable storage every few seconds, when a segment is sealed, and at the end; a power cut may take the rest.
    2. What `load` returns was checked to its last byte, and is whole requests only: the journal's recovery saw to it.
    3. One segment of a signal is out at a time, the oldest first: adopted directories before the own.
    4. A segment is deleted after the server's answer and before the next is loaded. Killed between the two, or where the
       answer is lost on its way, the next process sends that one segment again: at least once at this one edge.
    5. Own and adopted segments together stay within `quota_bytes`; the oldest make room, and are counted.

Nothing is made on disk before the first request that needs it. A disk that fails is left alone for half a minute; the
engine then goes on in memory. Every method is thread-safe, and none raises for anything that the disk does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path
from threading import RLock

from sonde.client.engine.adoption import adopt, adopt_expired, make_own
from sonde.client.engine.shelf import Shelf, Spooled
from sonde.client.settings import SpoolSettings
from sonde.core.clock import Clock
from sonde.core.errors import SondeError
from sonde.core.signal import Signal
from sonde.journal.commit import Committer
from sonde.journal.config import JournalConfig
from sonde.journal.disk import Disk, OsDisk
from sonde.journal.layout import Segment
from sonde.journal.quota import Quota
from sonde.journal.record import overhead
from sonde.journal.segment import Pending
from sonde.journal.stats import JournalStats

__all__ = ["Spool"]

_log = logging.getLogger("sonde.client.engine")
_WRITER = "spool"
_TENANT = "default"
_JOURNAL = JournalConfig(
    sync="interval",
    sync_interval_s=5.0,
    segment_bytes=2 << 20,  # one segment is one request, and gRPC servers refuse more than 4 MiB
    segment_age_s=5.0,
    max_open_segments=len(Signal),
    quota_bytes=1 << 62,  # the spool makes room itself, where a journal would refuse
)
_LEAVE_ALONE_S = 30.0
_LOOK_AROUND_S = 60.0
_WARN_EVERY_S = 60.0
_OTHERS_EVERY_S = 3600.0
_KEEP_OTHERS_S = 30 * 86_400.0

Lost = Callable[[Signal, str, int, bool], None]


class Spool:
    """This process's spool.

    Args:
        settings: where and how much; `directory` must not be None.
        clock: wall and monotonic time.
        lost: told of items given up: signal, reason, how many, and whether they were adopted.
        disk: the filesystem.
    """

    def __init__(self, settings: SpoolSettings, clock: Clock, lost: Lost, *, disk: Disk | None = None) -> None:
        self._root = Path(settings.directory or ".") / settings.destination
        self._settings = settings
        self._clock = clock
        self._lost = lost
        self._disk: Disk = OsDisk() if disk is None else disk
        self._lock = RLock()
        self._busy = False
        self._own: Shelf | None = None
        self._committer: Committer | None = None
        self._adopted: list[Shelf] = []
        self._out: dict[Signal, Spooled] = {}
        self._unsealed = False
        self._look_at = 0.0
        self._others_at = 0.0
        self._leave_until = 0.0
        self._warn_at = 0.0
        self.items = dict.fromkeys(Signal, 0)
        self.trouble = ""

    @property
    def used_bytes(self) -> int:
        """Bytes of own and adopted segments."""
        return sum(shelf.used_bytes for shelf in self._shelves())

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits here."""
        return not any(self.has(signal) for signal in Signal)

    def has(self, signal: Signal) -> bool:
        """Whether something of a signal waits; cheap."""
        return self.items[signal] > 0 or any(shelf.has(signal) for shelf in self._adopted)

    def write(self, signal: Signal, payload: bytes, items: int) -> bool:
        """Keep a request; False when the disk does not take it now."""
        with self._lock:
            if self._busy or self._clock.monotonic() < self._leave_until:
                return False  # busy: a signal handler interrupted this very thread in here
            self._busy = True
            try:
                return self._write(signal, payload, items)
            except (OSError, SondeError) as error:
                self._suffer(error)
                return False
            finally:
                self._busy = False

    def _write(self, signal: Signal, payload: bytes, items: int) -> bool:
        own, committer = self._open()
        size = len(payload) + overhead(_TENANT)
        if not self._make_room(size):
            return False
        pending = Pending(signal, _TENANT, payload, items, self._clock.now_ns(), _nobody)
        failures = [error for error, _ in committer.commit([pending]) if error is not None]
        if failures:
            raise failures[0]
        own.used_bytes += size
        self._unsealed = True
        self.items[signal] += items
        return True

    def load(self, signal: Signal) -> Spooled | None:
        """The oldest request of a signal, to be given back with `finish` or `put_back`; None when there is none."""
        with self._lock:
            if signal in self._out:
                return self._out[signal]
            try:
                while (found := self._next(signal)) is not None:
                    spooled = self._read(*found)
                    if spooled is not None:
                        self._out[signal] = spooled
                        return spooled
                self._reconcile(signal)
            except (OSError, SondeError) as error:
                self._suffer(error)
            return None

    def finish(self, spooled: Spooled) -> None:
        """Delete a request that was delivered, or refused for good."""
        with self._lock:
            self._out.pop(spooled.segment.signal, None)
            try:
                spooled.shelf.finish(spooled.segment)
            except SondeError as error:
                self._suffer(error)
            self._tidy()

    def settled(self, spooled: Spooled, items: int) -> None:
        """Items of a spooled request were delivered, or given up, by whoever loaded it."""
        if not spooled.shelf.adopted:
            with self._lock:
                self.items[spooled.segment.signal] -= items

    def put_back(self, spooled: Spooled) -> None:
        """Keep a request for later. Its bytes are let go, unless it was cut: what of it was delivered is known here only."""
        with self._lock:
            if not spooled.is_cut:
                self._out.pop(spooled.segment.signal, None)

    def upkeep(self, now: float) -> float | None:
        """Sync, seal, look for orphans, drop what is too old; when to be called again, None if nothing waits."""
        with self._lock:
            try:
                if self._committer is not None and self._unsealed:
                    self._committer.tick()
                if now >= self._look_at:
                    self._look_at = now + _LOOK_AROUND_S
                    self._look_around()
            except (OSError, SondeError) as error:
                self._suffer(error)
            if self.is_empty:
                return None
            due = self._committer.due() if self._committer is not None and self._unsealed else self._look_at
            return max(now + 0.1, min(due, self._look_at))

    def close(self) -> None:
        """Seal and sync what is here, and let go of it, for the next process; an empty directory is removed."""
        with self._lock, suppress(OSError, SondeError):
            self._seal()
            for shelf in self._shelves():
                shelf.remove() if shelf.is_empty else shelf.release()
            self._own, self._committer, self._adopted = None, None, []
            self._leave_until = inf

    def _shelves(self) -> list[Shelf]:
        return [*self._adopted, *([self._own] if self._own else [])]

    def disown(self) -> None:
        """In a forked child: close the copies of the locks, which would outlive the parent. Takes no lock."""
        for shelf in self._shelves():
            shelf.release()

    def _open(self) -> tuple[Shelf, Committer]:
        if self._committer is None or self._own is None:
            directory, lock = make_own(self._root)
            self._own = Shelf(directory, lock, disk=self._disk, clock=self._clock, adopted=False)
            stats = JournalStats()
            quota = Quota(directory, _JOURNAL, disk=self._disk, clock=self._clock)
            self._committer = Committer(
                directory, _JOURNAL, writer=_WRITER, quota=quota, stats=stats, clock=self._clock, disk=self._disk
            )
        return self._own, self._committer

    def _seal(self) -> None:
        """Make what is open visible to the reader, synced."""
        if self._committer is not None and self._own is not None:
            self._committer.close()
            self._own.scan()
            self._unsealed = self._committer.stuck_segments > 0

    def _next(self, signal: Signal) -> tuple[Shelf, Segment] | None:
        """The oldest segment of a signal: of the adopted first; the own open one is sealed for it."""
        for attempt in ("as it is", "sealed"):
            for shelf in self._shelves():
                segment = shelf.oldest(signal)
                if segment is not None:
                    return shelf, segment
            if attempt == "as it is" and self.items[signal]:
                self._seal()
        return None

    def _read(self, shelf: Shelf, segment: Segment) -> Spooled | None:
        spooled, whole = shelf.read(segment)
        if not whole:
            self._warn(f"a spooled request was damaged on disk and set aside: {segment.path}")
        return spooled

    def _reconcile(self, signal: Signal) -> None:
        """With no segment left, items that are still counted were lost to damage."""
        if self._unsealed:
            return  # a segment could not be sealed yet; the committer tries again
        missing, self.items[signal] = self.items[signal], 0
        if missing:
            self._lost(signal, "spool_damaged", missing, False)  # noqa: FBT003  not adopted

    def _make_room(self, size: int) -> bool:
        """Drop the oldest until `size` bytes fit; False when that cannot be."""
        while self.used_bytes + size > self._settings.quota_bytes:
            if not self._drop_oldest("spool_full"):
                if not self._unsealed:
                    return False
                self._seal()
                if self._unsealed:
                    return False
        return True

    def _drop_oldest(self, reason: str, before_ns: int | None = None) -> bool:
        """Give up the oldest segment, if it was made before a moment; not one that is being sent."""
        out = {spooled.segment.path for spooled in self._out.values()}
        oldest = [
            (segment.created_ns, index, shelf, segment)
            for index, shelf in enumerate(self._shelves())
            for signal in Signal
            if (segment := shelf.oldest(signal)) is not None and segment.path not in out
        ]
        if not oldest:
            return False
        created_ns, _, shelf, segment = min(oldest, key=lambda entry: entry[:2])
        if before_ns is not None and created_ns >= before_ns:
            return False
        self._give_up(shelf, segment, reason)
        self._tidy()
        return True

    def _give_up(self, shelf: Shelf, segment: Segment, reason: str) -> None:
        """Count a segment's items as lost, and delete it."""
        spooled = self._read(shelf, segment)
        if spooled is not None:
            items = sum(count for _, count in spooled.pieces)
            self.settled(spooled, items)
            self._lost(segment.signal, reason, items, shelf.adopted)
            shelf.finish(segment)

    def _look_around(self) -> None:
        """Take over what others left, and give up what is too old."""
        held = {shelf.directory for shelf in self._shelves()}
        self._adopted += adopt(self._root, known=held, disk=self._disk, clock=self._clock)
        if self._own is not None and not self._out:
            self._own.scan()
        before_ns = self._clock.now_ns() - round(self._settings.keep_s * 1e9)
        while self._drop_oldest("spool_expired", before_ns):
            pass
        self._tidy()
        if self._settings.destination and self._clock.monotonic() >= self._others_at:
            self._others_at = self._clock.monotonic() + _OTHERS_EVERY_S
            self._clear_others()

    def _clear_others(self) -> None:
        """Remove what nobody will ever deliver: destinations that no process has sent to for long."""
        before = self._clock.now_ns() / 1e9 - max(_KEEP_OTHERS_S, self._settings.keep_s)
        for shelf in adopt_expired(
            self._root.parent, own=self._root.name, before=before, disk=self._disk, clock=self._clock
        ):
            if not shelf.is_empty:
                _log.warning(
                    "sonde: spooled for another server that no process sends to any more, and removed: %s",
                    shelf.directory,
                )
            for signal in Signal:
                while (segment := shelf.oldest(signal)) is not None:
                    self._give_up(shelf, segment, "spool_expired")
            shelf.remove()

    def _tidy(self) -> None:
        """Remove adopted directories that are empty."""
        for shelf in [shelf for shelf in self._adopted if shelf.is_empty]:
            self._adopted.remove(shelf)
            shelf.remove()

    def _suffer(self, error: Exception) -> None:
        """Leave the disk alone for a while, and say so now and then."""
        self._leave_until = self._clock.monotonic() + _LEAVE_ALONE_S
        self.trouble = str(error)
        self._warn(f"the spool in {self._root} cannot be used now; telemetry waits in memory instead: {error}")

    def _warn(self, message: str) -> None:
        now = self._clock.monotonic()
        if now >= self._warn_at:
            self._warn_at = now + _WARN_EVERY_S
            _log.warning("sonde: %s", message)


def _nobody(error: SondeError | None) -> None:
    """The commit's outcome is read from what it returns."""

"""The journal's writing end: takes records from any thread, commits them in groups on its own, and answers each.

    append (any thread) -> queue -> committer thread: write, sync, seal -> deliver -> done(None | error)

`append` costs a few microseconds and never waits for the disk. The committer takes everything that waits at once, so
the slower a sync is, the more records share it. Answers are handed over once per commit, through `deliver`; an event
loop gives its `call_soon_threadsafe`.

Invariants: `done` is called exactly once for every append that did not raise, also when the disk fails, the writer
closes, or this code has a defect; payload bytes that wait are at most `queue_bytes`; nothing is acknowledged that the
`sync` setting does not cover.

After a fork the child's copy refuses to append: two processes must not write one segment. It also lets go of the lock,
so that the parent's death is not hidden by a child that lives on.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from queue import Empty, SimpleQueue
from time import sleep
from typing import TYPE_CHECKING

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import ExhaustedError, InternalError, SondeError, StorageError, TooLargeError, UnavailableError
from sonde.journal.commit import Committer, Outcomes
from sonde.journal.config import JournalConfig
from sonde.journal.disk import OsDisk
from sonde.journal.layout import check_tenant, check_writer
from sonde.journal.lock import WriterLock, repairing
from sonde.journal.quota import Quota
from sonde.journal.recovery import Recovery, recover_segments
from sonde.journal.segment import Pending
from sonde.journal.stats import JournalStats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.core.signal import Signal
    from sonde.journal.disk import Disk

__all__ = ["JournalWriter"]

_log = logging.getLogger(__name__)
_CALM_DOWN_S = 0.1


class _Flush:
    """A mark in the queue: everything before it is committed and sealed when `reached` is set."""

    __slots__ = ("reached",)

    def __init__(self) -> None:
        self.reached = threading.Event()


class JournalWriter:
    """One process's writing end of a journal. All methods may be called from any thread.

    Making one takes the writer's lock and recovers what an earlier process of the same id left open.

    Args:
        directory: the journal's directory; made if it is not there.
        config: the journal's settings.
        writer: this writer's id, unique among living writers; a door's number for example.
        clock: wall and monotonic time.
        disk: the filesystem.
        deliver: called as `deliver(callback, argument)` on the committer's thread, once per commit; it must see to it
            that `callback(argument)` runs, on the event loop's thread for example. None runs it at once.

    Raises:
        InUseError: a living process has this writer id.
        StorageError: the directory cannot be used.
        ConfigError: the writer's id is not allowed.
    """

    def __init__(
        self,
        directory: Path,
        config: JournalConfig | None = None,
        *,
        writer: str,
        clock: Clock = SYSTEM_CLOCK,
        disk: Disk | None = None,
        deliver: Callable[..., object] | None = None,
    ) -> None:
        self._config = config or JournalConfig()
        self._clock = clock
        self._deliver = deliver
        self._stats = JournalStats()
        self._queue: SimpleQueue[Pending | _Flush | None] = SimpleQueue()
        self._waiting_bytes = 0
        self._guard = threading.Lock()
        self._refusal = ""
        disk = OsDisk() if disk is None else disk
        try:
            self._lock, recovery = _take_over(directory, check_writer(writer), disk, clock)
        except OSError as error:
            raise StorageError(f"the journal in {directory} cannot be used: {error}") from error
        self.recovery = recovery
        self._stats.recovered_records = recovery.records
        self._stats.torn_bytes = recovery.torn_bytes
        self._stats.quarantined = recovery.quarantined
        self._quota = Quota(directory, self._config, disk=disk, clock=clock)
        self._committer = Committer(
            directory, self._config, writer=writer, quota=self._quota, stats=self._stats, clock=clock, disk=disk
        )
        self._thread = threading.Thread(target=self._run, name=f"journal-{writer}", daemon=True)
        self._thread.start()
        atexit.register(self.close)
        _living.add(self)

    def append(
        self, signal: Signal, tenant: str, payload: bytes, items: int, done: Callable[[SondeError | None], None]
    ) -> None:
        """Queue one request's bytes; `done` is called once, with None when they are kept or with the error.

        An empty payload has nothing to keep: `done(None)` is called before this returns.

        Args:
            signal: which signal's request it is.
            tenant: whose it is, 1 to 63 of a-z, 0-9 and `_`.
            payload: an OTLP export request; validated by the caller. Must not change any more.
            items: spans, data points or log records in it.
            done: told the outcome, by `deliver`'s rules.

        Raises:
            ExhaustedError: too much waits already, or the disk quota is reached; nothing was kept.
            UnavailableError: the writer is closed, or this process was forked from the writer's.
            TooLargeError: the payload could never fit the queue.
            ValidationError: the tenant's name is not allowed.
        """
        size = len(payload)
        if not size:
            done(None)
            return
        check_tenant(tenant)
        record = Pending(
            signal, tenant, payload if type(payload) is bytes else bytes(payload), items, self._clock.now_ns(), done
        )
        with self._guard:
            if self._refusal or self._quota.refusal or self._waiting_bytes + size > self._config.queue_bytes:
                raise self._refused(size)
            self._waiting_bytes += size
            self._queue.put(record)

    def _refused(self, size: int) -> SondeError:
        """Why an append is refused now; counted."""
        wait = self._config.retry_after_s
        if self._refusal:
            self._stats.refuse("closed")
            return UnavailableError(self._refusal, retry_after_s=wait)
        if self._quota.refusal:
            self._stats.refuse(self._quota.reason)
            return self._quota.error()
        self._stats.refuse("queue")
        limit = self._config.queue_bytes
        if size > limit:
            return TooLargeError(f"a record of {size} bytes is over the journal's queue of {limit} bytes")
        return ExhaustedError("the journal's queue is full; the disk is slower than what arrives", retry_after_s=wait)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Commit and seal everything appended before, so that readers see it; False if it took longer."""
        mark = _Flush()
        with self._guard:
            if self._refusal:
                return False
            self._queue.put(mark)
        return mark.reached.wait(timeout_s)

    def close(self) -> None:
        """Commit what waits, seal all segments, end the thread, let the lock go. Later appends are refused."""
        with self._guard:
            if self._refusal:
                return
            self._refusal = "the journal is closed"
            self._queue.put(None)
        self._thread.join()
        self._lock.release()
        atexit.unregister(self.close)

    def stats(self) -> dict[str, object]:
        """Counters of `JournalStats` with the gauges beside them; cheap enough for every scrape."""
        counted = {name: getattr(self._stats, name) for name in JournalStats.__slots__}
        return counted | {
            "refused": dict(self._stats.refused),
            "sync_histogram": list(self._stats.sync_histogram),
            "queue_records": self._queue.qsize(),
            "queue_bytes": self._waiting_bytes,
            "open_segments": self._committer.open_segments,
            "stuck_segments": self._committer.stuck_segments,
            "sealed_segments": self._quota.usage.sealed,
            "used_bytes": self._quota.usage.used_bytes,
            "refusing": self._quota.refusal,
        }

    def _run(self) -> None:
        """The committer's thread."""
        crowded, started, ending = False, 0.0, False
        while not ending:
            entries = self._wait(started if crowded else None)
            started = self._clock.monotonic()
            batch = [entry for entry in entries if type(entry) is Pending]
            marks = [entry for entry in entries if type(entry) is _Flush]
            ending = None in entries
            crowded = len(batch) > 1
            if batch:
                self._commit(batch)
            if marks or ending:
                self._guarded(self._committer.close)
            for mark in marks:
                mark.reached.set()
            self._guarded(self._committer.tick)
            del entries, batch, marks  # what was committed must not be held while this waits for more

    def _wait(self, last_start: float | None) -> list[Pending | _Flush | None]:
        """Everything in the queue, as soon as there is something, or nothing when the committer has work by itself.

        Args:
            last_start: when the last commit began, if the next one shall keep its distance.
        """
        try:
            timeout = self._committer.due() - self._clock.monotonic()
            first = self._queue.get(timeout=max(0.0, timeout))
        except Empty:
            return []
        if last_start is not None and type(first) is Pending:
            interval = self._config.commit_interval_s
            left = last_start + interval - self._clock.monotonic()
            if left > 0:
                sleep(min(left, interval))
        return [first, *(self._queue.get() for _ in range(self._queue.qsize()))]

    def _commit(self, batch: list[Pending]) -> None:
        try:
            outcomes = self._committer.commit(batch)
        except Exception as error:  # whatever it was, every sender gets an answer and the thread lives on
            _log.exception("the journal's commit failed in a way it should not")
            self._stats.refuse("internal", len(batch))
            outcomes = [(InternalError(f"the journal's commit failed: {error}"), batch)]
        with self._guard:
            self._waiting_bytes -= sum(len(record.payload) for record in batch)
        if self._deliver is None:
            self._tell(outcomes)
            return
        try:
            self._deliver(self._tell, outcomes)
        except Exception:  # a closed loop: nobody is left to be told
            _log.exception("the journal's answers could not be delivered")
            self._stats.undelivered += len(batch)

    def _tell(self, outcomes: Outcomes) -> None:
        """Call every record's `done`; one that fails does not keep the others from hearing."""
        for error, run in outcomes:
            for record in run:
                try:
                    record.done(error)
                except Exception:
                    _log.exception("a journal callback failed")
                    self._stats.undelivered += 1

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:
            _log.exception("the journal's upkeep failed in a way it should not")
            sleep(_CALM_DOWN_S)

    def _disown(self) -> None:
        """In a forked child: refuse everything; the lock may have been held by a thread that is not here."""
        self._guard = threading.Lock()
        self._refusal = "this process was forked from the journal's writer; open a writer of your own"


def _take_over(directory: Path, writer: str, disk: Disk, clock: Clock) -> tuple[WriterLock, Recovery]:
    """Take the writer's lock, and recover what it left open when it was last alive."""
    report = Recovery()
    disk.make_directory(directory)
    with repairing(directory):
        lock = WriterLock(directory, writer)
        try:
            recover_segments(directory, report, writer=writer, disk=disk, clock=clock)
        except BaseException:
            lock.release()
            raise
    return lock, report


_living: weakref.WeakSet[JournalWriter] = weakref.WeakSet()


def _disown_in_child() -> None:
    for writer in list(_living):
        writer._disown()  # noqa: SLF001  the fork hook is part of the class


os.register_at_fork(after_in_child=_disown_in_child)

"""One process's directory in the spool, under a lock that says who may send from it.

    SPOOL/PID-RANDOM/                  mode 0700: telemetry holds secrets
      writer-owner.lock                held by the process that fills or empties it; free when that one is gone
      traces/default/...  metrics/...  logs/...  cursors/delivery.log   a journal, see `sonde.journal`

Whoever holds `owner` may write, read and delete here; nobody else does. The lock is `flock`'s: the kernel lets it go
when its process dies, however it dies. A directory is removed only by its holder and only while it is held, so who gets
the lock and no longer finds the lock's file holds nothing, and lets go.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sonde.core.clock import Clock
from sonde.core.errors import InUseError, NotFoundError, StorageError
from sonde.core.signal import Signal
from sonde.journal.cursor import Cursor
from sonde.journal.disk import Disk
from sonde.journal.layout import Segment
from sonde.journal.lock import WriterLock
from sonde.journal.reader import salvage, verify
from sonde.journal.recovery import recover

__all__ = ["Shelf", "Spooled", "take_lock"]

_OWNER = "owner"
_READER = "delivery"


@dataclass(slots=True, eq=False)
class Spooled:
    """One sealed segment, read and checked: a request as it lies.

    Attributes:
        shelf: where it belongs.
        segment: its file.
        pieces: what is still to be sent of it, with the number of items of each; one piece, unless a server found it
            too large.
        is_cut: a server found it too large, so that some pieces may be delivered and others not.
    """

    shelf: Shelf
    segment: Segment
    pieces: deque[tuple[bytes, int]] = field(default_factory=deque)
    is_cut: bool = False


def take_lock(directory: Path) -> WriterLock | None:
    """Hold a directory, or None: another process holds it, or removed it a moment ago."""
    try:
        lock = WriterLock(directory, _OWNER)
    except (InUseError, OSError):
        return None
    if (directory / f"writer-{_OWNER}.lock").exists():
        return lock
    lock.release()
    return None


class Shelf:
    """The sealed segments of one directory, oldest first by signal. Held by the spool's lock.

    Args:
        directory: the process's directory.
        lock: the hold on it.
        disk: the filesystem.
        adopted: it was another process's; its items are counted when they are read.

    Attributes:
        used_bytes: bytes in segments; of the own shelf, whoever writes adds to it.
    """

    def __init__(self, directory: Path, lock: WriterLock, *, disk: Disk, clock: Clock, adopted: bool) -> None:
        self.directory = directory
        self.adopted = adopted
        self._lock = lock
        self._disk = disk
        self._clock = clock
        self._waiting: dict[Signal, deque[Segment]] = {signal: deque() for signal in Signal}
        self.used_bytes = 0
        if adopted:
            recover(directory, disk=disk, clock=clock)
        self._cursor = Cursor(directory, _READER, disk=disk)

    def scan(self) -> None:
        """Look for sealed segments anew; those being read stay first, for names sort by age."""
        found = self._cursor.pending()
        for signal in Signal:
            self._waiting[signal] = deque(segment for segment in found if segment.signal is signal)
        if self.adopted:
            self.used_bytes = sum(segment.size_bytes for segment in found)

    def has(self, signal: Signal) -> bool:
        """Whether a sealed segment of this signal was found."""
        return bool(self._waiting[signal])

    @property
    def is_empty(self) -> bool:
        """Whether no sealed segment is left of those found."""
        return not any(self._waiting.values())

    def oldest(self, signal: Signal) -> Segment | None:
        """The oldest sealed segment of a signal."""
        waiting = self._waiting[signal]
        return waiting[0] if waiting else None

    def read(self, segment: Segment) -> tuple[Spooled | None, bool]:
        """The segment's bytes after every checksum held, and whether they are all that was written.

        Damage goes to quarantine, and the whole records are returned; None when nothing is left of it.

        Raises:
            StorageError: the disk failed.
        """
        try:
            data = self._disk.read(segment.path)
            found = verify(segment.path, segment=segment, data=data, disk=self._disk)
            whole = found.is_whole
            if not whole:
                data, found = salvage(self.directory, segment, disk=self._disk, clock=self._clock)
        except (FileNotFoundError, NotFoundError):
            data, whole = b"", False
        except OSError as error:
            raise StorageError(f"{segment.path} cannot be read: {error}") from error
        if not data:
            self._forget(segment)
            return None, False
        return Spooled(self, segment, deque([(data, sum(header.items for header in found.headers))])), whole

    def finish(self, segment: Segment) -> None:
        """Delete a segment, durably: it was delivered, or is given up.

        Raises:
            StorageError: it may come back after a power cut.
        """
        self._forget(segment)
        self._cursor.finish(segment)

    def _forget(self, segment: Segment) -> None:
        with suppress(ValueError):
            self._waiting[segment.signal].remove(segment)
            self.used_bytes -= segment.size_bytes

    def release(self) -> None:
        """Let others have the directory."""
        self._lock.release()

    def remove(self) -> None:
        """Delete the directory with everything in it, then let go."""
        for place, directories, files in os.walk(self.directory, topdown=False):
            for name in files:
                with suppress(OSError):
                    Path(place, name).unlink()
            for name in directories:
                with suppress(OSError):
                    Path(place, name).rmdir()
        with suppress(OSError):
            self.directory.rmdir()
        self._lock.release()

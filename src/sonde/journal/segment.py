"""One segment while it is written: append runs of records, sync, and leave it behind sealed.

States: open -> sealed (renamed, visible to readers) | removed (nothing in it was ever acknowledged) | stuck (the
filesystem refused even that; `retire` is called again later).

Invariants:
- the file's first `length` bytes are whole records; a write that failed half-way is cut back before anything else;
- with `sync: always` the first `durable` bytes were synced, and only records within them are acknowledged;
- a sync that failed is never repeated on the same file: the kernel may have dropped the pages and call the next sync a
  success (https://www.usenix.org/system/files/atc20-rebello.pdf, and PostgreSQL's "fsyncgate"). The segment is cut to
  what was durable before, sealed, and writing goes on in a new file.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sonde.journal.layout import OPEN_SUFFIX, SEALED_SUFFIX
from sonde.journal.record import Framer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sonde.core.errors import SondeError
    from sonde.core.signal import Signal
    from sonde.journal.disk import Disk

__all__ = ["OpenSegment", "Pending", "write_all"]

_MOST_BUFFERS = 1024  # IOV_MAX on Linux and macOS


class Pending(NamedTuple):
    """A record that waits to be committed, and whom to tell."""

    signal: Signal
    tenant: str
    payload: bytes
    items: int
    received_ns: int
    done: Callable[[SondeError | None], None]


def write_all(disk: Disk, descriptor: int, buffers: Sequence[bytes | memoryview]) -> None:
    """Append every byte of the buffers, in as few gathered writes as the system takes."""
    waiting = iter(buffers)
    while batch := list(islice(waiting, _MOST_BUFFERS)):
        left = sum(map(len, batch))
        while (taken := disk.write(descriptor, batch)) < left:
            left -= taken
            batch = _after(batch, taken)


def _after(buffers: Sequence[bytes | memoryview], taken: int) -> list[bytes | memoryview]:
    """What remains of the buffers when their first `taken` bytes are written."""
    rest: list[bytes | memoryview] = []
    for buffer in buffers:
        if taken >= len(buffer):
            taken -= len(buffer)
        else:
            rest.append(memoryview(buffer)[taken:])
            taken = 0
    return rest


@dataclass(slots=True, eq=False)
class OpenSegment:
    """A segment that is being written.

    Attributes:
        disk: the filesystem.
        key: the signal and tenant of all its records.
        place: the directory it lies in.
        name: its name without suffix.
        descriptor: the open file; -1 once it is closed.
        framer: makes its records' headers.
        opened_at: monotonic seconds at which its first record came.
        length: bytes of whole records in it.
        durable: the first bytes that a sync has covered.
        records: records written, the next one's sequence number.
        failure: why no more may be written to it; its unsynced records are refused with this.
        keep: when it is abandoned, the bytes to keep; -1 for all of `length`.
    """

    disk: Disk
    key: tuple[Signal, str]
    place: Path
    name: str
    descriptor: int
    framer: Framer
    opened_at: float
    length: int = 0
    durable: int = 0
    records: int = 0
    failure: OSError | None = None
    keep: int = -1

    @classmethod
    def create(
        cls, disk: Disk, place: Path, name: str, *, key: tuple[Signal, str], nonce: int, now: float
    ) -> OpenSegment:
        """Make the file and sync its name into the directory, so that what is synced into it can be found again."""
        framer = Framer(*key, nonce)
        disk.make_directory(place)
        path = place / (name + OPEN_SUFFIX)
        descriptor = disk.create(path)
        try:
            disk.sync_directory(place)
        except OSError:
            disk.close(descriptor)
            disk.unlink(path)
            raise
        return cls(disk, key, place, name, descriptor, framer, now)

    def write(self, run: Sequence[Pending]) -> None:
        """Append whole records.

        Raises:
            OSError: nothing of the run is in the segment. If it could not even be cut back, `failure` is set.
        """
        buffers: list[bytes | memoryview] = []
        size, sequence = 0, self.records
        header = self.framer.header
        for _, _, payload, items, received_ns, _ in run:
            head = header(payload, received_ns, items, sequence)
            buffers += (head, payload)
            size += len(head) + len(payload)
            sequence += 1
        try:
            write_all(self.disk, self.descriptor, buffers)
        except OSError:
            self._cut_back()
            raise
        self.length += size
        self.records = sequence

    def _cut_back(self) -> None:
        try:
            self.disk.truncate(self.descriptor, self.length)
        except OSError as error:
            self.failure = error

    def sync(self) -> None:
        """Make everything written durable; a failure is kept in `failure`, for no second sync may be tried."""
        try:
            self.disk.sync(self.descriptor)
        except OSError as error:
            self.failure = error
        else:
            self.durable = self.length

    def retire(self) -> bool:
        """Cut what may not stay, close the file, and seal it, or remove it if nothing is left. May be called again.

        Returns:
            Whether there is a sealed segment now.

        Raises:
            OSError: it is still there under its open name; the next call goes on from here.
        """
        path = self.place / (self.name + OPEN_SUFFIX)
        if self.keep >= 0:
            self._cut(path)
        self._close()
        if not self.length:
            self.disk.unlink(path)
            return False
        self.disk.rename(path, self.place / (self.name + SEALED_SUFFIX))
        return True

    def _cut(self, path: Path) -> None:
        if self.descriptor < 0:
            self.descriptor = self.disk.open(path)
        try:
            self.disk.truncate(self.descriptor, self.keep)
        finally:
            self._close()
        self.length, self.keep = self.keep, -1

    def _close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):  # what matters has been synced or given up; the descriptor is gone either way
                self.disk.close(descriptor)

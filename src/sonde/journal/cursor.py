"""What each reader has finished, so that a segment is deleted when all have, and handed to none twice.

A reader is registered by having a file `cursors/READER.log`; it stays registered until `unregister`, whether it runs or
not, and segments wait for it. The log holds one line per finished segment that other readers may still need: CRC32C of the
id in hex, a space, the id. A line that is torn or damaged is ignored: that segment is handed out again, with the same id.

A sole reader needs no log: deleting the segment, and syncing the directory, is its note. With several, the note is
written and synced first and the segment deleted by whoever finishes last; lines are dropped when the log is rewritten, after the
directories were synced, so that a deleted file which a power cut brings back is still known as finished.

Not promised: exactly once by itself. Between a reader's own commit and its note a crash hands the segment out again;
the reader must know the id (a deduplication token). A reader sees what is sealed and not deleted when it registers, and
everything after. One process at a time uses a reader's name.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import google_crc32c

from sonde.core.errors import ConfigError, StorageError
from sonde.journal.disk import OsDisk
from sonde.journal.layout import SEALED_SUFFIX, TEMPORARY_SUFFIX, segment_names, segments, tenant_directories
from sonde.journal.segment import write_all

if TYPE_CHECKING:
    from pathlib import Path

    from sonde.journal.disk import Disk
    from sonde.journal.layout import Segment

__all__ = ["Cursor", "registered_readers"]

_CURSORS = "cursors"
_LOG = ".log"
_READER = re.compile(r"[a-z0-9_-]{1,63}")
_COMPACT_LINES = 1024


def registered_readers(directory: Path, disk: Disk) -> list[str]:
    """The names of all registered readers, sorted."""
    names = disk.list_directory(directory / _CURSORS)
    return sorted(name.removesuffix(_LOG) for name in names if name.endswith(_LOG))


class Cursor:
    """One registered reader's place in the journal. Not thread-safe.

    Args:
        directory: the journal's directory; made if it is not there.
        reader: the reader's name, 1 to 63 of a-z, 0-9, `_` and `-`.
        disk: the filesystem.

    Raises:
        ConfigError: the name is not allowed.
        StorageError: the registration could not be made durable.
    """

    def __init__(self, directory: Path, reader: str, *, disk: Disk | None = None) -> None:
        if not _READER.fullmatch(reader):
            raise ConfigError(f"reader {reader!r} is not 1 to 63 characters of a-z, 0-9, _ and -")
        self._directory = directory
        self._reader = reader
        self._disk = OsDisk() if disk is None else disk
        self._log = directory / _CURSORS / (reader + _LOG)
        try:
            self._finished = self._register()
        except OSError as error:
            raise StorageError(f"journal reader {reader!r} cannot be registered: {error}") from error

    def _register(self) -> set[str]:
        self._disk.make_directory(self._log.parent)
        if self._log.name not in self._disk.list_directory(self._log.parent):
            self._disk.close(self._disk.create(self._log))
            self._disk.sync_directory(self._log.parent)
        return self._read(self._log)

    def pending(self, limit: int | None = None) -> list[Segment]:
        """Sealed segments that this reader has not finished, oldest first; those a crash left over are deleted.

        Raises:
            StorageError: the directory cannot be read.
        """
        try:
            if not self._finished:
                return segments(self._directory, self._disk, SEALED_SUFFIX, limit)
            found = segments(self._directory, self._disk, SEALED_SUFFIX)
        except OSError as error:
            raise StorageError(f"the journal in {self._directory} cannot be read: {error}", retry_after_s=1) from error
        done = [segment for segment in found if segment.id in self._finished]
        with suppress(OSError):  # tidying waits for a better day; a full disk must not keep a reader from reading
            self._delete_if_last(done)
            if len(self._finished) > _COMPACT_LINES and len(self._finished) > 2 * len(done):
                self._compact()
        return [segment for segment in found if segment.id not in self._finished][:limit]

    def finish(self, *done: Segment) -> None:
        """Note durably that this reader needs these segments no more; give several at once to share the syncs.

        Raises:
            StorageError: the note may not survive a power cut; finish them again.
        """
        try:
            if registered_readers(self._directory, self._disk) != [self._reader]:
                self._append(done)
            self._delete_if_last(done)
        except OSError as error:
            raise StorageError(f"journal reader {self._reader!r} could not finish a segment: {error}") from error

    def unregister(self) -> None:
        """Forget this reader; segments no longer wait for it."""
        self._disk.unlink(self._log)
        self._disk.sync_directory(self._log.parent)

    def _delete_if_last(self, done: tuple[Segment, ...] | list[Segment]) -> None:
        others = [
            self._read(self._log.with_name(reader + _LOG))
            for reader in registered_readers(self._directory, self._disk)
            if reader != self._reader
        ]
        places = set()
        for segment in done:
            if all(segment.id in finished for finished in others):
                self._disk.unlink(segment.path)
                places.add(segment.path.parent)
        for place in sorted(places):
            self._disk.sync_directory(place)

    def _append(self, done: tuple[Segment, ...]) -> None:
        fresh = [segment.id for segment in done if segment.id not in self._finished]
        if not fresh:
            return
        descriptor = self._disk.open(self._log)
        try:
            # The newline in front ends a line that a crash tore, so that it spoils none of these.
            write_all(self._disk, descriptor, [b"\n" + b"".join(map(_line, fresh))])
            self._disk.sync(descriptor)
        finally:
            self._disk.close(descriptor)
        self._finished.update(fresh)

    def _read(self, log: Path) -> set[str]:
        try:
            lines = self._disk.read(log).split(b"\n")
        except FileNotFoundError:
            return set()
        return {text.decode("ascii") for line in lines if (text := _text(line))}

    def _compact(self) -> None:
        """Drop lines of segments that are gone for good."""
        for _, _, place in tenant_directories(self._directory, self._disk):
            self._disk.sync_directory(place)
        there = {
            f"{signal.value}/{tenant}/{name}"
            for name, signal, tenant, _ in segment_names(self._directory, self._disk, SEALED_SUFFIX)
        }
        self._rewrite(self._finished & there)

    def _rewrite(self, finished: set[str]) -> None:
        temporary = self._log.with_suffix(TEMPORARY_SUFFIX)
        self._disk.unlink(temporary)
        descriptor = self._disk.create(temporary)
        try:
            write_all(self._disk, descriptor, [b"".join(map(_line, sorted(finished)))] if finished else [])
            self._disk.sync(descriptor)
        finally:
            self._disk.close(descriptor)
        self._disk.rename(temporary, self._log)
        self._disk.sync_directory(self._log.parent)
        self._finished = finished


def _line(identity: str) -> bytes:
    text = identity.encode("ascii")
    return b"%08x %s\n" % (google_crc32c.value(text), text)


def _text(line: bytes) -> bytes:
    """The id in a line whose checksum holds, else nothing."""
    crc, _, text = line.partition(b" ")
    return text if text and crc == b"%08x" % google_crc32c.value(text) else b""

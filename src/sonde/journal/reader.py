"""Read segments: list them, hand their bodies to a store, walk their records, check them.

A body is handed out only after every checksum in it held. A sealed segment that fails is not served: `read_body` raises, and
`salvage` sets the damage aside and returns what is whole. All of these read a whole segment into memory: about
`segment_bytes`, or one record if that is larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import CorruptError, NotFoundError, StorageError
from sonde.journal.disk import OsDisk
from sonde.journal.examination import Examination, examine
from sonde.journal.layout import OPEN_SUFFIX, SEALED_SUFFIX, Segment, segments
from sonde.journal.lock import repairing
from sonde.journal.quarantine import set_aside_whole
from sonde.journal.record import Record
from sonde.journal.recovery import expected_of, mend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.journal.disk import Disk

__all__ = ["open_segments", "quarantine", "read_body", "read_records", "salvage", "sealed_segments", "verify"]


def sealed_segments(directory: Path, *, limit: int | None = None, disk: Disk | None = None) -> list[Segment]:
    """Segments that will not change any more, oldest first, at most `limit`."""
    return segments(directory, OsDisk() if disk is None else disk, SEALED_SUFFIX, limit)


def open_segments(directory: Path, *, disk: Disk | None = None) -> list[Segment]:
    """Segments that are being written, or were when their writer died; oldest first."""
    return segments(directory, OsDisk() if disk is None else disk, OPEN_SUFFIX)


def read_body(segment: Segment, *, disk: Disk | None = None) -> bytes:
    """The segment's bytes, one valid OTLP request, after every checksum held.

    Raises:
        CorruptError: something in it is not as it was written; call `salvage`.
        NotFoundError: it is not there any more.
        StorageError: the disk failed.
    """
    data = _read(segment.path, disk)
    found = examine(data, expected=expected_of(segment), sealed=True)
    if found.damaged:
        first = found.damaged[0]
        raise CorruptError(f"segment {segment.id} is damaged at byte {first.offset}: {first.reason}")
    return data


def salvage(
    directory: Path, segment: Segment, *, disk: Disk | None = None, clock: Clock = SYSTEM_CLOCK
) -> tuple[bytes, Examination]:
    """Set aside what is damaged in a sealed segment, and read the rest; its id stays the same.

    Returns:
        The whole records' bytes (empty when none is left; the segment is gone then) and what was found.

    Raises:
        StorageError: the disk failed; nothing is lost.
    """
    disk = OsDisk() if disk is None else disk
    try:
        with repairing(directory):
            found = mend(directory, segment, disk=disk, clock=clock)
            return (disk.read(segment.path) if found.headers else b""), found
    except OSError as error:
        raise StorageError(f"segment {segment.id} could not be mended: {error}", retry_after_s=1.0) from error


def quarantine(
    directory: Path, segment: Segment, reason: str, *, disk: Disk | None = None, clock: Clock = SYSTEM_CLOCK
) -> None:
    """Move a whole segment, one that the store will not take for example, out of every reader's way.

    Raises:
        StorageError: the disk failed; the segment may still be where it was.
    """
    try:
        set_aside_whole(directory, segment, reason, disk=OsDisk() if disk is None else disk, clock=clock)
    except OSError as error:
        raise StorageError(f"segment {segment.id} could not be set aside: {error}", retry_after_s=1.0) from error


def read_records(path: Path, *, disk: Disk | None = None) -> Iterator[Record]:
    """The records of a segment, or of any file of whole records, in order; a torn tail of an open one is left out.

    Raises:
        CorruptError: after the last record before the damage was given.
    """
    data = _read(path, disk)
    found = examine(data, expected=None, sealed=path.suffix != OPEN_SUFFIX)
    damaged_at = found.damaged[0].offset if found.damaged else len(data)
    for header in found.headers:
        if header.offset > damaged_at:
            break
        yield Record(header, data[header.payload_offset : header.end])
    if found.damaged:
        raise CorruptError(f"{path} is damaged at byte {damaged_at}: {found.damaged[0].reason}")


def verify(
    path: Path, *, segment: Segment | None = None, data: bytes | None = None, disk: Disk | None = None
) -> Examination:
    """Check every byte of a file of records. Changes nothing.

    Args:
        path: the file; its suffix tells whether a torn tail is allowed.
        segment: the segment it is, if known: its records must then belong there.
        data: the file's bytes, if they were read already.
        disk: the filesystem.

    Raises:
        NotFoundError: there is no such file.
        StorageError: the disk failed.
    """
    expected = expected_of(segment) if segment else None
    return examine(_read(path, disk) if data is None else data, expected=expected, sealed=path.suffix != OPEN_SUFFIX)


def _read(path: Path, disk: Disk | None) -> bytes:
    try:
        return (OsDisk() if disk is None else disk).read(path)
    except FileNotFoundError:
        raise NotFoundError(f"there is no segment {path}") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error}", retry_after_s=1.0) from error

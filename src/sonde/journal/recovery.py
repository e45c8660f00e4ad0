"""Mend what a crash or a bad disk left behind: cut torn tails, set damage aside, seal what is whole.

States of a segment: open, its writer alive (not touched) | open, its writer gone -> sealed, or removed if nothing whole
is in it | sealed but damaged -> sealed again with its whole records | unreadable -> quarantine.

Steps, for an open segment: examine; copy each damaged stretch into quarantine; if there was damage, write the whole
records to a temporary file and rename it over the open one, else cut the torn tail; sync; rename to its sealed name.
Every step is repeatable and the segment keeps its name until the last, so a crash in the middle changes nothing: the
next recovery begins again and ends in the same place. What stays is never rewritten in a different order.

The id stays the same through every repair. For a segment that was open, nobody has seen it yet. For a sealed one that
was damaged after a reader stored it whole but before it noted that, the store knows the id and takes nothing; otherwise
it takes the whole records. Under a new id the first case would store every undamaged record twice.

A segment that cannot be read goes to quarantine whole; where even that fails it stays, is reported, and the rest goes
on: recovery neither raises for one bad file nor loops over it.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.errors import InUseError, StorageError
from sonde.journal.disk import OsDisk
from sonde.journal.examination import Expected, examine
from sonde.journal.layout import (
    OPEN_SUFFIX,
    SEALED_SUFFIX,
    TEMPORARY_SUFFIX,
    segments,
    tenant_directories,
)
from sonde.journal.lock import WriterLock, repairing
from sonde.journal.quarantine import set_aside, set_aside_whole, write_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.journal.disk import Disk
    from sonde.journal.examination import Examination
    from sonde.journal.layout import Segment

__all__ = ["Recovery", "expected_of", "mend", "recover", "recover_segments"]


@dataclass(slots=True)
class Recovery:
    """What a recovery did.

    Attributes:
        segments: segments mended or sealed.
        records: whole records in them.
        torn_bytes: bytes of unfinished records that were cut.
        quarantined: damaged stretches and whole segments set aside.
        failed: segments that could not be handled and are still where they were, with the error.
    """

    segments: int = 0
    records: int = 0
    torn_bytes: int = 0
    quarantined: int = 0
    failed: list[str] = field(default_factory=list)

    def add(self, found: Examination) -> None:
        """Count one segment's examination."""
        self.segments += 1
        self.records += len(found.headers)
        self.torn_bytes += found.torn_bytes
        self.quarantined += len(found.damaged)


def expected_of(segment: Segment) -> Expected:
    """What the segment's records must carry."""
    return Expected(segment.signal, segment.tenant, segment.nonce)


def recover(directory: Path, *, disk: Disk | None = None, clock: Clock = SYSTEM_CLOCK) -> Recovery:
    """Seal the open segments of every writer that is gone; those of living writers are not touched.

    Any process may call this at any time; it waits while another recovers. The keeper should, at its start and now and
    then: a writer recovers its own segments when it starts, but one that never starts again does not.

    Raises:
        StorageError: the directory itself cannot be used.
    """
    disk = OsDisk() if disk is None else disk
    report = Recovery()
    try:
        disk.make_directory(directory)
        with repairing(directory):
            for writer in sorted({segment.writer for segment in segments(directory, disk, OPEN_SUFFIX)}):
                _recover_if_gone(directory, report, writer, disk=disk, clock=clock)
    except OSError as error:
        raise StorageError(f"the journal in {directory} cannot be recovered: {error}", retry_after_s=1.0) from error
    return report


def _recover_if_gone(directory: Path, report: Recovery, writer: str, *, disk: Disk, clock: Clock) -> None:
    try:
        lock = WriterLock(directory, writer, announce=False)
    except InUseError:
        return
    try:
        recover_segments(directory, report, writer=writer, disk=disk, clock=clock)
    finally:
        lock.release()


def recover_segments(directory: Path, report: Recovery, *, writer: str, disk: Disk, clock: Clock) -> None:
    """Seal one writer's open segments; the caller holds that writer's lock and the repair lock."""
    for segment in segments(directory, disk, OPEN_SUFFIX):
        if segment.writer != writer:
            continue
        try:
            _recover(directory, segment, report, disk=disk, clock=clock)
        except OSError as error:
            _give_up(directory, segment, error, report, disk=disk, clock=clock)
    _remove_leftovers(directory, writer, disk)


def _recover(directory: Path, segment: Segment, report: Recovery, *, disk: Disk, clock: Clock) -> None:
    found = mend(directory, segment, disk=disk, clock=clock)
    if found.headers:
        disk.rename(segment.path, segment.path.with_suffix(SEALED_SUFFIX))
        disk.sync_directory(segment.path.parent)
    report.add(found)


def mend(directory: Path, segment: Segment, *, disk: Disk, clock: Clock) -> Examination:
    """Leave nothing but whole records in the segment, durably; with none left it is removed.

    Returns:
        What was found before mending.

    Raises:
        OSError: it is as it was, or mended.
    """
    data = disk.read(segment.path)
    found = examine(data, expected=expected_of(segment), sealed=segment.is_sealed)
    for stretch in found.damaged:
        bad = data[stretch.offset : stretch.offset + stretch.length]
        set_aside(directory, segment, stretch, bad, disk=disk, clock=clock)
    if not found.headers:
        disk.unlink(segment.path)
    elif found.damaged:
        write_file(segment.path, found.good(data), disk=disk)
    elif not segment.is_sealed:
        _cut(segment, found, disk)
    else:
        return found
    disk.sync_directory(segment.path.parent)
    return found


def _cut(segment: Segment, found: Examination, disk: Disk) -> None:
    """Cut the torn tail, and sync: the writer may have died between its write and its sync."""
    descriptor = disk.open(segment.path)
    try:
        if found.torn_at >= 0:
            disk.truncate(descriptor, found.torn_at)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)


def _give_up(directory: Path, segment: Segment, error: OSError, report: Recovery, *, disk: Disk, clock: Clock) -> None:
    """Quarantine what cannot be read; leave what merely could not be handled now (no space, no descriptors)."""
    if isinstance(error, FileNotFoundError):
        return
    if error.errno == errno.EIO:
        with suppress(OSError):
            set_aside_whole(directory, segment, f"it cannot be read: {error}", disk=disk, clock=clock)
            report.quarantined += 1
            return
    report.failed.append(f"{segment.id}: {error}")


def _remove_leftovers(directory: Path, writer: str, disk: Disk) -> None:
    """Temporary files of mending that a crash interrupted."""
    for _, _, place in tenant_directories(directory, disk):
        for name in _leftovers(disk.list_directory(place), writer):
            with suppress(OSError):
                disk.unlink(place / name)


def _leftovers(names: Iterable[str], writer: str) -> list[str]:
    return [name for name in names if name.endswith(TEMPORARY_SUFFIX) and name[20:].startswith(f"-{writer}-")]

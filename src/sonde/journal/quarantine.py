"""Where damaged and poisoned bytes go: out of every reader's way, kept, counted, each with its reason.

Names are made from the segment's and the bytes' place in it, so setting the same bytes aside twice is the same as
once. Nothing here is ever deleted by Sonde; it counts toward the quota.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from sonde.journal.layout import QUARANTINE, TEMPORARY_SUFFIX
from sonde.journal.segment import write_all

if TYPE_CHECKING:
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.journal.disk import Disk
    from sonde.journal.examination import Stretch
    from sonde.journal.layout import Segment

__all__ = ["quarantined", "set_aside", "set_aside_whole", "write_file"]

_BYTES = ".bad"
_REASON = ".json"


def quarantined(directory: Path, disk: Disk) -> list[dict[str, object]]:
    """What lies in quarantine: the content of each reason file, with `file` the path of the bytes; sorted by name."""
    place = directory / QUARANTINE
    names = disk.list_directory(place)
    found = []
    for name in sorted(name for name in names if name.endswith(_BYTES)):
        reason: dict[str, object] = {}
        with suppress(OSError, ValueError):
            reason = json.loads(disk.read(place / (name.removesuffix(_BYTES) + _REASON)))
        found.append(reason | {"file": str(place / name)})
    return found


def set_aside(directory: Path, segment: Segment, stretch: Stretch, data: bytes, *, disk: Disk, clock: Clock) -> None:
    """Copy one damaged stretch, `data`, into quarantine, durably."""
    stem = f"{_stem(segment)}.{stretch.offset}-{stretch.length}"
    detail = {"offset": stretch.offset, "length": stretch.length, "records_lost": stretch.records_lost}
    place = directory / QUARANTINE
    disk.make_directory(place)
    write_file(place / (stem + _BYTES), [data], disk=disk)
    _write_reason(place / (stem + _REASON), segment, stretch.reason, detail, disk=disk, clock=clock)
    disk.sync_directory(place)


def set_aside_whole(directory: Path, segment: Segment, reason: str, *, disk: Disk, clock: Clock) -> None:
    """Move a whole segment into quarantine; no reader will see it again."""
    place = directory / QUARANTINE
    stem = f"{_stem(segment)}.whole"
    disk.make_directory(place)
    detail = {"offset": 0, "length": segment.size_bytes, "records_lost": -1}
    _write_reason(place / (stem + _REASON), segment, reason, detail, disk=disk, clock=clock)
    with suppress(FileNotFoundError):
        disk.rename(segment.path, place / (stem + _BYTES))
    disk.sync_directory(place)
    disk.sync_directory(segment.path.parent)


def write_file(path: Path, buffers: list[bytes], *, disk: Disk) -> None:
    """Write a file so that it is there whole or not at all; its name is durable once its directory is synced."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    disk.unlink(temporary)
    descriptor = disk.create(temporary)
    try:
        write_all(disk, descriptor, buffers)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    disk.rename(temporary, path)


def _stem(segment: Segment) -> str:
    return segment.id.replace("/", ".")


def _write_reason(
    path: Path, segment: Segment, reason: str, detail: dict[str, int], *, disk: Disk, clock: Clock
) -> None:
    content = {"id": segment.id, "reason": reason, **detail, "set_aside_ns": str(clock.now_ns())}
    write_file(path, [json.dumps(content, indent=1).encode() + b"\n"], disk=disk)

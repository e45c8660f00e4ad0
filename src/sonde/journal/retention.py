"""What to delete when nobody reads: the oldest sealed segments beyond an age or a size that the user named.

Without a registered reader and without `keep_bytes` or `keep_age_s` nothing is ever deleted, and the quota refuses in
the end: what was acknowledged is not thrown away unless somebody said so. With a reader registered these settings do
nothing: readers delete what they have finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.journal.cursor import registered_readers
from sonde.journal.layout import SEALED_SUFFIX, segments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.journal.config import JournalConfig
    from sonde.journal.disk import Disk
    from sonde.journal.layout import Segment

__all__ = ["expire", "expired"]


def expired(
    found: Sequence[Segment], *, now_ns: int, keep_bytes: int | None, keep_age_s: float | None
) -> list[Segment]:
    """Those of `found` (oldest first) that are too old, or too much; the newest one always stays.

    Args:
        found: sealed segments, oldest first.
        now_ns: the wall clock, nanoseconds since the Unix epoch.
        keep_bytes: the total to keep; None for any.
        keep_age_s: the age in seconds to keep; None for any.
    """
    total = sum(segment.size_bytes for segment in found)
    leaving = []
    for segment in found[:-1]:
        too_old = keep_age_s is not None and segment.created_ns < now_ns - keep_age_s * 1e9
        if not too_old and (keep_bytes is None or total <= keep_bytes):
            break
        total -= segment.size_bytes
        leaving.append(segment)
    return leaving


def expire(directory: Path, config: JournalConfig, *, disk: Disk, clock: Clock) -> int:
    """Delete what the configuration lets go; returns how many segments."""
    if config.keep_bytes is None and config.keep_age_s is None:
        return 0
    if registered_readers(directory, disk):
        return 0
    leaving = expired(
        segments(directory, disk, SEALED_SUFFIX),
        now_ns=clock.now_ns(),
        keep_bytes=config.keep_bytes,
        keep_age_s=config.keep_age_s,
    )
    for segment in leaving:
        disk.unlink(segment.path)
    return len(leaving)

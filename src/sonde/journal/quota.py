"""How much the journal may hold: its own quota, and what must stay free on the filesystem.

The writer counts what it writes on top of the last scan of the directory. Readers delete meanwhile and other writers
add, so the directory is scanned again every few seconds (less often when scanning is slow), and once a second while
appends are refused: acceptance resumes by itself when space is there. Between scans several writers may together
overshoot the quota by what the others write in that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import ExhaustedError
from sonde.core.units import format_size
from sonde.journal.layout import QUARANTINE, SEALED_SUFFIX, tenant_directories

if TYPE_CHECKING:
    from pathlib import Path

    from sonde.core.clock import Clock
    from sonde.journal.config import JournalConfig
    from sonde.journal.disk import Disk

__all__ = ["Quota", "Usage", "measure"]

_SCAN_EVERY_S = 5.0
_RECHECK_EVERY_S = 1.0
_SCAN_SHARE = 50  # a scan may take at most a fiftieth of the time
_MOST_FREE = 512 << 20
_FREE_SHARE = 20


@dataclass(frozen=True, slots=True)
class Usage:
    """What a journal holds.

    Attributes:
        used_bytes: segments and quarantine together.
        sealed: sealed segments.
    """

    used_bytes: int
    sealed: int


def measure(directory: Path, disk: Disk) -> Usage:
    """Add up the journal's files; takes about 3 us a file."""
    used, sealed = 0, 0
    places = [place for _, _, place in tenant_directories(directory, disk)]
    for place in (*places, directory / QUARANTINE):
        for name in disk.list_directory(place):
            try:
                used += disk.size(place / name)
            except OSError:
                continue  # a reader took it meanwhile
            sealed += name.endswith(SEALED_SUFFIX)
    return Usage(used, sealed)


class Quota:
    """Says whether more may be written; one per writer.

    Attributes:
        refusal: why appends are refused now, empty when they are not; read by other threads.
        reason: the counter's name for it: quota or disk_full.
        usage: the last scan, with what this writer has written since.
    """

    def __init__(self, directory: Path, config: JournalConfig, *, disk: Disk, clock: Clock) -> None:
        self._directory = directory
        self._config = config
        self._disk = disk
        self._clock = clock
        self.refusal = ""
        self.reason = ""
        self.usage = Usage(0, 0)
        self._free = 0
        self.due = 0.0
        self._scan_again = 0.0
        self.refresh()

    def error(self) -> ExhaustedError:
        """A new error for a refused record."""
        return ExhaustedError(self.refusal, retry_after_s=self._config.retry_after_s)

    def refresh(self) -> bool:
        """Scan the directory and ask the filesystem; whether appends are taken now."""
        started = self._clock.monotonic()
        try:
            self.usage = measure(self._directory, self._disk)
            self._free = self._spare()
        except OSError as error:
            self.refuse("disk_full", f"the journal's disk cannot be examined: {error}")
            return False
        taken = self._judge(1)
        took = self._clock.monotonic() - started
        self._scan_again = started + _SCAN_SHARE * took
        self.due = max(started + (_SCAN_EVERY_S if taken else _RECHECK_EVERY_S), self._scan_again)
        return taken

    def _spare(self) -> int:
        """Bytes that may still be taken from the filesystem."""
        free, size = self._disk.free(self._directory)
        least = self._config.min_free_bytes
        return free - (min(_MOST_FREE, size // _FREE_SHARE) if least is None else least)

    def _judge(self, size: int) -> bool:
        """Set `refusal` as it is for `size` bytes more; whether they may be written."""
        if self.usage.used_bytes + size > self._config.quota_bytes:
            limit = format_size(self._config.quota_bytes)
            self.refusal, self.reason = f"the journal holds its quota of {limit}; readers are behind", "quota"
        elif size > self._free:
            self.refusal, self.reason = "the journal's disk is full up to the reserve that must stay free", "disk_full"
        else:
            self.refusal, self.reason = "", ""
        return not self.refusal

    def refuse(self, reason: str, message: str) -> None:
        """Refuse appends until the next check, in a second; for a disk that said it is full."""
        self.refusal, self.reason = message, reason
        self.due = self._clock.monotonic() + _RECHECK_EVERY_S

    def admits(self, size: int) -> bool:
        """Whether `size` bytes more may be written now; when not, `refusal` says why."""
        if self.refusal:
            return False
        if self._judge(size) or (
            self.refresh() and self._judge(size)
        ):  # readers may have made room since the last scan
            return True
        self.due = max(self._clock.monotonic() + _RECHECK_EVERY_S, self._scan_again)
        return False

    def written(self, size: int) -> None:
        """Count bytes that were written."""
        self.usage = Usage(self.usage.used_bytes + size, self.usage.sealed)
        self._free -= size

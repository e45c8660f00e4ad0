"""Where things lie in a journal's directory, and what their names say.

    JOURNAL/                             DATA/journal under `sonde serve`
      traces/default/STAMP-WRITER-NONCE.open     being written by WRITER
      traces/default/STAMP-WRITER-NONCE.otlp     sealed: will not change, readers may take it
      metrics/... logs/...                       one directory per signal, in it one per tenant
      writer-WRITER.lock                 held with flock by the writer while it lives; names its process
      recovery.lock                      held while somebody recovers or repairs
      cursors/READER.log                 what a registered reader has finished
      quarantine/                        what was damaged or refused, each beside a .json that says why

STAMP is 20 digits: nanoseconds since the Unix epoch, and always above the writer's stamp before it in that directory, so that
names sort in the order in which one writer made them even if the clock jumps back. NONCE is 64 random bits in hex, the
same as in every record of the segment: a name is never used twice, even if the directory was emptied and the clock set
back, and so `SIGNAL/TENANT/STAMP-WRITER-NONCE`, the segment's id, can serve a store as its deduplication token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sonde.core.errors import ConfigError, ValidationError
from sonde.core.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sonde.journal.disk import Disk

__all__ = [
    "OPEN_SUFFIX",
    "QUARANTINE",
    "SEALED_SUFFIX",
    "TEMPORARY_SUFFIX",
    "Segment",
    "check_tenant",
    "check_writer",
    "segment_name",
    "segment_names",
    "segments",
    "tenant_directories",
]

OPEN_SUFFIX = ".open"
SEALED_SUFFIX = ".otlp"
TEMPORARY_SUFFIX = ".tmp"
QUARANTINE = "quarantine"

_NAME = re.compile(r"(\d{20})-([A-Za-z0-9_]{1,32})-([0-9a-f]{16})")
_WRITER = re.compile(r"[A-Za-z0-9_]{1,32}")
_TENANT = re.compile(r"[a-z0-9_]{1,63}")


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment file, as it was when it was listed.

    Attributes:
        path: where it lies.
        signal: the signal of all its records.
        tenant: the tenant of all its records.
        name: the file's name without its suffix.
        size_bytes: the file's length.
    """

    path: Path
    signal: Signal
    tenant: str
    name: str
    size_bytes: int

    @property
    def id(self) -> str:
        """Unique for ever; the deduplication token."""
        return f"{self.signal.value}/{self.tenant}/{self.name}"

    @property
    def created_ns(self) -> int:
        """When it was begun, nanoseconds since the Unix epoch, by the writer's clock."""
        return int(self.name[:20])

    @property
    def writer(self) -> str:
        """The id of the writer that made it."""
        return self.name[21:-17]

    @property
    def nonce(self) -> int:
        """The 64 bits that every record in it carries."""
        return int(self.name[-16:], 16)

    @property
    def is_sealed(self) -> bool:
        """Whether it will not change any more."""
        return self.path.suffix == SEALED_SUFFIX


@lru_cache(maxsize=4096)
def check_tenant(tenant: str) -> str:
    """The tenant's name, which becomes a directory's.

    Raises:
        ValidationError: it is not 1 to 63 of a-z, 0-9 and underscore.
    """
    if not _TENANT.fullmatch(tenant):
        raise ValidationError(f"tenant {tenant!r} is not 1 to 63 characters of a-z, 0-9 and _")
    return tenant


def check_writer(writer: str) -> str:
    """The writer's id, which becomes a part of file names.

    Raises:
        ConfigError: it is not 1 to 32 of A-Z, a-z, 0-9 and underscore.
    """
    if not _WRITER.fullmatch(writer):
        raise ConfigError(f"writer id {writer!r} is not 1 to 32 characters of A-Z, a-z, 0-9 and _")
    return writer


def segment_name(stamp_ns: int, writer: str, nonce: int) -> str:
    """The name of a segment, without suffix."""
    return f"{stamp_ns:020d}-{writer}-{nonce:016x}"


def tenant_directories(directory: Path, disk: Disk) -> Iterator[tuple[Signal, str, Path]]:
    """Every signal's and tenant's directory that exists in the journal."""
    for signal in Signal:
        for tenant in sorted(disk.list_directory(directory / signal.value)):
            if _TENANT.fullmatch(tenant):
                yield signal, tenant, directory / signal.value / tenant


def segment_names(directory: Path, disk: Disk, suffix: str) -> list[tuple[str, Signal, str, Path]]:
    """Name, signal, tenant and path of every segment with this suffix, oldest first; touches no file."""
    found = []
    for signal, tenant, place in tenant_directories(directory, disk):
        for file in disk.list_directory(place):
            name = file.removesuffix(suffix)
            if file.endswith(suffix) and _NAME.fullmatch(name):
                found.append((name, signal, tenant, place / file))
    found.sort(key=lambda entry: (entry[0], entry[1].value, entry[2]))
    return found


def segments(directory: Path, disk: Disk, suffix: str, limit: int | None = None) -> list[Segment]:
    """The segments with this suffix, oldest first, at most `limit`; those that vanish meanwhile are left out."""
    found: list[Segment] = []
    for name, signal, tenant, path in segment_names(directory, disk, suffix):
        if limit is not None and len(found) >= limit:
            break
        try:
            found.append(Segment(path, signal, tenant, name, disk.size(path)))
        except FileNotFoundError:
            continue
    return found

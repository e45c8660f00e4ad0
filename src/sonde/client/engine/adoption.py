"""Find what earlier processes left in the spool, and take it over.

    spool / DESTINATION / PID-RANDOM / segments

A process looks only below its own destination (see `sonde.client.endpoint.destination`): another one's telemetry is for another server, or in
another tenant's name, and waits for a process that sends there. If none comes, whoever looks around removes it in the end.

A directory whose lock can be had belongs to nobody: its process ended or was killed. Two processes that look at the same
time both try the lock and one gets it. A process that was killed between making its directory and locking it leaves an
empty one, which is removed like any other; one that is still between the two finds its directory gone and makes another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sonde.client.endpoint import DESTINATION_LENGTH
from sonde.client.engine.shelf import Shelf, take_lock
from sonde.core.clock import Clock
from sonde.core.errors import SondeError
from sonde.journal.disk import Disk
from sonde.journal.lock import WriterLock

__all__ = ["adopt", "adopt_expired", "make_own"]

_MODE = 0o700
_TRIES = 5


def adopt(root: Path, *, known: set[Path], disk: Disk, clock: Clock) -> list[Shelf]:
    """The shelves of processes that are gone, oldest first; this process holds them from now on.

    Args:
        root: the destination's directory.
        known: directories that this process holds already.
        disk: the filesystem.
        clock: the wall clock, for the journal's repairs.
    """
    found: list[Shelf] = []
    for name in sorted(disk.list_directory(root), key=lambda entry: _age(root / entry)):
        directory = root / name
        if directory in known or not _is_shelf(name) or not directory.is_dir():
            continue
        lock = take_lock(directory)
        if lock is not None:
            with suppress(SondeError, OSError):
                found.append(_opened(directory, lock, disk, clock))
    return found


def _opened(directory: Path, lock: WriterLock, disk: Disk, clock: Clock) -> Shelf:
    try:
        shelf = Shelf(directory, lock, disk=disk, clock=clock, adopted=True)
        shelf.scan()
    except BaseException:
        lock.release()
        raise
    return shelf


def make_own(root: Path) -> tuple[Path, WriterLock]:
    """A new directory for this process, and the hold on it.

    Raises:
        OSError: it cannot be made here.
    """
    root.parent.mkdir(mode=_MODE, parents=True, exist_ok=True)
    for _ in range(_TRIES):
        directory = root / f"{os.getpid()}-{os.urandom(4).hex()}"
        try:
            root.mkdir(mode=_MODE, exist_ok=True)
            directory.mkdir(mode=_MODE)
        except FileNotFoundError:  # someone cleared the empty root away in between
            continue
        lock = take_lock(directory)
        if lock is not None:
            return directory, lock
    raise OSError(f"no directory of its own could be locked in {root}")


def adopt_expired(spool: Path, *, own: str, before: float, disk: Disk, clock: Clock) -> Iterator[Shelf]:
    """The shelves that were left for other destinations and touched last before a moment, for the caller to remove.

    A destination's directory is removed once its shelves are.

    Args:
        spool: the directory of all destinations.
        own: this process's destination, which is left alone.
        before: seconds since 1970.
        disk: the filesystem.
        clock: the wall clock, for the journal's repairs.
    """
    for other in disk.list_directory(spool):
        place = spool / other
        if other == own or not _is_destination(other) or _latest(place) >= before:
            continue
        yield from adopt(place, known=set(), disk=disk, clock=clock)
        with suppress(OSError):
            place.rmdir()


def _is_destination(name: str) -> bool:
    return len(name) == DESTINATION_LENGTH and not set(name) - set("0123456789abcdef")


def _latest(place: Path) -> float:
    """When anything below was changed last."""
    return max(
        (_age(Path(directory, name)) for directory, _, names in os.walk(place) for name in (".", *names)), default=0.0
    )


def _is_shelf(name: str) -> bool:
    pid, dash, nonce = name.partition("-")
    return bool(dash) and pid.isdecimal() and len(nonce) == 8


def _age(directory: Path) -> float:
    try:
        return directory.stat().st_mtime
    except OSError:
        return 0.0

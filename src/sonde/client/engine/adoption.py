"""Find what earlier processes left in the spool, and take it over.

A directory whose lock can be had belongs to nobody: its process ended or was killed. Two processes that look at the same
time both try the lock and one gets it. A process that was killed between making its directory and locking it leaves an
empty one, which is removed like any other; one that is still between the two finds its directory gone and makes another.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sonde.client.engine.shelf import Shelf, take_lock
from sonde.core.clock import Clock
from sonde.core.errors import SondeError
from sonde.journal.disk import Disk
from sonde.journal.lock import WriterLock

__all__ = ["adopt", "make_own"]

_MODE = 0o700
_TRIES = 5


def adopt(root: Path, *, known: set[Path], disk: Disk, clock: Clock) -> list[Shelf]:
    """The shelves of processes that are gone, oldest first; this process holds them from now on.

    Args:
        root: the spool's directory.
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
    root.mkdir(mode=_MODE, parents=True, exist_ok=True)
    for _ in range(_TRIES):
        directory = root / f"{os.getpid()}-{os.urandom(4).hex()}"
        directory.mkdir(mode=_MODE)
        lock = take_lock(directory)
        if lock is not None:
            return directory, lock
    raise OSError(f"no directory of its own could be locked in {root}")


def _is_shelf(name: str) -> bool:
    pid, dash, nonce = name.partition("-")
    return bool(dash) and pid.isdecimal() and len(nonce) == 8


def _age(directory: Path) -> float:
    try:
        return directory.stat().st_mtime
    except OSError:
        return 0.0

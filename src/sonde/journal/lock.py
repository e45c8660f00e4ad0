"""Who writes, and who repairs: advisory locks that end with the process that holds them.

`flock` locks an open file, not a path: the kernel lets it go when the process dies, however it dies, so a lock that can
be taken proves that its writer is gone. The descriptors are close-on-exec, and a forked child closes its copy, for a copy
would keep the lock alive after its writer. Not for network filesystems whose `flock` is local to each machine.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sonde.core.errors import InUseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["WriterLock", "repairing"]


class WriterLock:
    """Holds `writer-ID.lock` until `release` or the end of the process.

    Args:
        directory: the journal's directory.
        writer: the writer's id.
        announce: write this process's number into the file, for others to name; False when only recovering.

    Raises:
        InUseError: another process holds it; the message names that process.
    """

    def __init__(self, directory: Path, writer: str, *, announce: bool = True) -> None:
        path = directory / f"writer-{writer}.lock"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            self.release()
            raise InUseError(f"journal writer {writer!r} in {directory} is process {holder}") from None
        if announce:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, b"%d\n" % os.getpid())
        _held.add(self)

    def release(self) -> None:
        """Let the lock go; the file stays, for removing it would let two processes lock two files of one name."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


_held: weakref.WeakSet[WriterLock] = weakref.WeakSet()


def _forget_in_child() -> None:
    for lock in list(_held):
        with suppress(OSError):
            lock.release()


os.register_at_fork(after_in_child=_forget_in_child)


@contextmanager
def repairing(directory: Path) -> Iterator[None]:
    """Hold the journal's repair lock; waits for whoever repairs now."""
    descriptor = os.open(directory / "recovery.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

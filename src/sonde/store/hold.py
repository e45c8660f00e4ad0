"""One process per engine directory: who holds it, and a clear refusal for the others.

`flock` on a file beside the engine's own directory. The kernel lets it go when the process dies, however it dies, so a
stale lock does not exist; the file's text only says whom to look for. Not for network filesystems.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from sonde.core.errors import InUseError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Hold"]


class Hold:
    """Holds a directory until `release` or the end of the process.

    Args:
        directory: what to hold; made if it is not there.

    Raises:
        InUseError: another process, or another store in this one, holds it; the message names it.
        StorageError: the directory cannot be made or written.
    """

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(directory / "held.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise StorageError(f"store directory {directory} cannot be used: {error}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            self.release()
            raise InUseError(
                f"store directory {directory} is held by process {holder}; ask that server over HTTP, or stop it first"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        """Let the directory go; the file stays, for removing it would let two processes lock two files of one name."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

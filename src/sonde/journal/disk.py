"""The few things that the journal asks of a disk, as an object that is handed in.

`OsDisk` is the operating system's. Tests hand in one that fails the n-th call, tears a write or forgets what was not
synced, and so walk through every way in which a disk can let a journal down.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Disk", "OsDisk"]


class Disk(Protocol):
    """What the journal needs of a filesystem; every method raises OSError as the operating system does."""

    def make_directory(self, path: Path) -> None:
        """Create a directory and its parents, durably; nothing where it exists."""

    def create(self, path: Path) -> int:
        """Create a file that must not exist, to append to it; returns a descriptor."""

    def write(self, descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
        """Append the buffers in order with one gathered write; returns the bytes taken, perhaps fewer than given."""

    def sync(self, descriptor: int) -> None:
        """Return when the file's bytes and length are on stable storage."""

    def truncate(self, descriptor: int, length: int) -> None:
        """Cut the file to `length` bytes."""

    def open(self, path: Path) -> int:
        """Open a file that exists, to cut or sync it."""

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""

    def rename(self, source: Path, target: Path) -> None:
        """Move a file over `target`, atomically."""

    def unlink(self, path: Path) -> None:
        """Remove a file; nothing where there is none."""

    def sync_directory(self, path: Path) -> None:
        """Return when the names in the directory are on stable storage."""

    def list_directory(self, path: Path) -> list[str]:
        """The names in a directory in any order; empty where there is no directory."""

    def size(self, path: Path) -> int:
        """A file's length in bytes."""

    def read(self, path: Path) -> bytes:
        """A file's bytes."""

    def free(self, path: Path) -> tuple[int, int]:
        """Bytes that are free to this user, and the size, of the filesystem that holds `path`."""


class OsDisk:
    """The operating system's filesystem. Files are readable by their owner and group only: telemetry holds secrets."""

    def make_directory(self, path: Path) -> None:
        """Create a directory and its parents; each new name is synced into the directory above it."""
        missing = [path]
        while not missing[-1].parent.exists():
            missing.append(missing[-1].parent)
        for directory in reversed(missing):
            if not directory.is_dir():
                directory.mkdir(mode=0o750, exist_ok=True)
                self.sync_directory(directory.parent)

    def create(self, path: Path) -> int:
        """Create a file that must not exist, open for appending."""
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o640)

    def write(self, descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
        """`writev`: the payloads are not copied on the way."""
        return os.writev(descriptor, buffers)

    def sync(self, descriptor: int) -> None:
        """`fdatasync`; on macOS F_FULLFSYNC, the only call that empties the drive's cache there."""
        if hasattr(fcntl, "F_FULLFSYNC"):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(descriptor)

    def truncate(self, descriptor: int, length: int) -> None:
        """`ftruncate`."""
        os.ftruncate(descriptor, length)

    def open(self, path: Path) -> int:
        """Open a file that exists, for writing."""
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def close(self, descriptor: int) -> None:
        """`close`."""
        os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """`rename`."""
        source.replace(target)

    def unlink(self, path: Path) -> None:
        """`unlink`; a missing file is as good."""
        path.unlink(missing_ok=True)

    def sync_directory(self, path: Path) -> None:
        """`fsync` of the directory."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def list_directory(self, path: Path) -> list[str]:
        """`listdir`; a missing directory, or a file of that name, has nothing in it."""
        try:
            return os.listdir(path)  # noqa: PTH208  names are wanted, by the ten thousand
        except (FileNotFoundError, NotADirectoryError):
            return []

    def size(self, path: Path) -> int:
        """`stat`'s size."""
        return path.stat().st_size

    def read(self, path: Path) -> bytes:
        """The whole file."""
        return path.read_bytes()

    def free(self, path: Path) -> tuple[int, int]:
        """`statvfs`."""
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize

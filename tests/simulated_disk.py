"""A disk in memory that fails, tears and forgets as real ones do; satisfies `sonde.journal.Disk`.

What it simulates, from the literature on fsync failures (Rebello et al., "Can Applications Recover from fsync
Failures?", ATC 2020) and from what ext4 does:
- names live in a directory's memory until the directory is synced; a power cut keeps some prefix of the changes;
- bytes live in memory until the file is synced; a power cut keeps what was synced and perhaps a part of the rest, or
  zeros in its place;
- after a failed sync the pages count as clean: the next sync says success and does not write them;
- any call can fail, a write after taking a part of its bytes; any call can be the last one the process makes.
"""

from __future__ import annotations

import errno
import random
from dataclasses import dataclass, field
from pathlib import Path


class Killed(BaseException):
    """The process died inside a disk call."""


@dataclass(eq=False)
class Inode:
    data: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    lost_from: int | None = None  # dirty pages dropped by a failed sync begin here
    lost_to: int = 0


Change = tuple[tuple[Path, Inode | None], ...]  # names set or removed together


class SimulatedDisk:
    """See the module. `plan` maps the number of a call (counted from `calls`) to what befalls it.

    A plan's entry is an errno (the call fails), or the string "kill" (the process dies in it; a write or sync may have
    happened or not, decided by `rng`).
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self.rng = rng or random.Random(1)
        self.files: dict[Path, Inode] = {}
        self.durable_files: dict[Path, Inode] = {}
        self.changes: dict[Path, list[Change]] = {}
        self.directories: set[Path] = set()
        self.descriptors: dict[int, Inode] = {}
        self.calls = 0
        self.plan: dict[int, int | str] = {}
        self.plan_by_name: dict[str, list[int | str]] = {}
        self.log: list[str] = []
        self.capacity = 1 << 40
        self.next_descriptor = 3

    # what the journal calls

    def make_directory(self, path: Path) -> None:
        self._step("make_directory")
        self.directories.update((path, *path.parents))

    def create(self, path: Path) -> int:
        self._step("create")
        if path in self.files:
            raise FileExistsError(errno.EEXIST, "exists", str(path))
        inode = Inode()
        self._name(path, inode)
        return self._describe(inode)

    def open(self, path: Path) -> int:
        self._step("open")
        return self._describe(self._inode(path))

    def write(self, descriptor: int, buffers) -> int:
        inode = self.descriptors[descriptor]
        data = b"".join(bytes(buffer) for buffer in buffers)
        try:
            self._step("write")
        except (OSError, Killed):
            inode.data += data[: self.rng.randint(0, len(data))]
            raise
        room = self.capacity - self.used()
        if room <= 0 < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = min(len(data), room, self.rng.choice((len(data), len(data), 7)))
        inode.data += data[:taken]
        return taken

    def sync(self, descriptor: int) -> None:
        inode = self.descriptors[descriptor]
        try:
            self._step("sync")
        except OSError:
            if inode.lost_from is None:
                inode.lost_from = min(len(inode.durable), len(inode.data))
            inode.lost_to = len(inode.data)
            raise
        self._make_durable(inode)

    def truncate(self, descriptor: int, length: int) -> None:
        self._step("truncate")
        inode = self.descriptors[descriptor]
        del inode.data[length:]
        if inode.lost_from is not None:
            inode.lost_to = min(inode.lost_to, length)
            if inode.lost_from >= inode.lost_to:
                inode.lost_from = None

    def close(self, descriptor: int) -> None:
        self.descriptors.pop(descriptor)
        self._step("close")

    def rename(self, source: Path, target: Path) -> None:
        self._step("rename")
        inode = self._inode(source)
        self.files[target] = inode
        del self.files[source]
        self.changes.setdefault(source.parent, []).append(((target, inode), (source, None)))

    def unlink(self, path: Path) -> None:
        self._step("unlink")
        if path in self.files:
            self._name(path, None)

    def sync_directory(self, path: Path) -> None:
        self._step("sync_directory")
        self._apply(self.changes.pop(path, []))

    def list_directory(self, path: Path) -> list[str]:
        self._step("list_directory")
        names = [file.name for file in self.files if file.parent == path]
        return names + [directory.name for directory in self.directories if directory.parent == path]

    def size(self, path: Path) -> int:
        return len(self._inode(path).data)

    def read(self, path: Path) -> bytes:
        self._step("read")
        return bytes(self._inode(path).data)

    def free(self, path: Path) -> tuple[int, int]:
        self._step("free")
        return self.capacity - self.used(), self.capacity

    # what tests call

    def used(self) -> int:
        return sum(len(inode.data) for inode in self.files.values())

    def fail_next(self, name: str, *befalls: int | str) -> None:
        """Let the next calls of this name fail, one entry each; 0 lets one through."""
        self.plan_by_name[name] = list(befalls)

    def heal(self) -> None:
        self.plan.clear()
        self.plan_by_name.clear()

    def kill(self) -> None:
        """The process died: descriptors are gone, everything written is in the system's memory."""
        self.descriptors.clear()
        self.heal()

    def cut_power(self) -> None:
        """The machine died: only what was synced is sure."""
        self.kill()
        for changes in self.changes.values():
            self._apply(changes[: self.rng.randint(0, len(changes))])
        self.changes.clear()
        self.files = dict(self.durable_files)
        for inode in self.files.values():
            inode.data = self._after_power_cut(inode)
            inode.durable = bytearray(inode.data)
            inode.lost_from = None

    # how it works

    def _after_power_cut(self, inode: Inode) -> bytearray:
        kept = bytearray(inode.durable)
        tail = inode.data[len(kept) :] if inode.data[: len(kept)] == kept and inode.lost_from is None else b""
        if tail and self.rng.random() < 0.8:
            part = self.rng.randint(0, len(tail))
            kept += tail[:part] if self.rng.random() < 0.7 else bytes(part)
        return kept

    def _make_durable(self, inode: Inode) -> None:
        inode.durable = bytearray(inode.data)
        if inode.lost_from is not None:
            end = min(inode.lost_to, len(inode.durable))
            inode.durable[inode.lost_from : end] = bytes(max(0, end - inode.lost_from))

    def _step(self, name: str) -> None:
        self.calls += 1
        self.log.append(name)
        queue = self.plan_by_name.get(name)
        befalls = (queue.pop(0) if queue else 0) or self.plan.pop(self.calls, 0)
        if befalls == "kill":
            raise Killed(name)
        if befalls:
            raise OSError(befalls, f"injected into {name}")

    def _inode(self, path: Path) -> Inode:
        if path not in self.files:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        return self.files[path]

    def _describe(self, inode: Inode) -> int:
        self.next_descriptor += 1
        self.descriptors[self.next_descriptor] = inode
        return self.next_descriptor

    def _name(self, path: Path, inode: Inode | None) -> None:
        if inode is None:
            self.files.pop(path, None)
        else:
            self.files[path] = inode
            self.directories.update(path.parents)
        self.changes.setdefault(path.parent, []).append(((path, inode),))

    def _apply(self, changes: list[Change]) -> None:
        for path, inode in (entry for change in changes for entry in change):
            if inode is None:
                self.durable_files.pop(path, None)
            else:
                self.durable_files[path] = inode

"""Dashboards as files that people can read, change and keep under version control: `DATA/dashboards/TENANT/ID.json`.

Invariants:
- A file holds one whole dashboard or is not there. A change is written to a file of another name (`.ID.json.new`), synced,
  and renamed over the old one, and then the directory is synced: a crash at any point leaves the old one or the new one.
- What cannot be kept is refused and changes nothing: after a failed write, sync or rename the old file is as it was. Only
  when the directory's own sync fails, the last step, the new file is there and may not survive a power cut; it says so.
- Nothing is overwritten that its author has not seen. Who saves hands back the revision that the change was made from: a
  counter in the file, and a digest of the file's bytes, so that a change by hand counts too. Another one is a conflict.
- A file that cannot be understood is listed with what is wrong with it. It is replaced only by a save that names the very
  bytes (its revision in the list); it is deleted only when someone asks for that.

Recovery: files that begin with a dot are what a crash left of an unfinished save; they are not listed, and the next save
of that name removes them. Reading needs no repair.

Limits: MAX_BYTES a dashboard, MAX_DASHBOARDS a tenant. Names are slugs (`sonde.web.dashboard.SLUG`) and tenants' names have
no dots and slashes, so that no name leads out of the directory.

Not promised: two keepers on one directory. One lock in this process orders saves; there is one keeper a directory.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import (
    ConflictError,
    ExhaustedError,
    NotFoundError,
    StorageError,
    TooLargeError,
    ValidationError,
)
from sonde.journal.disk import OsDisk
from sonde.web.dashboard import MAX_BYTES, SLUG, Dashboard, parsed, slug, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sonde.journal.disk import Disk

__all__ = ["MAX_DASHBOARDS", "Dashboards", "Listed"]

MAX_DASHBOARDS = 1000
_TENANT = re.compile(r"[a-z0-9_]{1,63}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list.

    Attributes:
        error: what is wrong with its file; empty where nothing is. Title and counts are then empty too.
    """

    id: str
    title: str = ""
    description: str = ""
    revision: str = ""
    panels: int = 0
    error: str = ""


class Dashboards:
    """The dashboards of every tenant under one directory. Thread-safe.

    Args:
        directory: `DATA/dashboards`; made when the first one is saved.
        disk: the filesystem.
    """

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        self._directory = directory
        self._disk = disk or OsDisk()
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[str, Listed]] = {}

    def listed(self, tenant: str) -> list[Listed]:
        """All of a tenant's by title, those that cannot be understood last. Reads every file, and parses what has changed."""
        directory = self._of(tenant)
        with _reading(directory):
            names = self._disk.list_directory(directory)
        found = [self._line(directory / name) for name in sorted(names) if _is_one(name)]
        return sorted((one for one in found if one), key=lambda one: (one.error != "", one.title.lower(), one.id))

    def get(self, tenant: str, name: str) -> Dashboard:
        """One dashboard, with the revision to hand back.

        Raises:
            NotFoundError: there is none of that name.
            ValidationError: its file cannot be understood.
        """
        path = self._path(tenant, name)
        data = self._bytes(path)
        return _named(_understood(path, data), name, data)

    def create(self, tenant: str, wanted: Dashboard) -> Dashboard:
        """Keep a new one; its name is the wanted id, or the title's, with a number behind it where that is taken.

        Raises:
            ValidationError: the tenant has as many as it may.
            ExhaustedError: the disk is full.
            StorageError: the disk failed.
        """
        with self._lock:
            taken = self._names(tenant)
            if len(taken) >= MAX_DASHBOARDS:
                raise ValidationError(f"there are {len(taken)} dashboards, as many as there may be; delete one")
            return self._save(tenant, _free(wanted.id or slug(wanted.title), taken), wanted, 1)

    def put(self, tenant: str, name: str, changed: Dashboard) -> Dashboard:
        """Keep a change of one, or a new one of that name where its revision is empty.

        Raises:
            ConflictError: it has changed since `changed.revision`, or is there already, or is gone.
            ValidationError: not a name, or as many as there may be.
            ExhaustedError: the disk is full.
            StorageError: the disk failed.
        """
        path = self._path(tenant, name)
        with self._lock:
            taken = self._names(tenant)
            there = path.name in taken
            if not there and changed.revision:
                raise ConflictError(f"dashboard {name!r} was deleted meanwhile; save it under a new name, or copy it")
            if not there and len(taken) >= MAX_DASHBOARDS:
                raise ValidationError(f"there are {len(taken)} dashboards, as many as there may be; delete one")
            count = self._agreed(path, name, changed.revision) if there else 0
            return self._save(tenant, name, changed, count + 1)

    def delete(self, tenant: str, name: str, revision: str = "") -> None:
        """Delete one, also one that cannot be understood.

        Args:
            tenant: whose.
            name: its id.
            revision: only if it is still this one; empty for whatever is there.

        Raises:
            NotFoundError: there is none of that name.
            ConflictError: it has changed since that revision.
            StorageError: the disk failed.
        """
        path = self._path(tenant, name)
        with self._lock:
            self._bytes(path)
            if revision:
                self._agreed(path, name, revision)
            with _changing(path):
                self._disk.unlink(path)
            self._read.pop(path, None)
            self._settle(path)

    def _of(self, tenant: str) -> Path:
        if not _TENANT.fullmatch(tenant):
            raise ValidationError(f"tenant {tenant[:80]!r} is not 1 to 63 characters of a-z, 0-9 and _")
        return self._directory / tenant

    def _path(self, tenant: str, name: str) -> Path:
        if not SLUG.fullmatch(name):
            raise ValidationError(f"id: {name[:80]!r} is not 1 to 64 of a-z, 0-9 and dashes; write id=my-dashboard")
        return self._of(tenant) / f"{name}.json"

    def _names(self, tenant: str) -> set[str]:
        directory = self._of(tenant)
        with _reading(directory):
            return {name for name in self._disk.list_directory(directory) if _is_one(name)}

    def _bytes(self, path: Path) -> bytes:
        try:
            if self._disk.size(path) > MAX_BYTES:
                raise TooLargeError(
                    f"dashboard {path.stem!r}: its file is larger than {MAX_BYTES} bytes; make it smaller"
                )
            return self._disk.read(path)
        except FileNotFoundError:
            raise NotFoundError(
                f"there is no dashboard {path.stem!r}; /sonde/dashboards lists those there are"
            ) from None
        except OSError as error:
            raise StorageError(f"dashboard {path.stem!r} cannot be read: {error.strerror}") from error

    def _line(self, path: Path) -> Listed | None:
        """A line of the list; None for a file that was deleted since the names were read."""
        try:
            data = self._bytes(path)
        except NotFoundError:
            return None
        except (StorageError, TooLargeError) as error:
            return Listed(path.stem, error=error.message)
        digest = _digest(data)
        known = self._read.get(path)
        if known is None or known[0] != digest:
            known = self._read[path] = (digest, _summary(path, data))
        return known[1]

    def _agreed(self, path: Path, name: str, revision: str) -> int:
        """The counter of what is there, which must be what `revision` says."""
        data = self._bytes(path)
        count = _count(data)
        if revision == _revision(count, data):
            return count
        if not revision:
            raise ConflictError(f"dashboard {name!r} is there already, at revision {count}; choose another name")
        based, _, _ = revision.partition("-")
        if based == str(count):
            raise ConflictError(
                f"the file of dashboard {name!r} was changed on disk since you read revision {based[:20]}"
            )
        raise ConflictError(
            f"dashboard {name!r} was saved meanwhile: yours is a change of revision {based[:20]}, the saved one is revision {count}"
        )

    def _save(self, tenant: str, name: str, dashboard: Dashboard, count: int) -> Dashboard:
        path = self._path(tenant, name)
        data = written(dashboard.model_copy(update={"id": name}), count)
        if len(data) > MAX_BYTES:
            raise TooLargeError(f"the dashboard is {len(data)} bytes, over {MAX_BYTES}; make it smaller")
        fresh = path.with_name(f".{path.name}.new")
        with _changing(path):
            self._disk.make_directory(path.parent)
            self._disk.unlink(fresh)
            try:
                self._fill(fresh, data)
                self._disk.rename(fresh, path)
            except OSError:
                with contextlib.suppress(OSError):
                    self._disk.unlink(fresh)
                raise
        self._settle(path)
        return dashboard.model_copy(update={"id": name, "revision": _revision(count, data)})

    def _settle(self, path: Path) -> None:
        try:
            self._disk.sync_directory(path.parent)
        except OSError as error:
            raise StorageError(
                f"dashboard {path.stem!r} was changed, but the change may not survive a power cut ({error.strerror}); read it again"
            ) from error

    def _fill(self, path: Path, data: bytes) -> None:
        descriptor = self._disk.create(path)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._disk.write(descriptor, [rest]) :]
            self._disk.sync(descriptor)
        finally:
            self._disk.close(descriptor)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise ExhaustedError(
                f"the disk is full; dashboard {path.stem!r} is as it was; free space and save again"
            ) from error
        raise StorageError(f"dashboard {path.stem!r} could not be written: {error.strerror}; save again") from error


def _is_one(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")


def _free(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted[:56]}-{number}" for number in range(2, MAX_DASHBOARDS + 3))
    return next(name for name in (wanted, *numbered) if f"{name}.json" not in taken)


def _understood(path: Path, data: bytes) -> Dashboard:
    if not SLUG.fullmatch(path.stem):
        raise ValidationError("the file's name is not 1 to 64 of a-z, 0-9 and dashes; rename it")
    try:
        return parsed(data)
    except ValidationError as error:
        raise ValidationError(f"{path.name}: {error.message}") from None


def _summary(path: Path, data: bytes) -> Listed:
    revision = _revision(_count(data), data)
    try:
        found = _understood(path, data)
    except ValidationError as error:
        return Listed(path.stem, revision=revision, error=error.message)
    return Listed(path.stem, found.title, found.description, revision, len(found.panels))


def _named(dashboard: Dashboard, name: str, data: bytes) -> Dashboard:
    """With the file's name as id, whatever a hand wrote into it."""
    return dashboard.model_copy(update={"id": name, "revision": _revision(_count(data), data)})


def _count(data: bytes) -> int:
    """The counter in a file's bytes; 0 where there is none."""
    found = re.search(rb'^ {0,8}"revision": ?(\d{1,9}),?\s*$', data, re.MULTILINE)
    return int(found[1]) if found else 0


def _revision(count: int, data: bytes) -> str:
    return f"{count}-{_digest(data)[:12]}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

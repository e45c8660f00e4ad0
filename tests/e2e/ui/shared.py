"""One server for all workers of a test run: the first one that needs it starts it, and ends it after the last has left."""

from __future__ import annotations

import fcntl
import json
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from servers import RunningSonde, running_sonde

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["shared_sonde"]

LEFT_WITHIN_S = 600.0
WORDS = ("grpc", "http_url", "web_url")


@contextmanager
def shared_sonde(folder: Path, prepare: Callable[[RunningSonde], object]) -> Iterator[RunningSonde]:
    """The server of a folder that all workers see; who comes first starts and prepares it while the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    place, users = folder / "server.json", folder / "users"
    with _locked(folder):
        _count(users, 1)
        if place.exists():
            starting = None
        else:
            starting = running_sonde(folder / "data")
            server = starting.__enter__()
            prepare(server)
            place.write_text(json.dumps({word: getattr(server, word) for word in WORDS}))
    if starting is None:
        yield from _visited(folder, place, users)
        return
    try:
        yield server
    finally:
        _count(users, -1, folder)
        deadline = time.monotonic() + LEFT_WITHIN_S
        while _count(users, 0, folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        starting.__exit__(None, None, None)


def _visited(folder: Path, place: Path, users: Path) -> Iterator[RunningSonde]:
    """Another worker's server."""
    known = json.loads(place.read_text())
    with httpx.Client(base_url=known["web_url"], timeout=10.0, trust_env=False) as client:
        try:
            yield replace(_nobody(folder), **known, get=client)
        finally:
            _count(users, -1, folder)


def _nobody(folder: Path) -> RunningSonde:
    return RunningSonde(folder / "data", "", "", "", folder / "data.serve.log", None, None)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _count(users: Path, change: int, folder: Path | None = None) -> int:
    """How many workers use the server, after a change; locked where a folder is given."""
    if folder is not None:
        with _locked(folder):
            return _count(users, change)
    number = int(users.read_text() or 0) + change if users.exists() else change
    users.write_text(str(number))
    return number

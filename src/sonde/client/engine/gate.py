"""Forks wait while the engine's threads import, for a fraction of a second and once.

Libraries are imported at first use, on the engine's thread, to keep them off the application's start. Python gives no
protection there: a child that is forked in the middle of another thread's import has half a module and, since that thread is
not in the child, a module lock that nobody will ever let go; the child's own import then waits for ever. So
imports happen within `importing()`, and a fork waits until none is under way, for two seconds at most. Nor does one import
wait longer for another: a signal handler may ask for one while the thread that it interrupted is what the other waits for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock

__all__ = ["importing"]

_LONGEST_S = 2.0
_gate = RLock()


@contextmanager
def importing() -> Iterator[None]:
    """Keep forks waiting; for whatever may import a module on a thread of the engine."""
    gate = _gate
    is_held = gate.acquire(timeout=_LONGEST_S)
    try:
        yield
    finally:
        if is_held:
            gate.release()


def _before() -> None:
    _gate.acquire(timeout=_LONGEST_S)


def _after_in_parent() -> None:
    with suppress(RuntimeError):  # the wait was given up
        _gate.release()


def _after_in_child() -> None:
    global _gate  # noqa: PLW0603  one process, one gate
    _gate = RLock()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)

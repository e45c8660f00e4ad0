"""Objects with locks or permits, made whole again in a forked child.

After `fork` only the calling thread lives on in the child: a lock that another thread held stays locked for ever, and
a permit it held is never given back. Each stateful object of this room registers itself here, weakly, and is asked in
the child to renew its lock and to forget what belonged to the parent's threads. Its machine's state is one immutable
value that is replaced in one assignment, so the child never sees half a step.

Not promised: that an object that is being used in the very moment of the fork, in a signal handler say, survives it.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["Forked", "survives_fork"]


class Forked(Protocol):
    """Something with a lock."""

    def renew_after_fork(self) -> None:
        """Make locks anew and forget what the parent's other threads held; called in the child, before any other code."""


_OBJECTS: WeakSet[Forked] = WeakSet()


def survives_fork(item: Forked) -> None:
    """Have `item.renew_after_fork` called in every forked child for as long as the object lives."""
    _OBJECTS.add(item)


def _renew() -> None:
    for item in list(_OBJECTS):
        item.renew_after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_renew)

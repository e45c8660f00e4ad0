"""The end of processes that end without `atexit`: children of multiprocessing, and celery's workers.

multiprocessing (and billiard, celery's fork of it) ends its children by `os._exit`, after its own finalizers; a forked
child forgets, at its start, the finalizers that it inherited, and then runs what was registered to follow a fork. Celery's
workers do not even run finalizers, but send a signal. Nothing is imported here: what an application does not use is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

__all__ = ["end_with_child", "end_with_forked_child"]

_FAMILIES = ("multiprocessing", "billiard")
_LAST = -100  # after what has a priority of its own, such as joining the child's queues

Shutdown = Callable[[], object]


class Ending(Protocol):
    """What wants to be ended."""

    def shutdown(self) -> object:
        """End."""


def end_with_child(shutdown: Shutdown) -> None:
    """Call `shutdown` at the end of this process, if it is a child that would end without `atexit`."""
    for family in _FAMILIES:
        process, util = sys.modules.get(f"{family}.process"), sys.modules.get(f"{family}.util")
        with suppress(Exception):
            if process and util and type(process.current_process()).__name__ != "_MainProcess":
                util.Finalize(None, shutdown, exitpriority=_LAST)
    signals = sys.modules.get("celery.signals")
    if signals is not None:
        with suppress(Exception):
            signals.worker_process_shutdown.connect(_Receiver(shutdown), weak=False, dispatch_uid="sonde")


def end_with_forked_child(ending: Ending) -> None:
    """The same, called within `fork`, before the child knows what it is. `ending` is held weakly."""
    for family in _FAMILIES:
        util = sys.modules.get(f"{family}.util")
        with suppress(Exception):
            if util:
                util.register_after_fork(ending, lambda alive: end_with_child(alive.shutdown))
    end_with_child(ending.shutdown)


class _Receiver:
    """A celery signal's receiver."""

    def __init__(self, shutdown: Shutdown) -> None:
        self._shutdown = shutdown

    def __call__(self, **_kwargs: Any) -> None:
        self._shutdown()

"""End well when told to end: on SIGTERM, deliver what is held, then end as the signal would have ended the process.

SIGTERM is how containers, process managers and people stop a program, and its default action ends one without `atexit`;
servers that handle it for themselves (uvicorn) finish their requests and then raise it anew, with the same effect. So where
nobody else handles SIGTERM, this does: it shuts telemetry down, which takes `exit_s` at most, restores the default action
and raises the signal again, so that the exit status is what it would have been.

The work is done on a thread of its own, for which the handler waits a bounded time: the main thread may have been
interrupted while it held a lock that the end needs too, such as one of the SDK's instruments.

Nothing is installed outside the main thread, over another handler, where the platform has no SIGTERM, or with
`SONDE_ON_SIGTERM=leave`. Whoever installs a handler later replaces this one, and should end normally.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

__all__ = ["deliver_on_sigterm"]

_GRACE_S = 1.0


def deliver_on_sigterm(shutdown: Callable[[], object], exit_s: float) -> bool:
    """Have `shutdown` called once when SIGTERM arrives; False where it is none of our business.

    Args:
        shutdown: what is to be done.
        exit_s: seconds that it may take; a little later the process ends even if it is not finished.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGTERM"):
        return False
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return False

    def end(number: int, _frame: FrameType | None) -> None:
        finished = _thread.allocate_lock()
        finished.acquire()
        try:
            with suppress(RuntimeError):  # no thread can be had any more
                _thread.start_new_thread(_shut_down, (shutdown, finished))  # `Thread.start` takes locks, too
                finished.acquire(timeout=exit_s + _GRACE_S)
        finally:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
    return True


def _shut_down(shutdown: Callable[[], object], finished: _thread.LockType) -> None:
    try:
        shutdown()
    finally:
        finished.release()

"""End well when told to end: on SIGTERM, deliver what is held, then end as the signal would have ended the process.

SIGTERM is how containers, process managers and people stop a program, and its default action ends one without `atexit`;
servers that handle it for themselves (uvicorn) finish their requests and then raise it anew, with the same effect. So where
nobody else handles SIGTERM, this does: it shuts telemetry down, which takes `exit_s` at most, restores the default action
and raises the signal again, so that the exit status is what it would have been.

Nothing is installed outside the main thread, over another handler, where the platform has no SIGTERM, or with
`SONDE_ON_SIGTERM=leave`. Whoever installs a handler later replaces this one, and should end normally.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["deliver_on_sigterm"]


def deliver_on_sigterm(shutdown: Callable[[], object]) -> bool:
    """Have `shutdown` called once when SIGTERM arrives; False where it is none of our business."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGTERM"):
        return False
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return False

    def end(number: int, _frame: FrameType | None) -> None:
        try:
            shutdown()
        finally:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
    return True

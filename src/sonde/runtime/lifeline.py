"""How a child learns that it should stop: a signal, or the end of its supervisor."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

__all__ = ["on_stop"]


def on_stop(parent_fd: int, stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM, on SIGINT, and when the supervisor's pipe closes; from a signal handler or a thread.

    Args:
        parent_fd: the reading end of the supervisor's pipe.
        stop: must be safe to call from another thread and more than once.
    """

    def watch() -> None:
        while os.read(parent_fd, 1):
            pass
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())
    threading.Thread(target=watch, name="lifeline", daemon=True).start()

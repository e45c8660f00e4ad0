"""How long threads wait for the interpreter's lock (GIL), estimated from how late a sleeping thread wakes up. Opt-in.

A thread sleeps 20 ms again and again and looks how late it went on. It needs the lock for that, so where other threads
hold it, lateness grows towards the switch interval (5 ms) and beyond: a long call into C that keeps the lock shows in full.

It is an estimate: a busy machine makes the thread late as well (compare `process.cpu.utilization`), and so does the system's
timer, by about 0.1 ms. Cost: 50 wake-ups a second, some 0.1 % of a processor; a laptop sleeps less deeply for it.

| metric | unit | meaning |
| --- | --- | --- |
| `cpython.gil.lateness` | s | mean lateness since the last reading |
| `cpython.gil.lateness.max` | s | the largest since the last reading |

These are Sonde's names; the conventions have none yet.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from sonde.client.observers.rows import Row

__all__ = ["GilWatch", "gil_rows"]

_SLEEP_S = 0.02


class GilWatch:
    """Measures on a thread of its own while it is started.

    Args:
        now: seconds of a monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._ended = threading.Event()
        self._pid = 0
        self._sum_s = 0.0
        self._count = 0
        self._longest_s = 0.0

    def start(self) -> None:
        """Begin. A second call does nothing; after a fork the child begins anew with it."""
        if self._pid == os.getpid():
            return
        self._pid = os.getpid()
        self._ended = threading.Event()
        threading.Thread(target=self._run, args=(self._ended,), name="sonde-gil", daemon=True).start()

    def stop(self) -> None:
        """End within one interval."""
        self._ended.set()
        self._pid = 0

    def _run(self, ended: threading.Event) -> None:
        while not ended.is_set():
            before = self._now()
            time.sleep(_SLEEP_S)
            self.note(self._now() - before - _SLEEP_S)

    def note(self, late_s: float) -> None:
        """Add one measurement, in seconds."""
        self._sum_s += max(0.0, late_s)
        self._count += 1
        self._longest_s = max(self._longest_s, late_s)

    def take_mean_s(self) -> float:
        """The mean lateness since this was asked last."""
        total, count = self._sum_s, self._count
        self._sum_s, self._count = 0.0, 0
        return total / count if count else 0.0

    def take_longest_s(self) -> float:
        """The largest lateness since this was asked last."""
        longest, self._longest_s = self._longest_s, 0.0
        return longest


def gil_rows(watch: GilWatch) -> list[Row]:
    """The rows of the group `gil`."""
    return [
        Row("gauge", "cpython.gil.lateness", "s", "Mean lateness of a thread.", lambda: [(watch.take_mean_s(), {})]),
        Row("gauge", "cpython.gil.lateness.max", "s", "Largest lateness.", lambda: [(watch.take_longest_s(), {})]),
    ]

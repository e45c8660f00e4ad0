"""CPython's garbage collector: collections, objects, and the time that the application stood still for it.

Times come from `gc.callbacks`. A callback may be called in the middle of anything, so it only adds numbers to numbers: to
record into an OpenTelemetry histogram there could deadlock on a lock that the interrupted code holds.

`cpython.gc.pause.time` and `cpython.gc.pause.max` are Sonde's names; the conventions have none yet.

Source: OpenTelemetry semantic conventions 1.4x, "Semantic conventions for CPython runtime metrics".
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from typing import Literal

from sonde.client.observers.rows import Row, Sample

__all__ = ["Pauses", "garbage_rows"]

_GENERATION = "cpython.gc.generation"


class Pauses:
    """Measures collections while it is watching. Only one thread collects at a time, which CPython sees to.

    Args:
        now: seconds of a monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._started = 0.0
        self.total_s = [0.0, 0.0, 0.0]
        self.longest_s = 0.0

    def start(self) -> None:
        """Watch the collector. A second call does nothing."""
        if self._seen not in gc.callbacks:
            gc.callbacks.append(self._seen)

    def stop(self) -> None:
        """Watch no longer; what was measured stays."""
        if self._seen in gc.callbacks:
            gc.callbacks.remove(self._seen)

    def _seen(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        if phase == "start":
            self._started = self._now()
            return
        took = self._now() - self._started
        self.total_s[info["generation"]] += took
        self.longest_s = max(took, self.longest_s)

    def take_longest_s(self) -> float:
        """The longest pause since this was asked last."""
        longest, self.longest_s = self.longest_s, 0.0
        return longest


def _of_generations(name: str) -> Callable[[], Iterable[Sample]]:
    return lambda: [(stats[name], {_GENERATION: generation}) for generation, stats in enumerate(gc.get_stats())]


def garbage_rows(pauses: Pauses) -> list[Row]:
    """The rows of the group `gc`; none on other implementations than CPython.

    Args:
        pauses: what has been measured.
    """
    if not hasattr(gc, "get_stats") or not hasattr(gc, "callbacks"):
        return []
    return [
        Row("counter", "cpython.gc.collections", "{collection}", "Collections.", _of_generations("collections")),
        Row("counter", "cpython.gc.collected_objects", "{object}", "Objects freed.", _of_generations("collected")),
        Row("counter", "cpython.gc.uncollectable_objects", "{object}", "Objects that could not be freed.",
            _of_generations("uncollectable")),
        Row("counter", "cpython.gc.pause.time", "s", "Seconds that collections took.",
            lambda: [(total, {_GENERATION: generation}) for generation, total in enumerate(pauses.total_s)]),
        Row("gauge", "cpython.gc.pause.max", "s", "The longest collection since the last reading.",
            lambda: [(pauses.take_longest_s(), {})]),
    ]  # fmt: skip

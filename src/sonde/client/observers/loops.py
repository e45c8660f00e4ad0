"""asyncio event loops: how late they are, how many tasks they have, how often a callback held them up. Opt-in per loop.

Four times a second a timer on the loop looks how late it was called: that is what every other callback had to wait, too.
One that is at least 100 ms late counts as a blocked loop: some callback, or a chain of ready ones, ran that long. Which one
it was, asyncio's own debug mode tells (`loop.set_debug(True)`, `slow_callback_duration`); it costs far more.

Cost: a timer's callback of some 10 us four times a second, and counting the tasks, which takes about 1 us for each.

| metric | unit | meaning |
| --- | --- | --- |
| `asyncio.loop.lag` | s | lateness of the last timer |
| `asyncio.loop.lag.max` | s | the largest since the last reading |
| `asyncio.loop.blocked` | `{occurrence}` | timers at least 100 ms late |
| `asyncio.loop.tasks` | `{task}` | tasks that are not done |

Attribute `asyncio.loop.name`. These are Sonde's names; the conventions have none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sonde.client.observers.rows import Row, Sample

if TYPE_CHECKING:  # asyncio is slow to import, and whoever has a loop has it already
    from asyncio import AbstractEventLoop, TimerHandle

__all__ = ["LoopWatch", "loop_rows", "observe_loop", "watched_loops"]

_EVERY_S = 0.25
_BLOCKED_S = 0.1
_NAME = "asyncio.loop.name"


class LoopWatch:
    """What is known of one loop. Its timer runs on the loop; the figures may be read from any thread.

    Args:
        loop: the loop.
        name: what the metrics call it.
        count_tasks: how many tasks the loop has.
    """

    def __init__(self, loop: AbstractEventLoop, name: str, count_tasks: Callable[[AbstractEventLoop], int]) -> None:
        self.name = name
        self.lag_s = 0.0
        self.longest_s = 0.0
        self.blocked = 0
        self.tasks = 0
        self._loop = loop
        self._count_tasks = count_tasks
        self._due = 0.0
        self._timer: TimerHandle | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin; to be called on the loop."""
        if not self._stopped and not self._loop.is_closed():
            self._due = self._loop.time() + _EVERY_S
            self._timer = self._loop.call_at(self._due, self._tick)

    def stop(self) -> None:
        """End with the next timer."""
        self._stopped = True

    def _tick(self) -> None:
        self.lag_s = max(0.0, self._loop.time() - self._due)
        self.longest_s = max(self.longest_s, self.lag_s)
        self.blocked += self.lag_s >= _BLOCKED_S
        with suppress(RuntimeError):  # the set of tasks changed too often while it was counted
            self.tasks = self._count_tasks(self._loop)
        self.start()

    def take_longest_s(self) -> float:
        """The largest lag since this was asked last."""
        longest, self.longest_s = self.longest_s, 0.0
        return longest


_WATCHED: WeakKeyDictionary[AbstractEventLoop, LoopWatch] = WeakKeyDictionary()


def watched_loops() -> list[LoopWatch]:
    """The loops that are observed now."""
    return list(_WATCHED.values())


def observe_loop(loop: AbstractEventLoop | None = None, *, name: str = "main") -> Callable[[], None]:
    """Observe an event loop until it is closed. A second call for the same loop does nothing.

    Args:
        loop: the loop; None means the running one. A loop that runs already may be given from any thread.
        name: what the metrics call it.

    Returns:
        A function that ends it.

    Raises:
        RuntimeError: no loop was given, and none is running.
    """
    import asyncio  # noqa: PLC0415 - slow to import, and whoever has a loop has it already

    loop = loop or asyncio.get_running_loop()
    watch = _WATCHED.get(loop)
    if watch is None:
        watch = _WATCHED[loop] = LoopWatch(loop, name, lambda of: len(asyncio.all_tasks(of)))
        loop.call_soon_threadsafe(watch.start)
    kept = watch

    def undo() -> None:
        kept.stop()
        if _WATCHED.get(loop) is kept:
            del _WATCHED[loop]

    return undo


def loop_rows() -> list[Row]:
    """The rows of the group `asyncio`."""

    def each(value: Callable[[LoopWatch], float]) -> Callable[[], Iterable[Sample]]:
        return lambda: [(value(watch), {_NAME: watch.name}) for watch in watched_loops()]

    return [
        Row("gauge", "asyncio.loop.lag", "s", "Lateness of the loop's last timer.", each(lambda watch: watch.lag_s)),
        Row("gauge", "asyncio.loop.lag.max", "s", "Largest lateness since the last reading.",
            each(LoopWatch.take_longest_s)),
        Row("counter", "asyncio.loop.blocked", "{occurrence}", "Timers at least 100 ms late.",
            each(lambda watch: watch.blocked)),
        Row("updown", "asyncio.loop.tasks", "{task}", "Tasks that are not done.", each(lambda watch: watch.tasks)),
    ]  # fmt: skip

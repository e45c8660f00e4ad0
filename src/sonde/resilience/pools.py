"""A bounded pool: plain functions on threads of its own, so that the caller can stop waiting for one that hangs.

A function that does not come back keeps its thread and its place; callers beyond `workers + queue` are refused at once. So
a dependency that hangs costs `workers` threads, never the caller's. The deadline around the call, and every other
context variable, goes along into the thread.

The threads are daemons: they never hold up the end of the process, which the standard library's executor does. They are
started when first needed, stay, and end with the pool. After a fork the child starts with none.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from inspect import iscoroutine
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import finalize

from sonde.core.errors import ConfigError, DeadlineError, ExhaustedError
from sonde.resilience.deadlines import current_deadline
from sonde.resilience.forks import survives_fork
from sonde.resilience.places import Gate
from sonde.resilience.policy import Policy
from sonde.resilience.world import SYSTEM_WORLD, World

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Pool", "pool"]

T = TypeVar("T")
_FOREVER_S = 1e6  # Condition.wait takes no infinity
_Work = SimpleQueue[Callable[[], None] | None]


class Pool(Policy):
    """Runs plain functions on a bounded number of threads. Thread-safe; survives a fork.

    Innermost in a chain, with `call` or, from a coroutine, with `acall` of a plain function. Refuses with
    `ExhaustedError`; raises `DeadlineError` when the deadline around the call passes first, and the function then
    runs on to its end unheard, or is dropped if it had not begun.

    Args:
        workers: the most threads, at least 1.
        queue: how many calls may wait for one.
        name: names it in messages, and its threads.
        world: time to measure deadlines with.
    """

    def __init__(self, workers: int, *, queue: int = 0, name: str = "", world: World = SYSTEM_WORLD) -> None:
        if workers < 1 or queue < 0:
            raise ValueError(f"{workers} workers with a queue of {queue} make no sense; give workers >= 1, queue >= 0")
        self._workers = workers
        self._name = name
        self._world = world
        self._gate = Gate(workers + queue, 0, 0.0, f"pool {name!r}" if name else "the pool", world)
        self._lock = Lock()
        self._open()
        survives_fork(self)

    def __repr__(self) -> str:
        return f"pool({self._workers})"

    def around(self, attempt: Callable[[], T]) -> T:
        """Run the attempt on one of the pool's threads and wait for it, but not past the deadline."""
        from concurrent.futures import wait  # noqa: PLC0415 - a program without pools has no use for it

        future = self._submit(attempt)
        remaining_s = current_deadline().remaining_s(self._world.now())
        wait((future,), min(remaining_s, _FOREVER_S))
        if not future.done():
            future.cancel()
            raise DeadlineError(f"not done within the deadline on {self!r}; it was left to itself")
        return future.result()

    async def around_async(self, attempt: Callable[[], Any]) -> Any:
        """Run the attempt, a plain function, on one of the pool's threads; a `deadline` around it ends the waiting."""
        from asyncio import wrap_future  # noqa: PLC0415 - a program that never awaits a policy has no use for it

        result = await wrap_future(self._submit(attempt))
        if iscoroutine(result):
            result.close()
            raise ConfigError("a pool runs plain functions, innermost in a chain; coroutines are limited by a bulkhead")
        return result

    def renew_after_fork(self) -> None:
        """In a forked child: no threads and no work."""
        self._lock = Lock()
        self._open()

    def _open(self) -> None:
        self._work: _Work = SimpleQueue()
        self._threads = 0
        self._closing = finalize(self, _close, self._work, self._workers)
        self._closing.atexit = False

    def _submit(self, attempt: Callable[[], T]) -> Future[T]:
        from concurrent.futures import Future  # noqa: PLC0415 - a program without pools has no use for it

        places = self._gate.enter()
        future: Future[T] = Future()
        self._work.put(partial(_run, partial(copy_context().run, attempt), future, partial(self._gate.leave, places)))
        try:
            self._hire(places.in_use)
        except RuntimeError as error:
            if future.cancel():
                raise ExhaustedError(f"no thread could be started for {self!r}") from error
        return future

    def _hire(self, wanted: int) -> None:
        with self._lock:
            if self._threads >= min(wanted, self._workers):
                return
            label = f"sonde-pool-{self._name}-{self._threads + 1}"
            Thread(target=_serve, args=(self._work,), name=label, daemon=True).start()
            self._threads += 1


def pool(workers: int, *, queue: int = 0, name: str = "", world: World = SYSTEM_WORLD) -> Pool:
    """Run plain functions on `workers` threads; see `Pool`."""
    return Pool(workers, queue=queue, name=name, world=world)


def _serve(work: _Work) -> None:
    while (item := work.get()) is not None:
        item()
        del item  # nothing of a finished call is kept alive while waiting for the next


def _run(attempt: Callable[[], T], future: Future[T], leave: Callable[[], None]) -> None:
    """Carry out one call; the place is free again before the caller hears of the outcome."""
    if not future.set_running_or_notify_cancel():
        leave()
        return
    try:
        result = attempt()
    except BaseException as error:  # whatever it is, it belongs to the caller
        leave()
        future.set_exception(error)
    else:
        leave()
        future.set_result(result)


def _close(work: _Work, workers: int) -> None:
    for _ in range(workers):
        work.put(None)

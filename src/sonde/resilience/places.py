"""A limited number of places and one fair queue for them: what bulkheads, pools and adaptive limits stand on.

`Places` is the machine: who holds a place, who waits, in which order. `Gate` is its shell: a lock around it, and a way to
wait for threads and another for coroutines, in one queue.

Invariants: a place that is given back goes to the one who has waited longest, never to a newcomer (FIFO); places held
never exceed the limit, but for a limit that was lowered while more were held; waiters never exceed the queue's limit;
nobody waits while a place is free.

After a fork the child starts with all places free and nobody waiting: the holders are threads of the parent. A place that the
forking thread itself holds across the fork is given back to the old machine, where it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock
from typing import TYPE_CHECKING, Protocol, TypeVar

from sonde.core.errors import DeadlineError, ExhaustedError
from sonde.resilience.deadlines import current_deadline
from sonde.resilience.forks import survives_fork
from sonde.resilience.world import World

if TYPE_CHECKING:
    import asyncio

__all__ = ["Gate", "Places", "Waiter"]

# Event.wait takes neither infinity nor more than the platform's timestamps hold; a dozen days are enough.
_FOREVER_S = 1e6


class Waiter(Protocol):
    """One who waits for a place."""

    def wake(self) -> None:
        """Tell it that it has a place now; RuntimeError when nobody is there any more."""


W = TypeVar("W", bound=Waiter)


class Places:
    """Who holds a place and who waits. Not thread-safe; never waits.

    Args:
        limit: how many places there are, at least 1.
        queue: how many may wait, at least 0.
    """

    def __init__(self, limit: int, queue: int) -> None:
        if limit < 1 or queue < 0:
            raise ValueError(f"{limit} places with a queue of {queue} make no sense; give limit >= 1 and queue >= 0")
        self.limit = limit
        self.queue = queue
        self.in_use = 0
        self._waiting: dict[Waiter, None] = {}  # insertion order is the order of the queue

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self) -> bool:
        """Take a free place; False when there is none."""
        if self.in_use >= self.limit or self._waiting:
            return False
        self.in_use += 1
        return True

    def line_up(self, waiter: Waiter) -> bool:
        """Wait at the end of the queue; False when it is full."""
        if len(self._waiting) >= self.queue:
            return False
        self._waiting[waiter] = None
        return True

    def give_up(self, waiter: Waiter) -> bool:
        """Stop waiting; False when the waiter has been given a place already, and so holds it."""
        if waiter not in self._waiting:
            return False
        del self._waiting[waiter]
        return True

    def leave(self) -> list[Waiter]:
        """Give a place back; those who have one now, to be woken."""
        self.in_use -= 1
        return self._admit()

    def resize(self, limit: int) -> list[Waiter]:
        """Change the number of places; those who have one now, to be woken."""
        self.limit = limit
        return self._admit()

    def _admit(self) -> list[Waiter]:
        admitted = []
        while self._waiting and self.in_use < self.limit:
            waiter = next(iter(self._waiting))
            del self._waiting[waiter]
            self.in_use += 1
            admitted.append(waiter)
        return admitted


class _Thread:
    """A waiting thread."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = Event()

    def wake(self) -> None:
        self._event.set()

    def wait(self, timeout_s: float) -> None:
        self._event.wait(timeout_s)


class _Task:
    """A waiting coroutine; woken from any thread."""

    __slots__ = ("_future", "_loop")

    def __init__(self) -> None:
        import asyncio  # noqa: PLC0415 - a program that never awaits a policy has no use for it

        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[None] = self._loop.create_future()

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._finish)

    async def wait(self, timeout_s: float) -> None:
        import asyncio  # noqa: PLC0415 - a program that never awaits a policy has no use for it

        await asyncio.wait((self._future,), timeout=timeout_s)

    def _finish(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


class Gate:
    """Places behind a lock, for threads and coroutines alike. Thread-safe; survives a fork.

    Args:
        limit: how many places there are.
        queue: how many may wait.
        wait_s: how long one may wait, seconds; a deadline around the call tightens it.
        what: names it in messages.
        world: time to measure deadlines with.
    """

    def __init__(self, limit: int, queue: int, wait_s: float, what: str, world: World) -> None:
        if not wait_s >= 0:
            raise ValueError(f"waiting {wait_s} s makes no sense; give zero or more")
        self._places = Places(limit, queue)
        self._wait_s = min(wait_s, _FOREVER_S)
        self._what = what
        self._world = world
        self._refused = 0
        self._lock = Lock()
        survives_fork(self)

    @property
    def places(self) -> Places:
        """The machine, for its figures."""
        return self._places

    @property
    def refused(self) -> int:
        """How many were turned away, at once or after waiting."""
        return self._refused

    def enter(self) -> Places:
        """Take a place, waiting for one if need be; what it returns is what `leave` takes back.

        Raises:
            ExhaustedError: no place and no room to wait, or none came free in time.
            DeadlineError: the deadline around the call passed while it waited.
        """
        places = self._places
        waiter = self._ask(places, _Thread)
        if waiter is not None:
            wait_s = self._patience_s()
            try:
                waiter.wait(wait_s)
            except BaseException:
                self._abort(places, waiter)
                raise
            self._check(places, waiter)
        return places

    async def enter_async(self) -> Places:
        """`enter` for a coroutine; if it is cancelled meanwhile, it holds nothing."""
        places = self._places
        waiter = self._ask(places, _Task)
        if waiter is not None:
            wait_s = self._patience_s()
            try:
                await waiter.wait(wait_s)
            except BaseException:
                self._abort(places, waiter)
                raise
            self._check(places, waiter)
        return places

    def leave(self, places: Places) -> None:
        """Give back a place that `enter` returned."""
        with self._lock:
            woken = places.leave()
        self._wake(places, woken)

    def resize(self, limit: int) -> None:
        """Change the number of places; when it shrinks, holders keep theirs until they leave."""
        with self._lock:
            woken = self._places.resize(limit)
        self._wake(self._places, woken)

    def renew_after_fork(self) -> None:
        """In a forked child: all places are free and nobody waits."""
        self._lock = Lock()
        self._places = Places(self._places.limit, self._places.queue)

    def _ask(self, places: Places, make: Callable[[], W]) -> W | None:
        """None with a place, else the waiter that now stands in the queue."""
        with self._lock:
            if places.take():
                return None
            waiter = make()
            if places.line_up(waiter):
                return waiter
            self._refused += 1
        raise ExhaustedError(f"{self._what} is full: {places.limit} in use and {places.waiting} waiting")

    def _patience_s(self) -> float:
        return min(self._wait_s, current_deadline().remaining_s(self._world.now()))

    def _check(self, places: Places, waiter: Waiter) -> None:
        """Raise if the waiter was not given a place."""
        with self._lock:
            if not places.give_up(waiter):
                return
            self._refused += 1
        if current_deadline().has_passed(self._world.now()):
            raise DeadlineError(f"the deadline passed while waiting for a place in {self._what}")
        raise ExhaustedError(f"{self._what} stayed full for {self._wait_s:g} s: {places.limit} in use")

    def _abort(self, places: Places, waiter: Waiter) -> None:
        """The one who waited is interrupted: out of the queue, or the place goes to the next."""
        with self._lock:
            woken = [] if places.give_up(waiter) else places.leave()
        self._wake(places, woken)

    def _wake(self, places: Places, waiters: list[Waiter]) -> None:
        for waiter in waiters:
            try:
                waiter.wake()
            except RuntimeError:  # its event loop is closed: nobody will ever use or give back this place
                self.leave(places)

"""Where an application's threads leave an item for the engine: no lock, no system call, no allocation but the item's place.

    put(item): room? append : count the drop;  enough waiting to wake the engine? nudge

A deque's `append` and `popleft` are atomic in CPython, with and without the global lock, and so are `next()` of a
counter and the reading of an attribute; nothing else is used. So `put` may be called from any thread or greenlet, from a signal
handler that interrupted `put`, and from a garbage collector's callback; it never waits and never raises.

Waking without lost wake-ups: `wake_at` is how many items must wait for the next `put` to nudge. A `put` that nudges sets
it to never, so that only one does; the engine sets it anew *before* it looks once more whether items wait. Whatever is
appended before that look is seen by it; whatever is appended after it finds the new `wake_at`.

Bounds: `limit` items; threads that pass the check together may go over it by one each. Beyond it the newest is dropped
and counted: what happened first explains what happened next. Memory of the items themselves is the application's.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

__all__ = ["NEVER", "Handoff"]

NEVER = sys.maxsize
"""A `wake_at` that no number of items reaches."""


class Handoff:
    """One signal's hand-off. `put` is for everyone; the rest for one thread at a time, the engine's.

    Args:
        limit: items that may wait.
        nudge: wakes the engine; must neither wait nor raise, and may be called from anywhere.

    Attributes:
        put: leaves one item; a plain function, to be kept and called. Costs about 0.15 us.
        wake_at: how many items must wait for the next `put` to nudge.
    """

    __slots__ = ("_items", "_limit", "_lost_before_close", "_nudge", "_refused", "_refused_reads", "put", "wake_at")

    def __init__(self, limit: int, nudge: Callable[[], None]) -> None:
        self._items: deque[Any] = deque()
        self._limit = limit
        self._nudge = nudge
        self._refused = count()
        self._refused_reads = 0
        self._lost_before_close = -1
        self.wake_at = 1
        self.put: Callable[[Any], None] = self._bind()

    def __len__(self) -> int:
        return len(self._items)

    def _bind(self) -> Callable[[Any], None]:
        """`put` as a closure: its names are cells, which are read faster than attributes."""
        items, append = self._items, self._items.append

        def put(item: Any) -> None:
            waiting = len(items)
            if waiting >= self._limit:
                next(self._refused)
                self._nudge()  # the engine is behind; or this is a forked process that nobody told so
                return
            append(item)
            if waiting + 1 >= self.wake_at:
                self.wake_at = NEVER
                self._nudge()

        return put

    def take(self, most: int) -> list[Any]:
        """Remove and return the oldest items, at most so many."""
        popleft = self._items.popleft
        return [popleft() for _ in range(min(most, len(self._items)))]

    def refused(self) -> tuple[int, int]:
        """Items dropped so far: because the queue was full, and because it was closed."""
        total = next(self._refused) - self._refused_reads
        self._refused_reads += 1  # reading a counter counts; itertools offers no other way in every version
        if self._lost_before_close < 0:
            return total, 0
        return self._lost_before_close, total - self._lost_before_close

    def close(self) -> None:
        """Take nothing more; what waits stays until it is taken."""
        if self._lost_before_close < 0:
            self._lost_before_close = self.refused()[0]
            self._limit = 0

    def clear(self) -> None:
        """In a forked child: the parent's items are the parent's to send. Counts begin at zero."""
        self._items.clear()
        self._refused = count()
        self._refused_reads = 0
        self._lost_before_close = 0 if self._limit == 0 else -1
        self.wake_at = 1

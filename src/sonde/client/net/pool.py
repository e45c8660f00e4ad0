"""The connections of one sender: those in use, and the idle ones, of which the one used last is taken first.

Taking the newest lets the others grow old and be closed when fewer are needed. There is no thread that closes them: idle
connections are looked at when a request begins or ends, and until then at worst stay half closed. How many there are
at once is for the sender to bound.

States: a connection is `add`ed when it begins to open, is in use until it is given back or dropped, and idle in between.
After `close` those in use are interrupted and none is kept any more. `forget` is for a forked child: descriptors are
closed without a word to the server, to which the parent is still talking.
"""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

from sonde.core.clock import Clock

__all__ = ["Pool", "Pooled"]


class Pooled(Protocol):
    """What a pool needs to know of a connection; `born` and `idle_since` are monotonic seconds."""

    born: float
    idle_since: float

    def is_alive(self) -> bool:
        """Whether an idle connection may be used again; reads what has arrived meanwhile, without waiting."""

    def close(self) -> None:
        """End it; nobody is using it."""

    def interrupt(self) -> None:
        """Make whoever is using it stop soon."""

    def forget(self) -> None:
        """Close the descriptor and say nothing."""


C = TypeVar("C", bound=Pooled)


class Pool(Generic[C]):
    """Idle and used connections. Thread-safe; waits for nothing.

    Args:
        idle_s: seconds after which an idle connection is closed.
        age_s: seconds after which a connection is closed once it is idle, so that balancers and renewed certificates
            get their turn.
        clock: what both are measured with.
    """

    def __init__(self, idle_s: float, age_s: float, clock: Clock) -> None:
        self._idle_s = idle_s
        self._age_s = age_s
        self._clock = clock
        self._idle: list[C] = []
        self._used: set[C] = set()
        self._lock = threading.Lock()
        self.is_closed = False

    def take(self) -> C | None:
        """The idle connection used last that still works, now in use; None when there is none."""
        while True:
            with self._lock:
                expired = self._expired()
                taken = self._idle.pop() if self._idle else None
                if taken is not None:
                    self._used.add(taken)
            _close(expired)
            if taken is None or taken.is_alive():
                return taken
            self.drop(taken)

    def add(self, connection: C) -> bool:
        """Take a new connection in, as used; False when the pool is closed."""
        with self._lock:
            if not self.is_closed:
                self._used.add(connection)
            return not self.is_closed

    def give(self, connection: C) -> None:
        """A connection in use becomes idle."""
        connection.idle_since = self._clock.monotonic()
        with self._lock:
            self._used.discard(connection)
            if not self.is_closed:
                self._idle.append(connection)
            expired = [connection] if self.is_closed else self._expired()
        _close(expired)

    def drop(self, connection: C) -> None:
        """A connection in use is closed."""
        with self._lock:
            self._used.discard(connection)
        connection.close()

    def close(self) -> None:
        """Close what is idle, interrupt what is in use, take nothing more in."""
        with self._lock:
            self.is_closed = True
            idle, self._idle = self._idle, []
            used = list(self._used)
        _close(idle)
        for connection in used:
            connection.interrupt()

    def forget(self) -> None:
        """In a forked child: be empty, and say nothing to any server."""
        connections = [*self._idle, *self._used]
        self._lock = threading.Lock()
        self._idle, self._used = [], set()
        for connection in connections:
            connection.forget()

    def _expired(self) -> list[C]:
        now = self._clock.monotonic()
        kept: list[C] = []
        expired: list[C] = []
        for connection in self._idle:
            is_old = now - connection.idle_since >= self._idle_s or now - connection.born >= self._age_s
            (expired if is_old else kept).append(connection)
        self._idle = kept
        return expired


def _close(connections: list[C]) -> None:
    for connection in connections:
        connection.close()

"""The backlog: encoded requests in memory, waiting and on their way, bounded by bytes. Pure; time is handed in.

    add ──> waiting ──take──> under way ──done──> gone
               ^──────────again──────┘

Each signal waits in a heap of its own, ordered by when a request may be tried and then by when it was made; the pieces
of one that was cut share its number. Not
thread-safe: the dispatch holds its lock around every call. Invariant: `size_bytes` is the sum of the payloads that wait
or are under way; `fits` is asked before `add`, so it exceeds the limit only where a request was cut into pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from sonde.client.engine.batch import Batch
from sonde.core.signal import Signal

__all__ = ["Outbox"]


class Outbox:
    """What is in memory and not yet delivered.

    Args:
        limit_bytes: bytes of all payloads together.

    Attributes:
        size_bytes: bytes that wait or are under way.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._waiting: dict[Signal, list[tuple[float, int, int, Batch]]] = {signal: [] for signal in Signal}
        self._under_way: set[Batch] = set()
        self._made = 0
        self.size_bytes = 0

    @property
    def occupancy(self) -> float:
        """How full it is, 0.0 to 1.0, above when a request was cut."""
        return self.size_bytes / self._limit_bytes

    @property
    def under_way(self) -> int:
        """Requests that are being sent."""
        return len(self._under_way)

    @property
    def made(self) -> int:
        """The number of the newest request that was added."""
        return self._made

    def fits(self, size: int) -> bool:
        """Whether a payload of this size may be added; one alone always may, or it could never be sent."""
        return self.size_bytes + size <= self._limit_bytes or not self.size_bytes

    def add(self, batch: Batch) -> None:
        """Let a request wait; a new one gets its number."""
        if not batch.number:
            self._made += 1
            batch.number = self._made
        self.size_bytes += len(batch.payload)
        heappush(self._waiting[batch.signal], (batch.not_before, batch.number, id(batch), batch))

    def next(self, signals: Iterable[Signal], now: float) -> Batch | None:
        """The request that has waited longest among these signals' and may be tried now; it stays where it is."""
        ready = [heap[0] for signal in signals if (heap := self._waiting[signal]) and heap[0][0] <= now]
        return min(ready)[-1] if ready else None

    def take(self, batch: Batch) -> None:
        """Move the request that `next` returned to those under way."""
        heappop(self._waiting[batch.signal])
        self._under_way.add(batch)

    def done(self, batch: Batch) -> bool:
        """Forget a request under way; False when it was taken out before, by `abandon`."""
        if batch not in self._under_way:
            return False
        self._under_way.discard(batch)
        self.size_bytes -= len(batch.payload)
        return True

    def again(self, batch: Batch, not_before: float) -> bool:
        """Let a request under way wait once more; False when it was taken out before."""
        if batch not in self._under_way:
            return False
        self._under_way.discard(batch)
        batch.not_before = not_before
        heappush(self._waiting[batch.signal], (not_before, batch.number, id(batch), batch))
        return True

    def evacuate(self, signals: Iterable[Signal]) -> list[Batch]:
        """Take out what waits of these signals, in the order in which it was made."""
        leaving: list[Batch] = []
        for signal in signals:
            leaving += (entry[-1] for entry in self._waiting[signal])
            self._waiting[signal] = []
        self.size_bytes -= sum(len(batch.payload) for batch in leaving)
        return sorted(leaving, key=lambda batch: batch.number)

    def abandon(self) -> list[Batch]:
        """Take out everything, also what is under way, whose outcome then counts for nothing."""
        leaving = self.evacuate(Signal)
        under_way, self._under_way = self._under_way, set()
        self.size_bytes -= sum(len(batch.payload) for batch in under_way)
        return sorted([*leaving, *under_way], key=lambda batch: batch.number)

    def hurry(self) -> None:
        """Let everything that waits be tried now."""
        for signal, heap in self._waiting.items():
            self._waiting[signal] = sorted((0.0, *entry[1:]) for entry in heap)

    def due(self, signal: Signal) -> float | None:
        """When the first request of a signal may be tried; None when none waits."""
        heap = self._waiting[signal]
        return heap[0][0] if heap else None

    def waiting(self, signal: Signal) -> int:
        """Requests of a signal that wait."""
        return len(self._waiting[signal])

    def items(self, signal: Signal) -> int:
        """Items of a signal that wait or are under way."""
        waiting = sum(entry[-1].items for entry in self._waiting[signal])
        return waiting + sum(batch.items for batch in self._under_way if batch.signal is signal)

    def oldest(self) -> int | None:
        """The lowest number among all requests here; None when there is none."""
        numbers = [entry[1] for heap in self._waiting.values() for entry in heap]
        numbers += [batch.number for batch in self._under_way]
        return min(numbers, default=None)

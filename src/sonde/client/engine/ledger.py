"""Where every item went: one row a signal, conserved.

    received + adopted = exported + rejected + dropped (by reason) + held + spooled

holds whenever nothing is being moved, and is what `stats()` shows. `received` are items that the application handed in,
`adopted` those that an earlier process left on disk and this one took over. Reasons for a drop:

| reason | what happened |
| --- | --- |
| `queue_full` | the application emitted faster than the engine could encode |
| `encode` | it cannot be written as OTLP |
| `sampled` | given up under pressure, by the documented order |
| `backlog_full` | too many encoded bytes wait in memory, and the spool took none |
| `retry_exhausted` | tried again for as long as allowed, and there is no spool |
| `refused` | the server will never take it |
| `spool_full` | the oldest on disk made room for newer |
| `spool_expired` | too old on disk |
| `spool_damaged` | the disk did not give back what was written |
| `shutdown` | emitted after the end, or not delivered in time at the end, and there is no spool |

Thread-safe by the dispatch's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Account"]


@dataclass(slots=True)
class Account:
    """One signal's figures since the process began, or was forked.

    Attributes:
        received: items that the application handed in and the engine took, or refused.
        adopted: items taken over from another process's spool.
        exported: items that a server took.
        rejected: items that a server refused of requests that it took (partial success).
        dropped: items given up, by reason.
        requests: requests that a server took.
        sent_bytes: bytes of bodies as they went out, failed attempts too.
        retries: attempts that failed and were followed by another.
    """

    received: int = 0
    adopted: int = 0
    exported: int = 0
    rejected: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    sent_bytes: int = 0
    retries: int = 0

    def drop(self, reason: str, items: int) -> None:
        """Count items that were given up."""
        if items:
            self.dropped[reason] = self.dropped.get(reason, 0) + items

    def deliver(self, items: int, rejected: int) -> None:
        """Count a request that a server took, and how many of its items it refused."""
        refused = min(max(0, rejected), items)  # a server's number is not trusted to be one of ours
        self.exported += items - refused
        self.rejected += refused
        self.requests += 1

    def row(self, refused: tuple[int, int], held: int, spooled: int) -> dict[str, Any]:
        """The row as shown.

        Args:
            refused: what the hand-off dropped: because it was full, and because it was closed.
            held: items in memory.
            spooled: items on disk.
        """
        full, closed = refused
        dropped = dict(self.dropped)
        for reason, items in (("queue_full", full), ("shutdown", closed)):
            if items:
                dropped[reason] = dropped.get(reason, 0) + items
        return {
            "received": self.received + full + closed,
            "adopted": self.adopted,
            "exported": self.exported,
            "rejected": self.rejected,
            "dropped": dropped,
            "held": held,
            "spooled": spooled,
            "requests": self.requests,
            "sent_bytes": self.sent_bytes,
            "retries": self.retries,
        }

"""What a door counts, as metric families."""

from __future__ import annotations

from typing import Any

from sonde.journal import SYNC_BUCKETS_S
from sonde.runtime.metrics import Family, counter, gauge

__all__ = ["door_families"]


def door_families(door: dict[str, Any], journal: dict[str, Any], *, held_bytes: int, limit_bytes: int) -> list[Family]:
    """The families of one door.

    Args:
        door: `DoorStats.snapshot()`.
        journal: `JournalWriter.stats()`.
        held_bytes: bytes of request bodies held now.
        limit_bytes: the budget they are taken from.
    """
    connections = door["connections"]
    return [
        _labelled("sonde_requests_total", "Answered requests.", door["requests"], ("transport", "signal", "code")),
        counter("sonde_accepted_items_total", "Accepted spans, data points and log records.", door["items"], "signal"),
        counter(
            "sonde_accepted_bytes_total", "Bytes of accepted requests, decompressed.", door["payload_bytes"], "signal"
        ),
        counter(
            "sonde_received_bytes_total", "Bytes of request bodies as they arrived.", door["wire_bytes"], "transport"
        ),
        counter("sonde_refused_requests_total", "Refused requests by kind of error.", door["refused"], "reason"),
        gauge("sonde_connections", "Open connections.", _each(connections, "open"), "transport"),
        counter("sonde_connections_total", "Accepted connections.", _each(connections, "accepted"), "transport"),
        counter(
            "sonde_connections_refused_total",
            "Connections over the limit.",
            _each(connections, "turned_away"),
            "transport",
        ),
        _labelled(
            "sonde_deadlines_total", "Connections closed at a deadline.", door["expired"], ("transport", "deadline")
        ),
        gauge("sonde_held_bytes", "Bytes of request bodies held now.", held_bytes),
        gauge("sonde_held_bytes_limit", "The most that may be held.", limit_bytes),
        *_journal_families(journal),
    ]


def _journal_families(journal: dict[str, Any]) -> list[Family]:
    return [
        counter("sonde_journal_records_total", "Requests committed.", journal["records"]),
        counter("sonde_journal_bytes_total", "Payload bytes committed.", journal["payload_bytes"]),
        counter("sonde_journal_commits_total", "Commit batches.", journal["commits"]),
        counter("sonde_journal_refused_total", "Requests refused by the journal.", journal["refused"], "reason"),
        counter("sonde_journal_sync_failures_total", "Syncs that failed.", journal["sync_failures"]),
        counter("sonde_journal_write_failures_total", "Writes that failed.", journal["write_failures"]),
        counter("sonde_journal_segments_total", "Segments sealed.", journal["segments_sealed"]),
        counter("sonde_journal_torn_bytes_total", "Unacknowledged bytes cut by recovery.", journal["torn_bytes"]),
        counter("sonde_journal_quarantined_total", "Damaged stretches set aside by recovery.", journal["quarantined"]),
        gauge("sonde_journal_used_bytes", "Bytes of the whole journal at the last look.", journal["used_bytes"]),
        gauge("sonde_journal_sealed_segments", "Sealed segments that wait for a reader.", journal["sealed_segments"]),
        gauge("sonde_journal_sync_longest_seconds", "The longest sync.", journal["longest_sync_s"]),
        _histogram(
            "sonde_journal_sync_seconds", "Duration of syncs; `le` is an upper bound.", journal["sync_histogram"]
        ),
    ]


def _each(connections: dict[str, dict[str, int]], key: str) -> dict[str, float]:
    return {transport: counts[key] for transport, counts in connections.items()}


def _labelled(name: str, text: str, rows: list[dict[str, Any]], labels: tuple[str, ...]) -> Family:
    samples = [({label: str(row[label]) for label in labels}, float(row["count"])) for row in rows]
    return Family(name=name, help=text, type="counter", samples=samples)


def _histogram(name: str, text: str, counts: list[int]) -> Family:
    """Cumulative buckets, as Prometheus wants them, of counts per bucket."""
    samples: list[tuple[dict[str, str], float]] = []
    total = 0
    for bound, count in zip((*map(str, SYNC_BUCKETS_S), "+Inf"), counts, strict=True):
        total += count
        samples.append(({"le": bound}, total))
    return Family(name=f"{name}_bucket", help=text, type="counter", samples=samples)

"""One encoded request on its way: bytes, what they count for, and when they may next be tried."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sonde.client.engine.gate import importing
from sonde.core.errors import SondeError
from sonde.core.signal import Signal

if TYPE_CHECKING:  # an application that hands items over needs none of it
    from sonde.resilience.retries import RetryState

__all__ = ["Batch", "count_items", "halves", "pieces"]


@dataclass(slots=True, eq=False)
class Batch:
    """A request that waits in memory or is on its way.

    Attributes:
        signal: whose request it is.
        payload: an OTLP export request in protobuf.
        items: spans, log records or data points in it.
        number: its place in the order in which requests were made.
        not_before: monotonic seconds before which it is not tried.
        retry: what the retry policy remembers of it; None before the first failure.
    """

    signal: Signal
    payload: bytes
    items: int
    number: int = 0
    not_before: float = 0.0
    retry: RetryState | None = None


def pieces(signal: Signal, payload: bytes, items: int, max_bytes: int) -> list[tuple[bytes, int]]:
    """The payload in pieces of at most `max_bytes` (a single larger item stays whole), each with its number of items."""
    if len(payload) <= max_bytes:
        return [(payload, items)]
    return _counted(signal, _wire().split(signal.index, payload, max_bytes=max_bytes))


def halves(signal: Signal, payload: bytes, items: int) -> list[tuple[bytes, int]]:
    """The payload cut in two by its items; as it is when it cannot be cut."""
    try:
        cut = _wire().split(signal.index, payload, max_items=max(1, -(-items // 2)))
    except SondeError:
        return [(payload, items)]
    return _counted(signal, cut) if len(cut) > 1 else [(payload, items)]


def count_items(signal: Signal, payload: bytes) -> int:
    """Spans, log records or data points in a payload that Sonde encoded."""
    return int(_wire().validate(signal.index, payload))


def _counted(signal: Signal, cut: list[bytes]) -> list[tuple[bytes, int]]:
    return [(piece, count_items(signal, piece)) for piece in cut]


@cache
def _wire() -> Any:
    """At first use: where no kernel was built, this is the protobuf library, which most processes never need here."""
    with importing():
        return import_module("sonde.otlp.wire")

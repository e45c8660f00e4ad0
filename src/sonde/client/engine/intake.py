"""From items to requests: drain a lane, sample under pressure, encode, cut what is too large.

Runs on the engine's thread alone. What an encoder refuses is left out and counted; an encoder that fails drops its batch,
counted, and never the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from sonde.client.engine.batch import Batch, count_items, pieces
from sonde.client.engine.pressure import sieve
from sonde.core.signal import Signal

__all__ = ["Encoder", "Made", "make_batches"]

Encoder = Callable[[Sequence[Any], list[Any]], bytes]
"""Items to one OTLP export request; appends what it had to leave out to the list."""

_log = logging.getLogger("sonde.client.engine")


class Made:
    """What became of some items: requests, and how many were given up, by reason."""

    __slots__ = ("batches", "dropped", "received")

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.dropped: dict[str, int] = {}
        self.received = 0


def make_batches(signal: Signal, items: Sequence[Any], encode: Encoder, *, level: int, max_bytes: int) -> Made:
    """Encode items as one request, or as several where one would be larger than `max_bytes`.

    Args:
        signal: whose items they are.
        items: what the application handed in. For metrics one item is a whole reading, and data points are counted.
        encode: the signal's encoder.
        level: the pressure, see `pressure`.
        max_bytes: bytes of a request.
    """
    made = Made()
    stays = sieve(signal, level)
    kept = items if stays is None else [item for item in items if stays(item)]
    refused: list[Any] = []
    try:
        payload = encode(kept, refused) if kept else b""
        points = count_items(signal, payload) if signal is Signal.METRICS else len(kept) - len(refused)
        cut = pieces(signal, payload, points, max_bytes) if points else []
    except Exception:
        _log.exception("sonde: %d %s could not be encoded, and were dropped", len(kept), signal.item)
        refused, points, cut = list(kept), 0, []
    made.batches = [Batch(signal, piece, count) for piece, count in cut]
    made.received = points + len(refused) + len(items) - len(kept)
    for reason, count in (("sampled", len(items) - len(kept)), ("encode", len(refused))):
        if count:
            made.dropped[reason] = count
    return made

"""Request headers seen before: a client that repeats itself is parsed once.

An exporter sends the same header with every request, but for the content length. So what a header was found to mean is
remembered by its bytes without those digits; the next request with the same bytes is the same request with another
length, and needs no parser. That halves the cost of a small request (measured: 12 us of Python to 6).

It is safe because only headers that the parser accepted are remembered, because every byte but the digits is compared,
and because a request is recalled only when it stands alone and whole in one read: nothing is left for the parser to
disagree about. Headers with another framing than one content length (chunked, `Expect`, `Upgrade`, closing
connections) are never remembered.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sonde.receivers.http1_exchange import Exchange

__all__ = ["Heads", "Seen"]

_MAX_HEAD_BYTES: Final = 2048
_MAX_HEADS: Final = 256
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: ([1-9][0-9]{0,7})\r\n")


class Seen(NamedTuple):
    """A read that holds one whole request, if its header means what it seems to: the key, and where the body begins."""

    key: bytes
    body_at: int


class Heads:
    """The headers remembered by a receiver: at most 256 of at most 2 KiB, then it starts afresh."""

    def __init__(self) -> None:
        self._known: dict[bytes, Exchange] = {}
        self.find = self._known.get

    def __len__(self) -> int:
        return len(self._known)

    def look(self, data: bytes) -> Seen | None:
        """What a read holds, if it seems to be one whole request with a content length and a body."""
        end = data.find(b"\r\n\r\n", 0, _MAX_HEAD_BYTES)
        found = _LENGTH.search(data, 0, end + 2) if end > 0 else None
        if found is None or len(data) != end + 4 + int(found[1]):
            return None
        return Seen(data[: found.start(1)] + data[found.end(1) : end], end + 4)

    def remember(self, seen: Seen, data: bytes, exchange: Exchange) -> None:
        """Keep what the parser made of a read, if that is what the read seemed to hold and can be repeated."""
        if not exchange.can_repeat or exchange.size != len(data) - seen.body_at:
            return
        model = exchange.again(_NOWHERE)
        if model is not None:
            if len(self._known) >= _MAX_HEADS:
                self._known.clear()
            self._known[seen.key] = model


class _Nowhere:
    """Where a remembered exchange is answered to; it keeps no connection alive."""

    def answered(self, exchange: Exchange) -> None:
        """Nobody waits for it."""


_NOWHERE = _Nowhere()

"""What the engine says to the log: about drops one line a minute at most, about its pressure one line a change.

Pure but for the logging: time is handed in. The first drops are told a few seconds after they happened, so that one
line can say how many they were.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sonde.client.engine.pressure import STEPS
from sonde.core.signal import Signal

__all__ = ["Notices"]

_log = logging.getLogger("sonde.client.engine")
_GATHER_S = 5.0
_EVERY_S = 60.0
_MEND = {
    "queue_full": "the application emits faster than one thread encodes: sample, or raise OTEL_BSP_MAX_QUEUE_SIZE or OTEL_BLRP_MAX_QUEUE_SIZE",
    "backlog_full": "the server takes less than comes: check it, or raise SONDE_BACKLOG_BYTES, or allow a spool (SONDE_SPOOL)",
    "retry_exhausted": "the server was away for too long: check it, or allow a spool (SONDE_SPOOL)",
    "refused": "the server will never take them: see last_error in sonde.stats()",
    "sampled": "the server takes less than comes: check it",
    "spool_full": "the server was away for too long: raise SONDE_SPOOL_BYTES",
    "spool_expired": "the server was away for too long: raise SONDE_SPOOL_KEEP",
    "spool_damaged": "check the disk",
    "shutdown": "the process ended first: raise SONDE_EXIT, or allow a spool (SONDE_SPOOL)",
    "encode": "they are not what the SDK makes; the log above says more",
}

Drops = Mapping[Signal, Mapping[str, int]]


class Notices:
    """Remembers what was told, and when to tell more."""

    def __init__(self) -> None:
        self._told: dict[tuple[Signal, str], int] = {}
        self._speak_at: float | None = None
        self._not_before = 0.0
        self._level = 0

    def look(self, drops: Drops, now: float) -> float | None:
        """Tell of drops if it is time; when to look again, None if there is nothing to tell."""
        if not self._news(drops):
            return None
        if self._speak_at is None:
            self._speak_at = max(now + _GATHER_S, self._not_before)
        if now < self._speak_at:
            return self._speak_at
        self.tell(drops, now)
        return None

    def tell(self, drops: Drops, now: float, *, last: bool = False) -> None:
        """Tell of every drop that was not told yet, in one line."""
        news = self._news(drops)
        if news:
            counted = "; ".join(f"{count:,} {signal.item} ({reason})" for (signal, reason), count in news.items())
            worst = max(news, key=lambda key: news[key])[1]
            when = "at the end of the process" if last else "since the last notice, or in the last minute"
            _log.warning("sonde: dropped %s: %s; %s", when, counted, _MEND.get(worst, ""))
        for (signal, reason), count in news.items():
            self._told[signal, reason] = self._told.get((signal, reason), 0) + count
        self._speak_at, self._not_before = None, now + _EVERY_S

    def pressure(self, level: int, occupancy: float) -> None:
        """Tell of a change of the pressure's level."""
        if level != self._level:
            say = _log.warning if level > self._level else _log.info
            say("sonde: the export backlog is %.0f %% full: %s", 100 * occupancy, STEPS[level])
            self._level = level

    def _news(self, drops: Drops) -> dict[tuple[Signal, str], Any]:
        return {
            (signal, reason): count - self._told.get((signal, reason), 0)
            for signal, reasons in drops.items()
            for reason, count in reasons.items()
            if count > self._told.get((signal, reason), 0)
        }

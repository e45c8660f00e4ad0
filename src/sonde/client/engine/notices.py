"""What the engine says to the log: of drops and failing servers one line a minute at most, of its pressure one a change.

Pure but for the logging: time is handed in. The first trouble is told a few seconds after it happened, so that one
line can say how much it was, and so that a server which answers again by then is not spoken of. An outage that lasts is
told of less and less: the next line comes after a quarter of the time that it has lasted, within a quarter of an hour.
Its end is told at the level of its beginning, so that whoever has seen the one sees the other.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sonde.client.delivery import Delivery
from sonde.client.engine.pressure import STEPS
from sonde.core.signal import Signal

__all__ = ["Notices"]

_log = logging.getLogger("sonde.client.engine")
_GATHER_S = 5.0
_EVERY_S = 60.0
_AT_LAST_EVERY_S = 900.0
_PATIENCE = 4
_MEND = {
    "queue_full": "the application emits faster than one thread encodes: sample, or raise OTEL_BSP_MAX_QUEUE_SIZE or OTEL_BLRP_MAX_QUEUE_SIZE",
    "backlog_full": "the server takes less than comes: check it, or raise SONDE_BACKLOG_BYTES, or allow a spool (SONDE_SPOOL)",
    "retry_exhausted": "the server was away for too long: check it, or allow a spool (SONDE_SPOOL)",
    "refused": "the server will never take them",
    "sampled": "the server takes less than comes: check it",
    "spool_full": "the server was away for too long: raise SONDE_SPOOL_BYTES",
    "spool_expired": "the server was away for too long: raise SONDE_SPOOL_KEEP",
    "spool_damaged": "check the disk",
    "shutdown": "the process ended first: raise SONDE_EXIT, or allow a spool (SONDE_SPOOL)",
    "rejected": "the server took the rest of their requests, and will never take them",
    "encode": "they are not what the SDK makes; the log above says more",
}
_BY_THE_SERVER = {"refused", "rejected", "retry_exhausted"}

Drops = Mapping[Signal, Mapping[str, int]]


class Notices:
    """Remembers what was told, and when to tell more."""

    def __init__(self) -> None:
        self._told: dict[tuple[Signal, str], int] = {}
        self._speak_at: float | None = None
        self._not_before = 0.0
        self._since = 0.0
        self._is_outage_told = False
        self._level = 0

    def look(self, drops: Drops, failing: Delivery | None, last: Delivery | None, now: float) -> float | None:
        """Tell of trouble if it is time; when to look again, None if there is nothing to tell.

        Args:
            drops: what was dropped so far, by signal and reason.
            failing: the latest attempt at a server that fails now.
            last: the latest attempt that failed, at whatever server, however long ago.
            now: monotonic seconds.
        """
        if not failing:
            self._since = now
            self._tell_recovery()
            if not self._news(drops):
                self._speak_at = None
                return None
        if self._speak_at is None:
            self._speak_at = max(now + _GATHER_S, self._not_before)
        if now >= self._speak_at:
            self._tell(drops, failing, last, now)
        return self._speak_at

    def tell_last(self, drops: Drops, kept: Mapping[Signal, int], failure: Delivery | None) -> None:
        """At the end: tell of every drop that was not told yet, and of what the process leaves on disk.

        Args:
            drops: what was dropped so far, by signal and reason.
            kept: what this process leaves in the spool.
            failure: the latest attempt that failed.
        """
        if self._news(drops):
            _log.warning("sonde: dropped at the end of the process: %s%s", self._account(drops), _because(failure))
        if any(kept.values()):
            counted = ", ".join(f"{count:,} {signal.item}" for signal, count in kept.items() if count)
            say = "sonde: kept on disk, for the next process that sends to the same server: %s%s"
            _log.warning(say, counted, _because(failure))

    def _tell_recovery(self) -> None:
        if self._is_outage_told:
            self._is_outage_told = False
            _log.warning("sonde: telemetry is delivered again")

    def _tell(self, drops: Drops, failing: Delivery | None, last: Delivery | None, now: float) -> None:
        news = self._news(drops)
        if news:
            cause = failing or (last if any(reason in _BY_THE_SERVER for _, reason in news) else None)
            _log.warning("sonde: dropped since the last notice: %s%s", self._account(drops), _because(cause))
        elif failing:
            _log.warning("sonde: telemetry cannot be delivered now, and waits%s", _because(failing))
        self._is_outage_told = failing is not None
        patience_s = max(_EVERY_S, min((now - self._since) / _PATIENCE, _AT_LAST_EVERY_S))
        self._speak_at = self._not_before = now + patience_s

    def _account(self, drops: Drops) -> str:
        """How many of what for which reason, and what helps against the most frequent; all of it counts as told then."""
        news = self._news(drops)
        for (signal, reason), count in news.items():
            self._told[signal, reason] = self._told.get((signal, reason), 0) + count
        counted = "; ".join(f"{count:,} {signal.item} ({reason})" for (signal, reason), count in news.items())
        return f"{counted}; {_MEND.get(max(news, key=lambda key: news[key])[1], '')}"

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


def _because(failure: Delivery | None) -> str:
    if failure is None:
        return ""
    words = f" {failure.message};" if failure.message else ""
    return f"; the latest failure, at {failure.endpoint}:{words} see `sonde explain {failure.code}`"

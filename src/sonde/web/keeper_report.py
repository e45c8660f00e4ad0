"""How the keeper puts things: what an engine complains about at length, and how far behind the ingest is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sonde.core.units import format_duration
from sonde.store import EngineError

__all__ = ["LATE_S", "BriefErrors", "behind", "brief", "passed"]

LATE_S = 10.0
"""Behind by more than this, the ingest is worth a word; a busy minute alone does not get there."""
_MOST = 400


def brief(text: str) -> str:
    """The first line of a message, at most 400 characters of it; an engine's may quote a whole statement."""
    first = text.strip().partition("\n")[0].rstrip()
    return first if len(first) <= _MOST else f"{first[: _MOST - 1]}…"


def behind(ingest: Mapping[str, Any]) -> str:
    """How far the ingest is behind, one sentence; empty while it keeps up.

    Args:
        ingest: `Ingester.status()`; empty before it runs.
    """
    lag_s, waiting = float(ingest.get("lag_s") or 0), int(ingest.get("waiting") or 0)
    if lag_s < LATE_S or not waiting:
        return ""
    wait = "1 segment waits" if waiting == 1 else f"{waiting:,} segments wait"
    return f"{format_duration(lag_s, ' ')} behind, {wait}: answers lack what arrived since"


def passed(figures: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """What a door let in and what it refused since its start, from its notice on the board.

    Returns:
        `accepted`: spans, data points and log records by signal. `refused`: requests by kind of error.
    """
    families = {family["name"]: family["samples"] for family in figures.get("metrics", ())}
    return {
        "accepted": {labels["signal"]: int(value) for labels, value in families.get("sonde_accepted_items_total", ())},
        "refused": {labels["reason"]: int(value) for labels, value in families.get("sonde_refused_requests_total", ())},
    }


class BriefErrors(logging.Filter):
    """Shortens the engine's errors among a log line's arguments; the journal keeps whole what it says of a segment set aside."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(brief(str(each)) if isinstance(each, EngineError) else each for each in record.args)
        return True

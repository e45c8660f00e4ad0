"""What is given up first when more comes than gets out: pure rules, by how full the backlog is.

| level | from | until below | what happens |
| --- | --- | --- | --- |
| 0 | | | everything is sent as configured |
| 1 | 25 % | 15 % | requests are compressed, where they were not |
| 2 | 50 % | 35 % | of log records below WARN, one in ten is kept |
| 3 | 75 % | 55 % | of traces without an error here, one in ten is kept, whole, by trace id; never an error |

Beyond 100 % whole requests are dropped, newest first (`backlog_full`). The gap between a level's two bounds keeps it from
flickering. What is sampled is counted (`sampled`), so that rows stay conserved.

Which traces stay is decided by the trace id's low 56 bits, which W3C Trace Context level 2 ("random trace id flag")
wants random, so every process decides alike. A span that failed is kept whatever its trace, so a sampled trace may
show its failed spans alone. Metrics are never sampled: a missing point is a wrong sum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sonde.core.signal import Signal

__all__ = ["COMPRESS", "SAMPLE_LOGS", "SAMPLE_TRACES", "STEPS", "level", "sieve"]

COMPRESS, SAMPLE_LOGS, SAMPLE_TRACES = 1, 2, 3
STEPS = (
    "everything is sent",
    "requests are compressed",
    "logs below WARN are sampled",
    "traces without errors are sampled",
)
"""What each level means, for a person."""

_RISE = (0.25, 0.50, 0.75)
_FALL = (0.15, 0.35, 0.55)
_KEEP_ONE_IN = 10
_RANDOM_BITS = (1 << 56) - 1
_WARN = 13  # SeverityNumber, OpenTelemetry logs data model
_ERROR = 2  # StatusCode


def level(before: int, occupancy: float) -> int:
    """The level after the backlog was seen `occupancy` full, 0.0 to 1.0 and above; rises and falls by any number."""
    risen = sum(occupancy >= bound for bound in _RISE)
    fallen = sum(occupancy >= bound for bound in _FALL)
    return max(risen, min(before, fallen))


def sieve(signal: Signal, level_now: int) -> Callable[[Any], bool] | None:
    """Which items of a signal stay at a level: a predicate, or None when all of them do.

    The predicate for logs counts; use one for a batch. An item that it cannot read stays.
    """
    if signal is Signal.LOGS and level_now >= SAMPLE_LOGS:
        return _LogSieve()
    if signal is Signal.TRACES and level_now >= SAMPLE_TRACES:
        return _span_stays
    return None


class _LogSieve:
    """Every record from WARN, and each tenth of the others."""

    def __init__(self) -> None:
        self._passed = 0

    def __call__(self, item: Any) -> bool:
        record = getattr(item, "log_record", item)
        severity = getattr(getattr(record, "severity_number", None), "value", getattr(record, "severity_number", None))
        if isinstance(severity, int) and severity >= _WARN:
            return True
        self._passed += 1
        return self._passed % _KEEP_ONE_IN == 1


def _span_stays(item: Any) -> bool:
    try:
        status = item.status.status_code
        if getattr(status, "value", status) == _ERROR:
            return True
        return int(item.context.trace_id & _RANDOM_BITS) % _KEEP_ONE_IN == 0
    except (AttributeError, TypeError):
        return True

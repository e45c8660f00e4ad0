"""When to start a child again: a pure machine.

A child that ends is started again, at once the first time, then after a pause that doubles up to `MAX_PAUSE_S`; a child
that has run for `STABLE_S` is forgiven its past. There is no limit of attempts: a keeper whose store is broken must come
back when it is mended, and the pause bounds what the attempts cost.

The machine is `(state, event, now) -> (state, action)` with plain values; the supervisor is its shell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["MAX_PAUSE_S", "STABLE_S", "RestartState", "on_exit", "on_start"]

FIRST_PAUSE_S = 0.1
MAX_PAUSE_S = 5.0
STABLE_S = 30.0


@dataclass(frozen=True, slots=True)
class RestartState:
    """What is remembered of one child.

    Attributes:
        started_at: monotonic seconds of the last start.
        failures: ends in a row that came before `STABLE_S` had passed.
        restarts: ends in all, for the metric.
    """

    started_at: float = 0.0
    failures: int = 0
    restarts: int = 0


def on_start(state: RestartState, now: float) -> RestartState:
    """The child was started at `now`."""
    return replace(state, started_at=now)


def on_exit(state: RestartState, now: float) -> tuple[RestartState, float]:
    """The child ended at `now`: the new state, and how many seconds to wait before the next start."""
    failures = 1 if now - state.started_at >= STABLE_S else state.failures + 1
    pause = 0.0 if failures == 1 else min(MAX_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures - 2, 16))
    return replace(state, failures=failures, restarts=state.restarts + 1), pause

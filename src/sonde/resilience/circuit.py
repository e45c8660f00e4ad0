"""The circuit breaker's machine: pure functions of (state, event, now).

    CLOSED ── too many failures or slow calls ──► OPEN ── open_s have passed, next call ──► HALF_OPEN
      ▲                                            ▲                                            │
      │                                            └────────── a probe failed or was slow ──────┤
      └──────────────── half_open_successes probes went well ───────────────────────────────────┘

Closed, every call passes and is counted. Open, none passes. Half-open, at most `half_open_calls` calls are under way at
once, as probes. Each period of a phase has a number; a call carries a `Pass` that names the period that admitted it, and its
outcome counts in that period alone. So a call that was admitted before an outage and fails after it cannot reopen
the circuit, nor be taken for a probe.

Invariants: probes under way never exceed `half_open_calls`; only in HALF_OPEN are there any; periods only rise. A
probe that never reports (its thread was killed) is written off after `probe_s`, so that the circuit cannot stay half-open for ever.

Source: Michael Nygard, "Release It!", 2nd edition, chapter 5, "Circuit Breaker"; sliding windows, slow calls and the
minimum number of calls as in resilience4j's CircuitBreaker.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import NamedTuple

from sonde.resilience.windows import LastCalls, Window

__all__ = ["BreakerSettings", "CircuitState", "Pass", "Phase", "abandon", "admit", "reset", "settle"]

_LAST_HUNDRED = LastCalls(100)


class Phase(Enum):
    """What the circuit does with calls."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Pass(NamedTuple):
    """What an admitted call carries until it is settled.

    Attributes:
        period: the period that admitted it.
        probe: the probe's number within that period, from 1; 0 when it is no probe.
        since: when it was admitted, monotonic seconds.
    """

    period: int
    probe: int
    since: float


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a circuit opens and how it closes again.

    Attributes:
        consecutive_failures: open after so many failures in a row; None: never for that.
        failure_rate: open at this share of failures within the window, in (0, 1]; None: never for that.
        slow_call_s: calls that take at least so long are slow; None: none is.
        slow_rate: open at this share of slow calls within the window, in (0, 1].
        window: what the rates are taken over.
        minimum_calls: a rate over fewer calls than this opens nothing.
        open_s: seconds that nothing passes, before the first probe.
        half_open_calls: the most probes under way at once.
        half_open_successes: how many probes must go well for the circuit to close.
        probe_s: seconds after which a probe that has not reported is written off.
    """

    consecutive_failures: int | None = 5
    failure_rate: float | None = None
    slow_call_s: float | None = None
    slow_rate: float = 1.0
    window: Window = _LAST_HUNDRED
    minimum_calls: int = 20
    open_s: float = 30.0
    half_open_calls: int = 1
    half_open_successes: int = 1
    probe_s: float = 60.0

    def __post_init__(self) -> None:
        counts = (self.consecutive_failures, self.minimum_calls, self.half_open_calls, self.half_open_successes)
        if any(count is not None and count < 1 for count in counts):
            raise ValueError("every count of a breaker is at least 1")
        if any(rate is not None and not 0 < rate <= 1 for rate in (self.failure_rate, self.slow_rate)):
            raise ValueError("failure_rate and slow_rate are shares: above 0, at most 1")
        if not 0 < self.window.extent < inf:
            raise ValueError(f"{self.window} looks back at nothing; give a finite extent above zero")
        if any(span is not None and not span > 0 for span in (self.slow_call_s, self.open_s, self.probe_s)):
            raise ValueError("slow_call_s, open_s and probe_s are seconds above zero")


class CircuitState(NamedTuple):
    """All that a circuit remembers.

    Attributes:
        phase: what it does with calls.
        since: when this period began, monotonic seconds.
        period: the number of this period, from 1.
        window: what happened in this period (while closed).
        failures: failures in a row (while closed).
        probes: the probes under way, oldest first (while half-open).
        probed: how many probes were admitted (while half-open).
        successes: probes that went well (while half-open).
    """

    phase: Phase
    since: float
    period: int
    window: Window
    failures: int = 0
    probes: tuple[Pass, ...] = ()
    probed: int = 0
    successes: int = 0


def reset(settings: BreakerSettings, now: float, period: int = 1) -> CircuitState:
    """A closed circuit that remembers nothing."""
    return CircuitState(Phase.CLOSED, now, period, settings.window)


def admit(settings: BreakerSettings, state: CircuitState, now: float) -> tuple[CircuitState, Pass | None]:
    """A pass for a call at `now`, or None; in HALF_OPEN an admitted call takes a probe's place."""
    if state.phase is Phase.CLOSED:
        return state, Pass(state.period, 0, now)
    if state.phase is Phase.OPEN:
        if now - state.since < settings.open_s:
            return state, None
        state = _enter(settings, state, Phase.HALF_OPEN, now)
    alive = tuple(probe for probe in state.probes if now - probe.since < settings.probe_s)
    if len(alive) >= settings.half_open_calls:
        return state, None
    probe = Pass(state.period, state.probed + 1, now)
    return state._replace(probes=(*alive, probe), probed=probe.probe), probe


def settle(
    settings: BreakerSettings, state: CircuitState, now: float, admitted: Pass, *, success: bool, duration_s: float
) -> CircuitState:
    """The outcome of an admitted call; without effect when its period is over or its probe was written off."""
    if admitted.period != state.period:
        return state
    slow = settings.slow_call_s is not None and duration_s >= settings.slow_call_s
    if state.phase is Phase.CLOSED:
        return _count(settings, state, now, success=success, slow=slow)
    if admitted not in state.probes:
        return state
    if not success or slow:
        return _enter(settings, state, Phase.OPEN, now)
    if state.successes + 1 >= settings.half_open_successes:
        return _enter(settings, state, Phase.CLOSED, now)
    return abandon(state, admitted)._replace(successes=state.successes + 1)


def abandon(state: CircuitState, admitted: Pass) -> CircuitState:
    """An admitted call ended without saying anything about the server: its place is free again."""
    return state._replace(probes=tuple(probe for probe in state.probes if probe != admitted))


def _enter(settings: BreakerSettings, state: CircuitState, phase: Phase, now: float) -> CircuitState:
    return CircuitState(phase, now, state.period + 1, settings.window)


def _count(settings: BreakerSettings, state: CircuitState, now: float, *, success: bool, slow: bool) -> CircuitState:
    failures = 0 if success else state.failures + 1
    window = state.window.add(now, failed=not success, slow=slow)
    counted = state._replace(window=window, failures=failures)
    return _enter(settings, counted, Phase.OPEN, now) if _is_bad(settings, counted, now) else counted


def _is_bad(settings: BreakerSettings, state: CircuitState, now: float) -> bool:
    if settings.consecutive_failures is not None and state.failures >= settings.consecutive_failures:
        return True
    if settings.failure_rate is None and settings.slow_call_s is None:
        return False
    tally = state.window.tally(now)
    if tally.calls < settings.minimum_calls:
        return False
    if settings.failure_rate is not None and tally.failures / tally.calls >= settings.failure_rate:
        return True
    return settings.slow_call_s is not None and tally.slow / tally.calls >= settings.slow_rate

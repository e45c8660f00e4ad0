"""Retry: the decision as a pure machine, and a thin shell that carries it out.

The machine, `RetryPolicy`, is told of each failed attempt and answers `Again(after_s)` or `Stop(reason)`. It stops when the
failure cannot mend itself, when attempts or time have run out, or when the retry budget is empty. A wait that would end
at or past the time limit is not begun: nothing could follow it.

A server that names a wait (Retry-After, RetryInfo) is believed: the wait is its hint *plus* the backoff's draw, so
it is never shorter than asked and clients that were told the same do not come back in the same instant. A hint over
`max_hint_s` is cut to it, because a broken server must not park a client for a year.

Invariants: the waits of one call sum to less than `total_s`, and end before the deadline around it; at most `attempts`
attempts; after `Stop` the state does not change.

The shell, `retry(...)`, looks for failures in exceptions. When it gives up it raises the last one unchanged, with a note
(PEP 678) that says how often and how long was tried. Source of the defaults (what is retried, hints with priority over
backoff): OpenTelemetry Protocol specification, "Retryable Response Codes" and "OTLP/HTTP Throttling".
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any, NamedTuple, TypeVar

from sonde.resilience.backoffs import Backoff, FullJitter
from sonde.resilience.budget import RetryBudget
from sonde.resilience.deadlines import current_deadline
from sonde.resilience.policy import Policy
from sonde.resilience.verdicts import Which, is_retryable, matcher
from sonde.resilience.world import SYSTEM_WORLD, World

__all__ = ["Again", "RetryPolicy", "RetryState", "Stop", "StopReason", "retry"]

T = TypeVar("T")
log = logging.getLogger("sonde.resilience")

_FULL_JITTER = FullJitter(1.0, 2.0, 30.0)


class StopReason(Enum):
    """Why no further attempt is made."""

    NOT_RETRYABLE = "the failure is not one that mends itself"
    ATTEMPTS = "all attempts were made"
    TIME = "no time is left for another attempt"
    BUDGET = "the retry budget is empty"


class Again(NamedTuple):
    """Try again after `after_s` seconds."""

    after_s: float


class Stop(NamedTuple):
    """Give up, for this reason."""

    reason: StopReason


class RetryState(NamedTuple):
    """One call's progress.

    Attributes:
        started_s: the monotonic clock's reading when the first attempt began.
        failures: attempts that have failed.
        previous_s: the backoff's draw before the latest attempt, without a server's hint; 0.0 at first.
    """

    started_s: float
    failures: int = 0
    previous_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again. Pure: same arguments, same answer (but for what a budget holds).

    Attributes:
        attempts: the most attempts, the first included; None leaves it to the time.
        total_s: seconds from the first attempt's start, after which none is begun; may be infinite.
        backoff: how long to wait between attempts.
        max_hint_s: the longest wait that a server is obeyed in, seconds.
    """

    attempts: int | None = None
    total_s: float = 60.0
    backoff: Backoff = _FULL_JITTER
    max_hint_s: float = 60.0

    def __post_init__(self) -> None:
        if self.attempts is not None and self.attempts < 1:
            raise ValueError(f"{self.attempts} attempts make no sense; give at least 1, which retries nothing, or None")
        if not self.total_s > 0 or not self.max_hint_s >= 0:
            raise ValueError(f"total_s {self.total_s} must be above zero, max_hint_s {self.max_hint_s} not below it")
        for attempt in (1, 2, 10_000):
            delay_s = self.backoff.delay_s(attempt, 1.0, lambda: 0.5)
            if not 0 <= delay_s < inf:
                raise ValueError(
                    f"{self.backoff} would wait {delay_s} s after attempt {attempt}; waits are finite and not negative"
                )

    def start(self, now: float) -> RetryState:
        """The state of a call whose first attempt begins at `now`."""
        return RetryState(now)

    def after_failure(
        self,
        state: RetryState,
        now: float,
        *,
        retryable: bool,
        hint_s: float | None = None,
        random: Callable[[], float],
        budget: RetryBudget | None = None,
        remaining_s: float = inf,
    ) -> tuple[RetryState, Again | Stop]:
        """Decide after a failed attempt.

        Args:
            state: what `start` or the last decision returned.
            now: the monotonic clock's reading.
            retryable: whether the same attempt may succeed later.
            hint_s: seconds the server asked to wait; None when it named none. Negative and NaN count as none.
            random: returns the next number in [0, 1).
            budget: asked last, so that it is only charged for a retry that is made.
            remaining_s: seconds left of a deadline around the call.
        """
        failures = state.failures + 1
        draw_s = self.backoff.delay_s(failures, state.previous_s, random)
        asked_s = min(hint_s, self.max_hint_s) if hint_s is not None and hint_s > 0 else 0.0
        after_s = asked_s + draw_s
        time_left_s = min(remaining_s, state.started_s + self.total_s - now)
        if not retryable:
            return state, Stop(StopReason.NOT_RETRYABLE)
        if self.attempts is not None and failures >= self.attempts:
            return state, Stop(StopReason.ATTEMPTS)
        if after_s >= time_left_s:
            return state, Stop(StopReason.TIME)
        if budget is not None and not budget.withdraw():
            return state, Stop(StopReason.BUDGET)
        return RetryState(state.started_s, failures, draw_s), Again(after_s)


def retry(
    policy: RetryPolicy | None = None,
    *,
    on: Which = is_retryable,
    attempts: int | None = 10,
    total_s: float = 60.0,
    backoff: Backoff | None = None,
    budget: RetryBudget | None = None,
    on_retry: Callable[[Exception, RetryState, float], None] | None = None,
    world: World = SYSTEM_WORLD,
) -> Policy:
    """Try again after failures that mend themselves.

    Args:
        policy: the decision; in its place `attempts`, `total_s` and `backoff` make one.
        on: which exceptions are tried again: a class, several, or a predicate. A `retry_after_s` attribute of the
            exception is taken as the server's hint.
        attempts: the most attempts, the first included.
        total_s: seconds after which no attempt is begun.
        backoff: how long to wait between attempts; full jitter from 1 to 30 seconds by default.
        budget: a shared allowance of retries.
        on_retry: told of each retry before its wait: the exception, the state, the wait in seconds. What it raises is
            logged and goes no further.
        world: time, chance and waiting.
    """
    made = RetryPolicy(attempts, total_s, backoff or _FULL_JITTER)
    return _Retry(policy or made, matcher(on), budget, on_retry, world)


class _Retry(Policy):
    __slots__ = ("_budget", "_on_retry", "_policy", "_wanted", "_world")

    def __init__(
        self,
        policy: RetryPolicy,
        wanted: Callable[[Exception], bool],
        budget: RetryBudget | None,
        on_retry: Callable[[Exception, RetryState, float], None] | None,
        world: World,
    ) -> None:
        self._policy = policy
        self._wanted = wanted
        self._budget = budget
        self._on_retry = on_retry
        self._world = world

    def __repr__(self) -> str:
        return f"retry({self._policy!r})"

    def around(self, attempt: Callable[[], T]) -> T:
        state = self._start()
        while True:
            try:
                return attempt()
            except Exception as error:
                state, after_s = self._after(error, state)
                if after_s is None:
                    raise
            self._world.sleep(after_s)

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        state = self._start()
        while True:
            try:
                return await attempt()
            except Exception as error:
                state, after_s = self._after(error, state)
                if after_s is None:
                    raise
            await self._world.sleep_async(after_s)

    def _start(self) -> RetryState:
        if self._budget is not None:
            self._budget.deposit()
        return self._policy.start(self._world.now())

    def _after(self, error: Exception, state: RetryState) -> tuple[RetryState, float | None]:
        """The next state and the wait before the next attempt; None to give up."""
        now = self._world.now()
        state, decision = self._policy.after_failure(
            state,
            now,
            retryable=self._wanted(error),
            hint_s=_hint_s(error),
            random=self._world.random,
            budget=self._budget,
            remaining_s=current_deadline().remaining_s(now),
        )
        if isinstance(decision, Stop):
            if state.failures:
                made = f"{state.failures + 1} attempts in {now - state.started_s:.3g} s"
                error.add_note(f"gave up after {made}: {decision.reason.value}")
            return state, None
        self._tell(error, state, decision.after_s)
        return state, decision.after_s

    def _tell(self, error: Exception, state: RetryState, after_s: float) -> None:
        if self._on_retry is None:
            return
        try:
            self._on_retry(error, state, after_s)
        except Exception:
            log.exception("a retry listener failed")


def _hint_s(error: Any) -> float | None:
    hint_s = getattr(error, "retry_after_s", None)
    return float(hint_s) if isinstance(hint_s, int | float) else None

"""Adaptive concurrency: finds how many calls at once a server takes, from how long its answers take.

When answers take longer than they use to, calls are queueing somewhere: the limit shrinks in that proportion. When they
do not, and the limit is being used, it grows by a small queue. Source: Netflix concurrency-limits, `Gradient2Limit` (and
Eran Landau and others, "Performance Under Load", Netflix Technology Blog, 2018), with its defaults:

    gradient  = max(0.5, min(1, tolerance * long_rtt / short_rtt))
    new_limit = (1 - smoothing) * limit + smoothing * (limit * gradient + queue)

where short_rtt is the mean over a window and long_rtt an exponential mean over many windows. Added to it: a window in
which a call was dropped (refused or timed out by the server) counts with the smallest gradient, however fast
the refusal came (`Gradient2Limit` takes no notice of drops).

Invariants: the limit stays within [lowest, highest]; a window moves it by at most half, downwards, and `queue`, upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Gradient", "GradientState"]

_WARM_UP = 10


class GradientState(NamedTuple):
    """The estimate and the window that is being filled.

    Attributes:
        limit: calls at once; fractional, so that small steps add up.
        window_ends_s: when the current window may be evaluated, monotonic seconds.
        long_rtt_s: the exponential mean of the windows' means.
        windows: how many windows made it up, until the mean has warmed up.
        samples: calls in the current window.
        sum_s: their durations added up.
        in_flight: the most calls at once in the current window.
        dropped: whether one of them was dropped.
    """

    limit: float
    window_ends_s: float
    long_rtt_s: float = 0.0
    windows: int = 0
    samples: int = 0
    sum_s: float = 0.0
    in_flight: int = 0
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Gradient:
    """The settings, and the machine over them.

    Attributes:
        initial: the limit to begin with.
        lowest: never fewer calls at once.
        highest: never more.
        queue: how far the limit may grow over what seems to be enough, each window.
        tolerance: answers may take this many times longer than usual before the limit shrinks.
        smoothing: how much of a new estimate is taken over, in (0, 1].
        long_windows: how many windows the usual duration is averaged over.
        window_s: how long a window lasts at least, seconds.
        window_calls: how many calls it has at least.
    """

    initial: int = 20
    lowest: int = 1
    highest: int = 200
    queue: float = 4.0
    tolerance: float = 1.5
    smoothing: float = 0.2
    long_windows: int = 600
    window_s: float = 1.0
    window_calls: int = 10

    def __post_init__(self) -> None:
        if not 1 <= self.lowest <= self.initial <= self.highest:
            raise ValueError("give 1 <= lowest <= initial <= highest")
        if not (0 < self.smoothing <= 1 and self.tolerance >= 1 and self.queue >= 0 and self.window_s >= 0):
            raise ValueError("give 0 < smoothing <= 1, tolerance >= 1, queue >= 0 and window_s >= 0")
        if self.window_calls < 1 or self.long_windows < 1:
            raise ValueError("give at least one call to a window and one window to the long mean")

    def start(self, now: float) -> GradientState:
        """The first estimate."""
        return GradientState(float(self.initial), now + self.window_s)

    def after_call(
        self, state: GradientState, now: float, *, duration_s: float, in_flight: int, dropped: bool
    ) -> GradientState:
        """Take a call into account.

        Args:
            state: the estimate so far.
            now: the monotonic clock, seconds.
            duration_s: how long the call took.
            in_flight: how many calls were under way when it began, itself included.
            dropped: whether the server refused it or did not answer in time.
        """
        state = state._replace(
            samples=state.samples + 1,
            sum_s=state.sum_s + max(0.0, duration_s),
            in_flight=max(state.in_flight, in_flight),
            dropped=state.dropped or dropped,
        )
        if now < state.window_ends_s or state.samples < self.window_calls:
            return state
        return self._evaluate(state, now)

    def _evaluate(self, state: GradientState, now: float) -> GradientState:
        short_s = max(1e-9, state.sum_s / state.samples)
        long_s = self._long_rtt(state, short_s)
        next_state = GradientState(
            state.limit,
            now + self.window_s,
            # After an overload the usual duration is too long by far; waiting for the mean alone would take minutes.
            long_s * 0.95 if long_s / short_s > 2 else long_s,
            min(state.windows + 1, _WARM_UP),
        )
        if state.in_flight < state.limit / 2 and not state.dropped:
            return next_state  # too few calls to know what the server would take
        gradient = 0.5 if state.dropped else max(0.5, min(1.0, self.tolerance * long_s / short_s))
        growth = 0.0 if state.dropped else self.queue
        limit = (1 - self.smoothing) * state.limit + self.smoothing * (state.limit * gradient + growth)
        return next_state._replace(limit=max(float(self.lowest), min(float(self.highest), limit)))

    def _long_rtt(self, state: GradientState, short_s: float) -> float:
        if state.windows < _WARM_UP:
            return (state.long_rtt_s * state.windows + short_s) / (state.windows + 1)
        weight = 2 / (self.long_windows + 1)
        return state.long_rtt_s * (1 - weight) + short_s * weight

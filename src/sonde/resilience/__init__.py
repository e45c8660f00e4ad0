"""Policies for calls that may fail: pure machines, thin sync and async shells, and one algebra to compose them.

    policy = deadline(10) | retry(attempts=4) | breaker(name="catalogue")
    policy.call(fetch, "a")

A name is imported from its module when it is first used, so that a program pays for the policies it uses alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonde.resilience.backoffs import Backoff, DecorrelatedJitter, Exponential, Fixed, FullJitter
    from sonde.resilience.breakers import Breaker, BreakerStatistics, breaker
    from sonde.resilience.budget import RetryBudget
    from sonde.resilience.circuit import BreakerSettings, Phase
    from sonde.resilience.deadlines import NO_DEADLINE, Deadline, current_deadline, deadline, within
    from sonde.resilience.policy import Policy
    from sonde.resilience.retries import Again, RetryPolicy, RetryState, Stop, StopReason, retry
    from sonde.resilience.windows import LastCalls, LastSeconds
    from sonde.resilience.world import SYSTEM_WORLD, World

_MODULES = {
    "backoffs": ("Backoff", "DecorrelatedJitter", "Exponential", "Fixed", "FullJitter"),
    "breakers": ("Breaker", "BreakerStatistics", "breaker"),
    "budget": ("RetryBudget",),
    "circuit": ("BreakerSettings", "Phase"),
    "deadlines": ("NO_DEADLINE", "Deadline", "current_deadline", "deadline", "within"),
    "policy": ("Policy",),
    "retries": ("Again", "RetryPolicy", "RetryState", "Stop", "StopReason", "retry"),
    "windows": ("LastCalls", "LastSeconds"),
    "world": ("SYSTEM_WORLD", "World"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "NO_DEADLINE",
    "SYSTEM_WORLD",
    "Again",
    "Backoff",
    "Breaker",
    "BreakerSettings",
    "BreakerStatistics",
    "Deadline",
    "DecorrelatedJitter",
    "Exponential",
    "Fixed",
    "FullJitter",
    "LastCalls",
    "LastSeconds",
    "Phase",
    "Policy",
    "RetryBudget",
    "RetryPolicy",
    "RetryState",
    "Stop",
    "StopReason",
    "World",
    "breaker",
    "current_deadline",
    "deadline",
    "retry",
    "within",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

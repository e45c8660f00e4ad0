"""Policies for calls that may fail: pure machines, thin sync and async shells, and one algebra to compose them.

    policy = deadline(10) | retry(attempts=4) | breaker(name="catalogue")
    policy.call(fetch, "a")

A name is imported from its module when it is first used, so that a program pays for the policies it uses alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonde.resilience.adaptive_limits import AdaptiveLimit, adaptive
    from sonde.resilience.backoffs import Backoff, DecorrelatedJitter, Exponential, Fixed, FullJitter
    from sonde.resilience.breakers import Breaker, BreakerStatistics, breaker
    from sonde.resilience.budget import RetryBudget
    from sonde.resilience.bulkheads import Bulkhead, BulkheadStatistics, bulkhead
    from sonde.resilience.circuit import BreakerSettings, Phase
    from sonde.resilience.deadlines import NO_DEADLINE, Deadline, current_deadline, deadline, within
    from sonde.resilience.fallbacks import fallback
    from sonde.resilience.gradient import Gradient
    from sonde.resilience.headers import (
        GRPC_TIMEOUT,
        HTTP_TIMEOUT,
        grpc_timeout,
        http_timeout,
        parse_grpc_timeout,
        parse_http_timeout,
    )
    from sonde.resilience.health import HealthCheck, HealthSettings
    from sonde.resilience.hints import retry_after_s, retry_info_s
    from sonde.resilience.policy import Policy
    from sonde.resilience.pools import Pool, pool
    from sonde.resilience.rates import Rate, RateLimiter, rate_limit
    from sonde.resilience.retries import Again, RetryPolicy, RetryState, Stop, StopReason, retry
    from sonde.resilience.verdicts import is_retryable, is_retryable_grpc, is_retryable_http, is_servers_fault
    from sonde.resilience.windows import LastCalls, LastSeconds
    from sonde.resilience.world import SYSTEM_WORLD, World

_MODULES = {
    "adaptive_limits": ("AdaptiveLimit", "adaptive"),
    "backoffs": ("Backoff", "DecorrelatedJitter", "Exponential", "Fixed", "FullJitter"),
    "breakers": ("Breaker", "BreakerStatistics", "breaker"),
    "budget": ("RetryBudget",),
    "bulkheads": ("Bulkhead", "BulkheadStatistics", "bulkhead"),
    "circuit": ("BreakerSettings", "Phase"),
    "deadlines": ("NO_DEADLINE", "Deadline", "current_deadline", "deadline", "within"),
    "fallbacks": ("fallback",),
    "gradient": ("Gradient",),
    "headers": (
        "GRPC_TIMEOUT",
        "HTTP_TIMEOUT",
        "grpc_timeout",
        "http_timeout",
        "parse_grpc_timeout",
        "parse_http_timeout",
    ),
    "health": ("HealthCheck", "HealthSettings"),
    "hints": ("retry_after_s", "retry_info_s"),
    "policy": ("Policy",),
    "pools": ("Pool", "pool"),
    "rates": ("Rate", "RateLimiter", "rate_limit"),
    "retries": ("Again", "RetryPolicy", "RetryState", "Stop", "StopReason", "retry"),
    "verdicts": ("is_retryable", "is_retryable_grpc", "is_retryable_http", "is_servers_fault"),
    "windows": ("LastCalls", "LastSeconds"),
    "world": ("SYSTEM_WORLD", "World"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "GRPC_TIMEOUT",
    "HTTP_TIMEOUT",
    "NO_DEADLINE",
    "SYSTEM_WORLD",
    "AdaptiveLimit",
    "Again",
    "Backoff",
    "Breaker",
    "BreakerSettings",
    "BreakerStatistics",
    "Bulkhead",
    "BulkheadStatistics",
    "Deadline",
    "DecorrelatedJitter",
    "Exponential",
    "Fixed",
    "FullJitter",
    "Gradient",
    "HealthCheck",
    "HealthSettings",
    "LastCalls",
    "LastSeconds",
    "Phase",
    "Policy",
    "Pool",
    "Rate",
    "RateLimiter",
    "RetryBudget",
    "RetryPolicy",
    "RetryState",
    "Stop",
    "StopReason",
    "World",
    "adaptive",
    "breaker",
    "bulkhead",
    "current_deadline",
    "deadline",
    "fallback",
    "grpc_timeout",
    "http_timeout",
    "is_retryable",
    "is_retryable_grpc",
    "is_retryable_http",
    "is_servers_fault",
    "parse_grpc_timeout",
    "parse_http_timeout",
    "pool",
    "rate_limit",
    "retry",
    "retry_after_s",
    "retry_info_s",
    "within",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

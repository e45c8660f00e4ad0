"""What a failure means: which ones mend themselves, and whose fault they are. Data and predicates, no state.

Sources: OpenTelemetry Protocol specification 1.x, the table under "OTLP/gRPC Response" (retryable codes;
`RESOURCE_EXHAUSTED` only when the server says by RetryInfo that recovery is possible) and "OTLP/HTTP Response",
"Retryable Response Codes".
"""

from __future__ import annotations

from collections.abc import Callable

from sonde.core.errors import SondeError

__all__ = [
    "RETRYABLE_GRPC",
    "RETRYABLE_HTTP",
    "Which",
    "is_retryable",
    "is_retryable_grpc",
    "is_retryable_http",
    "is_servers_fault",
    "matcher",
]

RETRYABLE_HTTP = frozenset({429, 502, 503, 504})
"""The HTTP statuses after which OTLP allows the same request again; no other, not even 500 or 408."""

RETRYABLE_GRPC = frozenset({1, 4, 10, 11, 14, 15})
"""CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS: always retryable in OTLP."""

_RESOURCE_EXHAUSTED = 8

Which = Callable[[Exception], bool] | type[Exception] | tuple[type[Exception], ...]
"""How a policy is told which exceptions it is for: a class, several, or a predicate."""


def is_retryable_http(status: int) -> bool:
    """Whether OTLP allows a request that was answered with this HTTP status to be sent again."""
    return status in RETRYABLE_HTTP


def is_retryable_grpc(code: int, *, has_retry_info: bool = False) -> bool:
    """Whether OTLP allows a request that was answered with this gRPC code to be sent again.

    Args:
        code: the number of the status code (`google.rpc.Code`).
        has_retry_info: whether the status carried a RetryInfo detail.
    """
    return code in RETRYABLE_GRPC or (code == _RESOURCE_EXHAUSTED and has_retry_info)


def is_retryable(error: Exception) -> bool:
    """Whether an exception may mend itself: Sonde's by their traits, and the standard library's connection and time errors.

    Nothing else: a TypeError is a defect, and trying again would only hide it.
    """
    if isinstance(error, SondeError):
        return error.traits.retryable
    return isinstance(error, ConnectionError | TimeoutError)


def is_servers_fault(error: Exception) -> bool:
    """Whether an exception speaks against what was called: everything but an answer that blames the request (4xx)."""
    return not (isinstance(error, SondeError) and 400 <= error.traits.http_status < 500)


def matcher(which: Which) -> Callable[[Exception], bool]:
    """The predicate for exceptions that `which` names."""
    if isinstance(which, type | tuple):
        return lambda error: isinstance(error, which)
    return which

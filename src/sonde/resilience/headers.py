"""The remaining time on the wire, so that a server does not work for a caller that has stopped waiting.

Both forms carry how long is left, not a moment, because two machines' clocks differ; the time on the wire itself is
therefore not counted.

- gRPC: `grpc-timeout`, at most eight digits and a unit of `H M S m u n` (gRPC over HTTP/2, "Requests": Timeout).
- HTTP has no standard field. This is `x-envoy-expected-rq-timeout-ms`: whole milliseconds until the caller expects the
  answer. Envoy, and so Istio and most meshes, already sets it on every request it forwards, "so that the upstream host
  receiving the request can make decisions based on the request timeout"; a Sonde behind a mesh understands it without
  being told, and a mesh overwrites ours with its own tighter bound. (`x-envoy-upstream-rq-timeout-ms` would instead order the
  proxy about; `Prefer: wait`, RFC 7240, is how long a client is willing to wait for a reply, but in whole seconds.)

Writing rounds down, so that a hop never believes it has more than there is, but to no less than one unit, for zero
is not a valid `grpc-timeout`. Reading never raises: what is not the field's syntax is None.
"""

from __future__ import annotations

import re
from math import isfinite

__all__ = ["GRPC_TIMEOUT", "HTTP_TIMEOUT", "grpc_timeout", "http_timeout", "parse_grpc_timeout", "parse_http_timeout"]

GRPC_TIMEOUT = "grpc-timeout"
"""The request header that carries the remaining time over gRPC."""

HTTP_TIMEOUT = "x-envoy-expected-rq-timeout-ms"
"""The request header that carries the remaining time over HTTP."""

_UNITS_NS = {"n": 1, "u": 1_000, "m": 1_000_000, "S": 10**9, "M": 60 * 10**9, "H": 3600 * 10**9}
_MOST = 99_999_999
_MOST_MS = 9_999_999_999
_GRPC = re.compile(r"([0-9]{1,8})([HMSmun])")
_HTTP = re.compile(r"[0-9]{1,10}")


def grpc_timeout(remaining_s: float) -> str | None:
    """The value of `grpc-timeout` in the finest unit that fits eight digits; None when there is no deadline."""
    if not isfinite(remaining_s):
        return None
    nanos = int(remaining_s * 1e9)
    for unit, unit_ns in _UNITS_NS.items():
        if nanos // unit_ns <= _MOST:
            return f"{max(1, nanos // unit_ns)}{unit}"
    return f"{_MOST}H"


def http_timeout(remaining_s: float) -> str | None:
    """The value of `x-envoy-expected-rq-timeout-ms`; None when there is no deadline."""
    if not isfinite(remaining_s):
        return None
    return str(min(_MOST_MS, max(1, int(remaining_s * 1e3))))


def parse_grpc_timeout(value: str) -> float | None:
    """Seconds in a `grpc-timeout` value; None when it is not one."""
    match = _GRPC.fullmatch(value)
    return int(match[1]) * _UNITS_NS[match[2]] / 1e9 if match else None


def parse_http_timeout(value: str) -> float | None:
    """Seconds in an `x-envoy-expected-rq-timeout-ms` value; None when it is not one."""
    return int(value) / 1e3 if _HTTP.fullmatch(value) else None

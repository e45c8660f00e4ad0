"""The answers of an OTLP server as bytes: export responses, `google.rpc.Status` and its `RetryInfo`, in protobuf and JSON.

Four messages with seven fields between them are written by hand, so that a door needs no message library to say no:

    Export*ServiceResponse  { 1: partial_success { 1: rejected_* (int64), 2: error_message (string) } }
    google.rpc.Status       { 1: code (int32), 2: message (string), 3: details (repeated google.protobuf.Any) }
    google.protobuf.Any     { 1: type_url (string), 2: value (bytes) }
    google.rpc.RetryInfo    { 1: retry_delay { 1: seconds (int64), 2: nanos (int32) } }

Sources: OpenTelemetry Protocol specification 1.x, "Partial Success", "Failures" and "OTLP/gRPC Throttling" (a
`RESOURCE_EXHAUSTED` without RetryInfo counts as permanent, so every retryable error carries a delay);
`google/rpc/status.proto` and `error_details.proto`; the ProtoJSON mapping for `Any` and `Duration`. The three signals
share the field numbers of their responses and differ in the JSON name of the count alone.
"""

from __future__ import annotations

import json
import math
from typing import Any

from sonde.core.errors import SondeError
from sonde.core.outcome import Outcome
from sonde.core.protobuf import varint
from sonde.core.signal import Signal

__all__ = [
    "DEFAULT_RETRY_S",
    "response_bytes",
    "response_json",
    "retry_delay_s",
    "retry_info_bytes",
    "status_bytes",
    "status_json",
]

DEFAULT_RETRY_S = 1.0
"""Seconds a sender is asked to wait when a retryable error names no delay of its own."""

_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_REJECTED = {Signal.TRACES: "rejectedSpans", Signal.METRICS: "rejectedDataPoints", Signal.LOGS: "rejectedLogRecords"}


def response_bytes(outcome: Outcome) -> bytes:
    """The protobuf `Export*ServiceResponse` for an outcome; empty bytes when everything was accepted."""
    if not outcome.is_partial:
        return b""
    return _field(1, _number(1, outcome.rejected) + _text(2, outcome.message))


def response_json(outcome: Outcome, signal: Signal) -> bytes:
    """The OTLP/JSON export response; `{}` when everything was accepted."""
    if not outcome.is_partial:
        return b"{}"
    partial: dict[str, Any] = {}
    if outcome.rejected:
        partial[_REJECTED[signal]] = str(outcome.rejected)
    if outcome.message:
        partial["errorMessage"] = outcome.message
    return _dump({"partialSuccess": partial})


def retry_delay_s(error: SondeError) -> float | None:
    """Seconds after which the sender may try again, never negative; None when trying again cannot help."""
    if not error.traits.retryable:
        return None
    return DEFAULT_RETRY_S if error.retry_after_s is None else max(0.0, error.retry_after_s)


def retry_info_bytes(delay_s: float) -> bytes:
    """The protobuf `google.rpc.RetryInfo` for a delay in seconds."""
    seconds, nanos = _duration(delay_s)
    return _field(1, _number(1, seconds) + _number(2, nanos))


def status_bytes(error: SondeError) -> bytes:
    """The protobuf `google.rpc.Status` of an error, with a RetryInfo detail when it may be retried.

    gRPC sends these bytes in `grpc-status-details-bin`; OTLP/HTTP sends them as the body.
    """
    status = _number(1, error.traits.grpc_code) + _text(2, error.message)
    delay_s = retry_delay_s(error)
    if delay_s is None:
        return status
    return status + _field(3, _text(1, _RETRY_INFO) + _field(2, retry_info_bytes(delay_s)))


def status_json(error: SondeError) -> bytes:
    """The ProtoJSON `google.rpc.Status` of an error: the same content as `status_bytes`."""
    status: dict[str, Any] = {"code": error.traits.grpc_code, "message": error.message}
    delay_s = retry_delay_s(error)
    if delay_s is not None:
        seconds, nanos = _duration(delay_s)
        fraction = f".{nanos:09d}" if nanos else ""
        status["details"] = [{"@type": _RETRY_INFO, "retryDelay": f"{seconds}{fraction}s"}]
    return _dump(status)


def _duration(delay_s: float) -> tuple[int, int]:
    nanos = math.ceil(delay_s * 1e9)
    return nanos // 1_000_000_000, nanos % 1_000_000_000


def _dump(value: dict[str, Any]) -> bytes:
    # A lone surrogate cannot be written as UTF-8; an error message is not worth failing over.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value) if value else b""


def _field(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode("utf-8", "replace")) if text else b""

"""Read the bodies of an OTLP server's answers, without a message library: partial success, `Status`, `RetryInfo`.

What `sonde.otlp.status` writes, read back, in protobuf and JSON:

    Export*ServiceResponse  { 1: partial_success { 1: rejected_* (int64), 2: error_message (string) } }
    google.rpc.Status       { 1: code (int32), 2: message (string), 3: details (repeated google.protobuf.Any) }
    google.protobuf.Any     { 1: type_url (string), 2: value (bytes) }
    google.rpc.RetryInfo    { 1: retry_delay { 1: seconds (int64), 2: nanos (int32) } }

The bytes are foreign and bounded by the caller. Time is linear in them.

Sources: OpenTelemetry Protocol specification 1.x, "Partial Success" and "Failures"; protobuf's "Encoding"; the ProtoJSON
mapping for `Any` and `Duration`.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from sonde.core.protobuf import fields, signed
from sonde.resilience.hints import retry_info_s

__all__ = ["Status", "partial_success", "read_status", "read_text_status"]

_RETRY_INFO: Final = "google.rpc.RetryInfo"
_TEXT_KINDS: Final = frozenset({"text/plain", ""})


class Status(NamedTuple):
    """What a server says of a failure: words, and seconds to wait (None when it names none)."""

    message: str = ""
    delay_s: float | None = None


def partial_success(body: bytes, kind: str) -> tuple[int, str]:
    """How many records were refused, and the server's words.

    Args:
        body: an export response; empty means everything was accepted.
        kind: its content type, without parameters.

    Raises:
        ValueError: it is not one; says why.
    """
    if not body:
        return 0, ""
    if kind == "application/json" or (not kind and body.startswith(b"{")):
        return _partial_json(body)
    if kind not in {"application/x-protobuf", "application/protobuf", ""}:
        raise ValueError(f"{kind} is no content type of OTLP; is this the path of an OTLP server?")
    rejected, text = 0, ""
    for number, value in fields(body):
        if number == 1 and isinstance(value, bytes):
            for inner, content in fields(value):
                if inner == 1 and isinstance(content, int):
                    rejected = max(0, signed(content))
                elif inner == 2 and isinstance(content, bytes):
                    text = content.decode("utf-8", "replace")
    return rejected, text


def read_status(body: bytes) -> Status:
    """The `google.rpc.Status` in protobuf bytes; empty when they are not one."""
    try:
        text = dict(fields(body)).get(2, b"")
    except ValueError:
        return Status()
    return Status(text.decode("utf-8", "replace") if isinstance(text, bytes) else "", retry_info_s(body))


def read_text_status(body: bytes, kind: str) -> Status:
    """What the body of an HTTP failure says: a `Status` in protobuf or JSON, or plain text."""
    if kind == "application/json":
        return _json_status(body)
    if kind in {"application/x-protobuf", "application/protobuf"}:
        return read_status(body)
    return Status(body[:1000].decode("utf-8", "replace") if kind in _TEXT_KINDS else "")


def _sensible(delay_s: float) -> float | None:
    # 315,576,000,000 seconds is the largest `Duration` there is; a negative one means: at once.
    return max(0.0, delay_s) if delay_s <= 315_576_000_000 else None


def _load(body: bytes) -> Any:
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _partial_json(body: bytes) -> tuple[int, str]:
    value = _load(body)
    partial = value.get("partialSuccess") if isinstance(value, dict) else None
    if not isinstance(partial, dict):
        return 0, ""
    # The count is named after the signal: rejectedSpans, rejectedDataPoints, rejectedLogRecords.
    counts = [content for name, content in partial.items() if name.startswith("rejected")]
    text = partial.get("errorMessage")
    return max(0, _count(counts[0])) if counts else 0, text if isinstance(text, str) else ""


def _count(value: Any) -> int:
    """A ProtoJSON int64: a number, or digits in a string."""
    if isinstance(value, str) and len(value) <= 20:
        return int(value)
    if isinstance(value, int | float) and abs(value) < 1 << 63:
        return int(value)
    raise ValueError("the count of refused records is not a number")


def _json_status(body: bytes) -> Status:
    try:
        value = _load(body)
    except ValueError:
        return Status()
    if not isinstance(value, dict):
        return Status()
    text = value.get("message")
    details = value.get("details")
    delays = [_json_delay_s(each) for each in details] if isinstance(details, list) else []
    delay_s = next((each for each in delays if each is not None), None)
    return Status(text if isinstance(text, str) else "", delay_s)


def _json_delay_s(detail: Any) -> float | None:
    if not isinstance(detail, dict) or not str(detail.get("@type", "")).endswith(_RETRY_INFO):
        return None
    text = detail.get("retryDelay")
    if not isinstance(text, str) or not text.endswith("s") or len(text) > 32:
        return None
    try:
        return _sensible(float(text[:-1]))
    except ValueError:
        return None

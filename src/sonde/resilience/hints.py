"""What a server says about when to come back: `Retry-After` and `google.rpc.RetryInfo`, read without trust.

The bytes come from outside, so nothing here raises: what is not the field's syntax is None, a moment in the past is zero,
and the caller bounds what is absurdly large (`RetryPolicy.max_hint_s`). Work is linear in the input.

Sources: RFC 9110, sections 10.2.3 (Retry-After) and 5.6.7 (the three forms of an HTTP-date; a two-digit year that seems more
than fifty years ahead is in the past); `google/rpc/status.proto`, `google/rpc/error_details.proto`, `google/protobuf/duration.proto`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

__all__ = ["retry_after_s", "retry_info_s"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_SECONDS = re.compile(r"[0-9]{1,18}")
_DATES = (
    re.compile(rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),  # IMF-fixdate
    re.compile(rf"[A-Z][a-z]{{5,8}}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),  # RFC 850
    re.compile(rf"[A-Z][a-z]{{2}} {_MONTH} (?P<day>[ 0-9][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),  # asctime
)
_RETRY_INFO = b"type.googleapis.com/google.rpc.RetryInfo"
_Value = int | bytes


def retry_after_s(value: str, now_ns: int) -> float | None:
    """Seconds to wait by a `Retry-After` value; None when it is neither seconds nor an HTTP-date.

    Args:
        value: the field's value.
        now_ns: the wall clock, nanoseconds since the Unix epoch, which a date is compared with.
    """
    text = value.strip(" \t")
    if _SECONDS.fullmatch(text):
        return float(text)
    for form in _DATES:
        if match := form.fullmatch(text):
            at_s = _epoch_s(match.groupdict(), now_ns)
            return None if at_s is None else max(0.0, at_s - now_ns / 1e9)
    return None


def retry_info_s(status: bytes) -> float | None:
    """Seconds to wait by the RetryInfo detail of a protobuf `google.rpc.Status`; None without one, or when malformed.

    Args:
        status: the message's bytes: the decoded value of `grpc-status-details-bin`, or the body of an OTLP/HTTP error.
    """
    try:
        for details in _all(status, 3):
            if next(_all(details, 1), b"") == _RETRY_INFO:
                return _delay_s(next(_all(details, 2), b""))
    except ValueError:
        return None
    return None


def _epoch_s(part: dict[str, str], now_ns: int) -> float | None:
    year = int(part["year"])
    if len(part["year"]) == 2:
        this_year = 1970 + int(now_ns / 1e9 / 31_556_952)
        year += this_year // 100 * 100
        year -= 100 if year > this_year + 50 else 0
    try:
        moment = datetime(
            year,
            _MONTHS.index(part["month"]) + 1,
            int(part["day"]),
            int(part["hour"]),
            int(part["minute"]),
            min(59, int(part["second"])),  # 60 is a leap second
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return moment.timestamp()


def _delay_s(retry_info: bytes) -> float:
    seconds = nanos = 0
    for delay in _all(retry_info, 1):
        for field, value in _fields(delay):
            if isinstance(value, int):
                signed = value - (1 << 64) if value >> 63 else value
                seconds, nanos = (
                    (signed, nanos) if field == 1 else (seconds, signed) if field == 2 else (seconds, nanos)
                )
    return max(0.0, seconds + nanos / 1e9)


def _all(message: bytes, field: int) -> Iterator[bytes]:
    """The values of a length-delimited field, in order."""
    return (value for number, value in _fields(message) if number == field and isinstance(value, bytes))


def _fields(message: bytes) -> Iterator[tuple[int, _Value]]:
    """The (field number, value) pairs of a protobuf message; fixed-width ones as bytes. ValueError when malformed."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        length, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, len(message) + 1), at)
        if at + length > len(message):
            raise ValueError("a field is longer than its message")
        yield tag >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
    raise ValueError("a varint does not end")

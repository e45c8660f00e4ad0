"""What a server says about when to come back: `Retry-After` and `google.rpc.RetryInfo`, read without trust.

The bytes come from outside, so nothing here raises: what is not the field's syntax is None, a moment in the past is zero,
and the caller bounds what is absurdly large (`RetryPolicy.max_hint_s`). Work is linear in the input.

Sources: RFC 9110, sections 10.2.3 (Retry-After) and 5.6.7 (the three forms of an HTTP-date; a two-digit year that seems more
than fifty years ahead is in the past); `google/rpc/status.proto`, `google/rpc/error_details.proto`, `google/protobuf/duration.proto`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sonde.core.protobuf import fields, signed

__all__ = ["retry_after_s", "retry_info_s"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_SECONDS = r"[0-9]{1,18}"
_DATES = (
    rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",  # IMF-fixdate
    rf"[A-Z][a-z]{{5,8}}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",  # RFC 850
    rf"[A-Z][a-z]{{2}} {_MONTH} (?P<day>[ 0-9][0-9]) {_TIME} (?P<year>[0-9]{{4}})",  # asctime
)
_RETRY_INFO = b"google.rpc.RetryInfo"


def retry_after_s(value: str, now_ns: int) -> float | None:
    """Seconds to wait by a `Retry-After` value; None when it is neither seconds nor an HTTP-date.

    Args:
        value: the field's value.
        now_ns: the wall clock, nanoseconds since the Unix epoch, which a date is compared with.
    """
    text = value.strip(" \t")
    if re.fullmatch(_SECONDS, text):
        return float(text)
    for form in _DATES:  # patterns are compiled at their first use: a date is rare
        if match := re.fullmatch(form, text):
            at_s = _epoch_s(match.groupdict(), now_ns)
            return None if at_s is None else max(0.0, at_s - now_ns / 1e9)
    return None


def retry_info_s(status: bytes) -> float | None:
    """Seconds to wait by the RetryInfo detail of a protobuf `google.rpc.Status`; None without one, or when malformed.

    Args:
        status: the message's bytes: the decoded value of `grpc-status-details-bin`, or the body of an OTLP/HTTP error.
    """
    try:
        for detail in _parts(status, 3):
            kind = b"".join(_parts(detail, 1)[-1:]).rpartition(b"/")[2]
            if kind == _RETRY_INFO:
                return _delay_s(b"".join(_parts(detail, 2)[-1:]))
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
    delay = dict(fields(b"".join(_parts(retry_info, 1))))
    seconds, nanos = (signed(value) if isinstance(value := delay.get(number, 0), int) else 0 for number in (1, 2))
    return max(0.0, seconds + nanos / 1e9)


def _parts(message: bytes, field: int) -> list[bytes]:
    """The values of a field that has a length."""
    return [value for number, value in fields(message) if number == field and isinstance(value, bytes)]

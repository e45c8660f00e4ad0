"""Moments and lengths of time as people and programs write them in questions, and as answers show them.

A moment is RFC 3339 (`2026-03-01T12:00:00Z`, any offset, up to nine decimals; the date alone is its midnight in UTC), an
epoch number whose unit follows from its size (seconds, milliseconds, microseconds, nanoseconds), `now`, or relative to
now (`-15m`, `now-1h30m`, `+5m`). Everything is kept as integer nanoseconds since the Unix epoch, the resolution of OTLP.

Limits: moments before 1970 and after 2262-04-11 (the largest signed 64-bit count of nanoseconds) are refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from sonde.core.errors import ConfigError, ValidationError
from sonde.core.units import parse_duration

if TYPE_CHECKING:
    from sonde.core.clock import Clock

__all__ = ["MAX_NS", "format_ns", "parse_length", "parse_moment", "parse_range"]

MAX_NS = 2**63 - 1
_EXAMPLES = "write 2026-03-01T12:00:00Z, an epoch number such as 1772366400, now, or -15m"
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+ -]\d\d:?\d\d)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)
_RELATIVE = re.compile(r"(?:now)?\s*([+-])\s*(.+)")
# The smallest number that is taken for each unit: 1e11 seconds is the year 5138, 1e11 milliseconds is 1973.
_EPOCH_UNITS = ((10**17, 1), (10**14, 10**3), (10**11, 10**6), (0, 10**9))


def parse_moment(text: str, *, now_ns: int, name: str) -> int:
    """Nanoseconds since the Unix epoch of a moment.

    Args:
        text: the moment as written.
        now_ns: what relative moments are relative to.
        name: the parameter's name, for the error.

    Raises:
        ValidationError: not a moment, or outside 1970 to 2262.
    """
    stripped = text.strip()
    try:
        moment = _relative(stripped, now_ns)
        if moment is None:
            moment = _epoch(stripped)
        if moment is None:
            moment = _rfc3339(stripped)
    except (ValueError, ConfigError) as error:
        raise ValidationError(f"{name}: {text[:80]!r} is not a moment ({error}); {_EXAMPLES}") from None
    if moment is None:
        raise ValidationError(f"{name}: {text[:80]!r} is not a moment; {_EXAMPLES}")
    if not 0 <= moment <= MAX_NS:
        raise ValidationError(f"{name}: {text[:80]!r} is outside 1970 to 2262; {_EXAMPLES}")
    return moment


def parse_range(start: str | None, end: str | None, clock: Clock) -> tuple[int | None, int | None]:
    """Start (inclusive) and end (exclusive) in nanoseconds; an empty or missing side is None.

    Raises:
        ValidationError: a side is not a moment, or the end is not after the start.
    """
    now_ns = clock.now_ns()
    start_ns = parse_moment(start, now_ns=now_ns, name="start") if start else None
    end_ns = parse_moment(end, now_ns=now_ns, name="end") if end else None
    if start_ns is not None and end_ns is not None and end_ns <= start_ns:
        raise ValidationError(
            f"end: {format_ns(end_ns)} is not after start, {format_ns(start_ns)}; write an earlier start, such as start=-15m"
        )
    return start_ns, end_ns


def parse_length(text: str | None, *, name: str) -> int | None:
    """Nanoseconds of a length of time such as `250ms` or `1.5s`; None where nothing was written.

    Raises:
        ValidationError: not a length of time, or longer than 292 years.
    """
    if not text:
        return None
    try:
        length = round(parse_duration(text) * 1e9)
    except ConfigError as error:
        raise ValidationError(f"{name}: {error.message}") from None
    if length > MAX_NS:
        raise ValidationError(f"{name}: {text!r} is longer than 292 years; write a shorter one, such as 250ms")
    return length


def format_ns(moment_ns: int) -> str:
    """RFC 3339 in UTC with nine decimals: `2026-03-01T12:00:00.000000000Z`."""
    seconds, fraction = divmod(moment_ns, 10**9)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def _relative(text: str, now_ns: int) -> int | None:
    if text == "now":
        return now_ns
    match = _RELATIVE.fullmatch(text)
    if match is None:
        return None
    length = round(parse_duration(match[2]) * 1e9)
    return now_ns - length if match[1] == "-" else now_ns + length


def _epoch(text: str) -> int | None:
    match = _EPOCH.fullmatch(text)
    if match is None or len(text) > 40:
        return None
    whole = int(match[1])
    factor = next(factor for least, factor in _EPOCH_UNITS if whole >= least)
    fraction = int((match[2] or "")[:9].ljust(9, "0")) * factor // 10**9
    return whole * factor + fraction


def _rfc3339(text: str) -> int | None:
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[group] or 0) for group in range(1, 7))
    # A leap second has no number of its own in Unix time.
    moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(match[8]))
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return seconds * 10**9 + int((match[7] or "").ljust(9, "0"))


def _zone(text: str | None) -> timezone:
    if not text or text in "Zz":
        return UTC
    # A plus sign that was not escaped in a URL arrives as a space.
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))

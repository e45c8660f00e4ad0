"""Durations and sizes as people write them in configuration: `500ms`, `5s`, `1h30m`, `64MiB`.

Durations follow Go's `time.ParseDuration` (the Collector's configuration uses it) with `d` and `w` added; sizes follow
IEC 80000-13 (`KiB` is 1,024 bytes, `kB` is 1,000).
"""

from __future__ import annotations

import re

from sonde.core.errors import ConfigError

__all__ = ["format_count", "format_duration", "format_size", "parse_duration", "parse_size"]

_DURATION_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
_SIZE_UNITS = {"": 1, "b": 1} | {
    prefix + suffix: base**power
    for suffix, base in (("b", 1000), ("ib", 1024))
    for power, prefix in enumerate(("k", "m", "g", "t", "p"), start=1)
}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)")
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")


def parse_duration(text: str) -> float:
    """Seconds in a duration such as `5s`, `1h30m` or `250ms`; a bare `0` is zero.

    Raises:
        ConfigError: the text is not a duration.
    """
    stripped = text.strip()
    if stripped == "0":
        return 0.0
    if not stripped or not re.fullmatch(f"(?:{_DURATION_PART.pattern})+", stripped):
        raise ConfigError(f"{text!r} is not a duration; write a number and a unit, such as 500ms, 5s, 1h30m or 7d")
    return sum(float(number) * _DURATION_UNITS[unit] for number, unit in _DURATION_PART.findall(stripped))


def parse_size(text: str) -> int:
    """Bytes in a size such as `64MiB`, `1.5GB` or `4096`.

    Raises:
        ConfigError: the text is not a size.
    """
    match = _SIZE.fullmatch(text)
    factor = _SIZE_UNITS.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise ConfigError(f"{text!r} is not a size; write a number and a unit, such as 64MiB, 1.5GB or 4096")
    return int(float(match[1]) * factor)


def format_duration(seconds: float, gap: str = "") -> str:
    """A duration at three significant digits in the unit a person would choose: `870µs`, `12.3ms`, `1.50s`, `2m05s`.

    Args:
        seconds: how long.
        gap: between number and unit; the pages and what is said in sentences have a space there.
    """
    if seconds < 0:
        return "-" + format_duration(-seconds, gap)
    if seconds >= 3600:
        return f"{int(seconds // 3600)}h{int(seconds % 3600 // 60):02d}m"
    if seconds >= 60:
        return f"{int(seconds // 60)}m{int(seconds % 60):02d}s"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{_three_digits(seconds / scale)}{gap}{unit}"
    return f"{round(seconds * 1e9)}{gap}ns"


def format_size(size_bytes: float) -> str:
    """A size at three significant digits in binary units: `512B`, `1.50KiB`, `64.0MiB`."""
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if abs(size_bytes) >= 1024**power:
            return f"{_three_digits(size_bytes / 1024**power)}{unit}"
    return f"{int(size_bytes)}B"


def format_count(count: float) -> str:
    """A count at three significant digits with a decimal suffix: `950`, `12.3k`, `4.00M`."""
    for power, unit in ((9, "G"), (6, "M"), (3, "k")):
        if abs(count) >= 10**power:
            return f"{_three_digits(count / 10**power)}{unit}"
    return f"{count:g}" if count != int(count) else str(int(count))


def _three_digits(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"

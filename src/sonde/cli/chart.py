"""A small line chart in braille: two columns and four rows of dots a character, a scale at the left, times below.

Points are averaged where several share a column of dots, and joined where the next is at most a few steps away: a longer
gap stays a gap. The scale begins at zero unless all values lie close together or below it. Source of the dot order:
Unicode 15, block "Braille Patterns" (U+2800).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sonde.core.units import format_count, format_duration, format_size

__all__ = ["Chart", "draw", "format_value"]

# Bit of the dot at [column][row], from the top.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0}
_BYTES = {"By": 1, "KiBy": 1024, "MiBy": 1024**2, "GiBy": 1024**3, "kBy": 1000, "MBy": 10**6}
_JOINED_STEPS = 3


@dataclass(frozen=True, slots=True)
class Chart:
    """The lines of a drawn chart: the plot with its scale, then the times."""

    lines: tuple[str, ...]


def format_value(value: float, unit: str, *, per_second: bool = False) -> str:
    """A value with its UCUM unit as a person would write it: `12.3ms`, `64.0MiB`, `1.20k`, `45.0%`."""
    tail = "/s" if per_second else ""
    if not math.isfinite(value):
        return str(value)
    if unit in _SECONDS and not per_second:
        return format_duration(value * _SECONDS[unit]) if value else "0"
    if unit in _BYTES:
        return format_size(value * _BYTES[unit]) + tail
    if unit == "%":
        return f"{value:.3g}%"
    if value and abs(value) < 1000 and value != int(value):
        return f"{value:.3g}{tail}"
    return format_count(value) + tail


def draw(
    points: Sequence[tuple[float, float]],
    *,
    width: int,
    height: int,
    unit: str = "",
    step_s: float = 0,
    per_second: bool = False,
) -> Chart:
    """Draw one series.

    Args:
        points: times in seconds since the Unix epoch and values, ordered by time.
        width: columns in all, the scale included.
        height: rows of the plot.
        unit: UCUM unit of the values.
        step_s: seconds between points; longer gaps than three steps are not joined.
        per_second: whether the values are rates.
    """
    finite = [(time_s, value) for time_s, value in points if math.isfinite(value)]
    if not finite:
        return Chart(("(no points)",))
    low, high = _bounds([value for _, value in finite])
    values_at = {0: high, height - 1: low} | ({height // 2: (low + high) / 2} if height >= 5 else {})
    marks = {row: format_value(value, unit, per_second=per_second) for row, value in values_at.items()}
    margin = max(map(len, marks.values()))
    columns = max(8, width - margin - 2)
    plot = _plot(finite, columns, height, low, high, step_s)
    lines = [
        f"{marks.get(row, ''):>{margin}} {'┤' if row in marks else '│'}{text}".rstrip() for row, text in enumerate(plot)
    ]
    return Chart((*lines, " " * (margin + 2) + _times(finite[0][0], finite[-1][0], columns)))


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if low > 0 and (high - low) > high * 0.1:
        low = 0.0
    if low == high:
        return (min(0.0, low), max(0.0, high)) if low else (0.0, 1.0)
    return low, high


def _plot(
    points: Sequence[tuple[float, float]], columns: int, height: int, low: float, high: float, step_s: float
) -> list[str]:
    dots_wide, dots_high = columns * 2, height * 4
    cells = [[0] * columns for _ in range(height)]
    before: tuple[int, int] | None = None
    reach = _reach(points, dots_wide, step_s)
    for x, value in _by_column(points, dots_wide):
        y = round((high - value) / (high - low) * (dots_high - 1))
        for dot_x, dot_y in _joined(before, (x, y), reach):
            cells[dot_y // 4][dot_x // 2] |= _DOTS[dot_x % 2][dot_y % 4]
        before = (x, y)
    return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in cells]


def _by_column(points: Sequence[tuple[float, float]], dots_wide: int) -> list[tuple[int, float]]:
    """The mean value of every column of dots that has points."""
    first, last = points[0][0], points[-1][0]
    scale = (dots_wide - 1) / (last - first) if last > first else 0.0
    sums: dict[int, tuple[float, int]] = {}
    for time_s, value in points:
        x = round((time_s - first) * scale)
        total, count = sums.get(x, (0.0, 0))
        sums[x] = (total + value, count + 1)
    return [(x, total / count) for x, (total, count) in sums.items()]


def _reach(points: Sequence[tuple[float, float]], dots_wide: int, step_s: float) -> float:
    """How many columns of dots may lie between two points that are joined."""
    span_s = points[-1][0] - points[0][0]
    step_s = step_s or (span_s / max(1, len(points) - 1))
    return _JOINED_STEPS * step_s * dots_wide / span_s + 1 if span_s else 0.0


def _joined(before: tuple[int, int] | None, now: tuple[int, int], reach: float) -> list[tuple[int, int]]:
    """The dots of a line from the point before, or of the point alone."""
    if before is None or now[0] - before[0] > reach:
        return [now]
    (x0, y0), (x1, y1) = before, now
    steps = max(x1 - x0, abs(y1 - y0), 1)
    return [
        (x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps)) for step in range(1, steps + 1)
    ]


def _times(first_s: float, last_s: float, columns: int) -> str:
    layout = "%H:%M:%S" if last_s - first_s < 86400 else "%m-%d %H:%M"
    left, right = (datetime.fromtimestamp(time_s, UTC).astimezone().strftime(layout) for time_s in (first_s, last_s))
    return left if first_s == last_s else left + right.rjust(max(columns - len(left), len(right) + 1))

"""What commands print: tables that a person reads, and with `--json` lines that a program reads.

Tables are as wide as the terminal and cut long cells with `…`; the columns that matter most are never cut. Written to a
file or a pipe a table keeps its natural width, so `grep` finds what is there. Colour is for terminals only and never the
only sign of anything; `NO_COLOR` and `TERM=dumb` turn it off. JSON lines are UTF-8, one object a line, nothing else.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
import typer
from rich.console import Console
from rich.text import Text

from sonde.core.clock import SYSTEM_CLOCK
from sonde.core.units import format_count, format_duration

__all__ = [
    "SERVICE_COLOURS",
    "Column",
    "JsonFlag",
    "age",
    "clock_time",
    "console",
    "counted",
    "error_share",
    "milliseconds",
    "note",
    "print_json",
    "print_rows",
    "print_table",
    "rate",
    "service_colour",
    "severity_colour",
]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]

_UNLIMITED = 4000
_GAP = 2
_NARROWEST = 8
SERVICE_COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green", "bright_magenta")
_SEVERITIES = {"TRACE": "dim", "DEBUG": "dim", "INFO": "green", "WARN": "yellow", "ERROR": "red", "FATAL": "bold red"}


@dataclass(frozen=True, slots=True)
class Column:
    """How one column looks.

    Attributes:
        title: the heading.
        justify: numbers stand right, words left.
        style: a rich style for every cell; a cell that is a `Text` brings its own.
        is_whole: never cut, however narrow the terminal is.
        ratio: of flexible columns, how much wider than others this one stays where the terminal is narrow.
    """

    title: str
    justify: Literal["left", "right"] = "left"
    style: str = ""
    is_whole: bool = False
    ratio: int = 1


@functools.cache
def console(*, is_error: bool = False) -> Console:
    """The terminal on standard output, or on standard error; as wide as wanted when it is a file or a pipe."""
    stream = sys.stderr if is_error else sys.stdout
    is_terminal = stream.isatty()
    width = None if is_terminal or "COLUMNS" in os.environ else _UNLIMITED
    return Console(stderr=is_error, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def print_json(row: Any) -> None:
    """One JSON object on a line of its own, flushed, so that a reader behind a pipe sees it now."""
    sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))
    sys.stdout.buffer.flush()


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str | Text]]) -> None:
    """A table without lines: headings, then a row a line; flexible columns give way where the terminal is narrow."""
    screen = console()
    heads = [Text(column.title, style="bold") for column in columns]
    cells = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
    natural = [max(line[place].cell_len for line in [heads, *cells]) for place in range(len(columns))]
    widths = _fitted(columns, natural, screen.width)
    for line in [heads, *cells]:
        screen.print(_joined(columns, widths, line), soft_wrap=True)


def _fitted(columns: Sequence[Column], natural: Sequence[int], room: int) -> list[int]:
    """Column widths that fit: what is too much is taken from the widest flexible column, then from the widest."""
    widths = list(natural)
    excess = sum(widths) + _GAP * (len(widths) - 1) - room
    while excess > 0:
        yielding = [place for place, column in enumerate(columns) if not column.is_whole and widths[place] > _NARROWEST]
        if not yielding:
            return widths
        widest = max(yielding, key=lambda place: widths[place] / (columns[place].ratio or 1))
        widths[widest] -= 1
        excess -= 1
    return widths


def _joined(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[Text]) -> Text:
    line = Text()
    for column, width, cell in zip(columns, widths, cells, strict=True):
        shown = cell.copy()
        shown.truncate(width, overflow="ellipsis")
        if not shown.style:
            shown.style = column.style
        padding = " " * (width - shown.cell_len)
        line.append(padding if column.justify == "right" else "").append_text(shown)
        line.append(padding if column.justify == "left" else "").append(" " * _GAP)
    line.rstrip()
    return line


def print_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """A table of whatever a query answered: a column for every key of the first row, numbers to the right."""
    if not rows:
        return
    keys = list(rows[0])
    columns = [
        Column(key, justify="right" if all(isinstance(row.get(key), int | float) for row in rows) else "left")
        for key in keys
    ]
    print_table(columns, [[_cell(row.get(key)) for key in keys] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\n", "⏎")
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def note(text: str) -> None:
    """A dim remark to the person, on standard error, so that it never mixes with the answer."""
    console(is_error=True).print(Text(text, style="dim"), soft_wrap=True)


def counted(count: int, one: str, many: str = "") -> str:
    """A number and its noun: `1 span`, `1,234 spans`; `many` is for nouns that do not take an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def milliseconds(value: float | None) -> str:
    """A duration given in milliseconds, in the unit a person would choose; `-` for none."""
    return "-" if value is None else format_duration(value / 1000) if value else "0"


def rate(per_second: float) -> str:
    """A rate at two or three digits: `0.25/s`, `3.43/s`, `1.20k/s`."""
    if per_second >= 1000:
        return f"{format_count(per_second)}/s"
    return f"{per_second:.{2 if per_second < 0.1 else 3}g}/s"


def error_share(errors: int, total: int) -> Text:
    """The share of errors in per cent: dim for none, red from a hundredth on."""
    if not errors or not total:
        return Text("0", style="dim")
    share = errors / total
    return Text(f"{share:.1%}" if share >= 0.001 else "<0.1%", style="red" if share >= 0.01 else "yellow")


def clock_time(rfc3339: str, *, with_date: bool = False) -> str:
    """An API's time in the person's own time zone: `14:03:07.125`, or `03-01 14:03:07` on another day than today.

    Args:
        rfc3339: the time.
        with_date: whether to write date and milliseconds, whatever the day.
    """
    moment = _local(rfc3339)
    if with_date:
        return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
    if moment.date() != _now().date():
        return f"{moment:%m-%d %H:%M:%S}"
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def age(rfc3339: str) -> str:
    """How long ago a time was, roughly: `now`, `4m ago`, `3d ago`."""
    seconds = (_now() - _local(rfc3339)).total_seconds()
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{unit} ago"
    return "now"


def _now() -> datetime:
    return datetime.fromtimestamp(SYSTEM_CLOCK.now_ns() / 1e9, UTC).astimezone()


def _local(rfc3339: str) -> datetime:
    return datetime.fromisoformat(_at_most_microseconds(rfc3339)).replace(tzinfo=UTC).astimezone()


def _at_most_microseconds(rfc3339: str) -> str:
    whole, _, fraction = rfc3339.rstrip("Z").partition(".")
    return f"{whole}.{fraction[:6]}" if fraction else whole


def service_colour(service: str, services: Sequence[str]) -> str:
    """A service's colour, the same all through one answer: by its place among the services."""
    return SERVICE_COLOURS[services.index(service) % len(SERVICE_COLOURS)] if service in services else "white"


def severity_colour(severity: str) -> str:
    """The colour of a severity text such as `WARN` or `ERROR2`; none for words of the sender's own."""
    return _SEVERITIES.get(severity.upper().rstrip("1234"), "")

"""How a record looks on a console or in a file: one JSON object a line, or columns for a person.

JSON has the keys `time`, `level`, `logger`, `message`, `trace_id`, `span_id`, `attributes` in this order; the last three
are left out where they would be empty. `time` is RFC 3339 in UTC with microseconds. Attributes are the record's own
fields and `exception.*`, fit for OTLP by the same rules. A line never holds a line break.

The console has columns for time, level, logger and trace, and the fields behind the message. Colours are used on a
terminal, never otherwise, and not where `NO_COLOR` is set (https://no-color.org). Control characters of messages and
fields are shown escaped, and further lines of a message indented, so that a logged text cannot steer the terminal or fake a line.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sonde.client.logs.correlation import Ids, current_ids
from sonde.client.logs.record import attributes_of, ids_of, message_of
from sonde.client.logs.severity import severity_text
from sonde.client.logs.values import DEFAULT_BOUNDS, Bounds, clean_text

try:
    import orjson
except ImportError:  # the application side installs without it
    orjson = None  # type: ignore[assignment]  # stands for the missing module

__all__ = ["ConsoleFormat", "JsonFormat"]


def _plain_line(fields: dict[str, Any]) -> str:
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), default=_unusual, allow_nan=False)
    except ValueError:  # JSON has no NaN and no infinity; null is what orjson writes
        return json.dumps(_finite(fields), ensure_ascii=False, separators=(",", ":"), default=_unusual)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _orjson_line(fields: dict[str, Any]) -> str:
    return orjson.dumps(fields, default=_unusual, option=orjson.OPT_NON_STR_KEYS).decode()


def _unusual(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else str(value)


_line: Callable[[dict[str, Any]], str] = _plain_line if orjson is None else _orjson_line


@lru_cache(maxsize=2)
def _utc(second: int) -> str:
    """Kept for a second, as formatting a time costs more than the rest of the line."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


@lru_cache(maxsize=2)
def _local(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


def _ids(record: logging.LogRecord) -> Ids:
    return ids_of(record) or current_ids()


class JsonFormat(logging.Formatter):
    """Formats records as one JSON object each; `bytes` are written in hexadecimal. Thread-safe.

    Args:
        place: whether the attributes hold `code.*` and `thread.*`.
        bounds: how long texts and how large structures may become.
    """

    def __init__(self, *, place: bool = False, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        super().__init__()
        self._place = place
        self._bounds = bounds

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, without a line break."""
        fields: dict[str, Any] = {
            "time": f"{_utc(int(record.created))}.{int(record.created % 1 * 1e6):06d}Z",
            "level": severity_text(record.levelname),
            "logger": record.name,
            "message": clean_text(message_of(record), self._bounds.text),
        }
        ids = _ids(record)
        if ids.trace:
            fields["trace_id"], fields["span_id"] = ids.trace_hex, ids.span_hex
        attributes = attributes_of(record, self._bounds, place=self._place)
        if attributes:
            fields["attributes"] = attributes
        try:
            return _line(fields)
        except (TypeError, ValueError):  # orjson takes whole numbers of 64 bits only, and no deep nesting
            return _plain_line(fields)


_COLOURS = {"TRACE": "2", "DEBUG": "2", "INFO": "32", "WARN": "33", "ERROR": "31", "FATAL": "1;31"}
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}
_SHORT_TRACE = 8
_LOGGER_WIDTH = 24


class ConsoleFormat(logging.Formatter):
    """Formats records for a person: aligned columns, fields, the trace's first digits, exceptions below. Thread-safe.

    Args:
        colour: whether to use colours (ANSI escape sequences).
        bounds: how long texts and how large structures may become.
    """

    def __init__(self, *, colour: bool = False, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        super().__init__()
        self._colour = colour
        self._bounds = bounds

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, and the lines of its exception below it."""
        moment = f"{_local(int(record.created))}.{int(record.created % 1 * 1e3):03d}"
        level = severity_text(record.levelname)
        attributes = attributes_of(record, self._bounds, place=False)
        below = [attributes.pop(name) for name in ("exception.stacktrace", "code.stacktrace") if name in attributes]
        if below:
            attributes.pop("exception.type", None)
            attributes.pop("exception.message", None)
        parts = [
            self._paint("2", moment),
            self._paint(_COLOURS.get(level, "36"), f"{level:<5}"),
            self._paint("36", f"{_shortened(record.name):<{_LOGGER_WIDTH}}"),
            _escaped(clean_text(message_of(record), self._bounds.text)).replace("\n", "\n    "),
        ]
        parts += [f"{self._paint('2', _named(name))}{_shown(value)}" for name, value in attributes.items()]
        ids = _ids(record)
        if ids.trace:
            parts.append(self._paint("2", f"trace={ids.trace_hex[:_SHORT_TRACE]}"))
        lines = [" ".join(parts), *(self._paint("31", _escaped(text.rstrip("\n"))) for text in below)]
        return "\n".join(lines)

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour else text


def _shortened(name: str) -> str:
    """A logger's name in the column's width; the end of a long one, which tells more than its beginning."""
    return name if len(name) <= _LOGGER_WIDTH else "…" + name[1 - _LOGGER_WIDTH :]


def _named(name: str) -> str:
    return _escaped(name).replace("\n", "\\n") + "="


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return _escaped(value) if value and " " not in value and "\n" not in value else _plain_line_of(value)
    return _plain_line_of(value)


def _plain_line_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_unusual)


def _escaped(text: str) -> str:
    return text if text.isprintable() else text.translate(_CONTROL)

"""Levels of `logging`, structlog and loguru as OpenTelemetry severities.

A level between two named ones becomes the next finer severity below, as OpenTelemetry's own handler has it: loguru's
SUCCESS (25) is INFO4. A level under DEBUG (loguru's TRACE is 5) is TRACE, where the official handler leaves it
unspecified. The severity text is the short name (`WARN`, `FATAL`) where Python has a longer one, as the official
handler writes it, so that records of both group together; any other name stays what the source called it.

Source: OpenTelemetry specification, "Logs Data Model", fields SeverityNumber and SeverityText, and its appendix B.
"""

from __future__ import annotations

import logging

from opentelemetry._logs.severity import SeverityNumber

__all__ = ["level_number", "severity", "severity_text"]

_HIGHEST = 53
_FINEST = 3
_NAMES = {
    "NOTSET": 0,
    "TRACE": 5,
    "DEBUG": 10,
    "INFO": 20,
    "NOTICE": 25,
    "SUCCESS": 25,
    "WARN": 30,
    "WARNING": 30,
    "ERROR": 40,
    "EXCEPTION": 40,
    "CRITICAL": 50,
    "FATAL": 50,
}
_TEXTS = {
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "ERROR": "ERROR",
    "WARNING": "WARN",
    "CRITICAL": "FATAL",
    "EXCEPTION": "ERROR",
}


def _number(level: int) -> SeverityNumber:
    if level <= 0:
        return SeverityNumber.UNSPECIFIED
    if level < logging.DEBUG:
        return SeverityNumber.TRACE
    ten, rest = divmod(min(level, _HIGHEST), 10)
    return SeverityNumber(ten * 4 + 1 + min(rest, _FINEST))


_BY_LEVEL = tuple(_number(level) for level in range(_HIGHEST + 1))


def severity(level: int) -> SeverityNumber:
    """The severity number of a level of `logging`: 10 is DEBUG, 20 INFO, 30 WARN, 40 ERROR, 50 FATAL."""
    return _BY_LEVEL[level] if 0 <= level <= _HIGHEST else _number(level)


def severity_text(name: str) -> str:
    """The severity's name on the wire, from a level's name in any case."""
    known = _TEXTS.get(name)
    if known is None:
        upper = name.upper()
        known = _TEXTS.get(upper, upper)
    return known


def level_number(name: str | int) -> int:
    """The level of a name in any case, of `logging` itself (`addLevelName`), structlog or loguru.

    Raises:
        ValueError: nobody knows the name; the message says what is known.
    """
    if isinstance(name, int):
        return name
    upper = name.strip().upper()
    known = _NAMES.get(upper)
    if known is None:
        registered = logging.getLevelName(upper)
        if not isinstance(registered, int):
            raise ValueError(f"{name!r} is not a level; write a number or one of {', '.join(_NAMES)}")
        known = registered
    return known

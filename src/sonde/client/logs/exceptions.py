"""Exceptions as attributes: `exception.type`, `exception.message`, `exception.stacktrace`.

The type is fully qualified (`requests.exceptions.ConnectionError`), built-in ones excepted; the stack trace is what
Python prints, causes and groups included, and its beginning is cut where it is too long.

Source: OpenTelemetry semantic conventions 1.4x, "Semantic conventions for exceptions in logs".
"""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import Any

from sonde.client.logs.values import DEFAULT_BOUNDS, Bounds, clean_text

__all__ = ["ExceptionInfo", "exception_attributes", "exception_of", "type_name"]

ExceptionInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def exception_of(exc_info: Any) -> ExceptionInfo | None:
    """What logging libraries take for `exc_info` (True, an exception, a triple) as a triple; None for none."""
    if not exc_info:
        return None
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    if isinstance(exc_info, tuple) and len(exc_info) == 3 and isinstance(exc_info[0], type):
        return exc_info
    return None


def type_name(kind: type[BaseException]) -> str:
    """The qualified name of an exception's class, without the module for built-in ones."""
    module = kind.__module__
    return kind.__qualname__ if module in {"builtins", "__main__"} else f"{module}.{kind.__qualname__}"


def exception_attributes(
    info: ExceptionInfo, bounds: Bounds = DEFAULT_BOUNDS, *, printed: str | None = None
) -> dict[str, str]:
    """The three attributes of an exception. Never raises.

    Args:
        info: class, exception and traceback; exception and traceback may be missing.
        bounds: the longest texts.
        printed: the stack trace where someone has printed it already (`LogRecord.exc_text`); printing costs most.
    """
    kind, error, trace = info
    found: dict[str, str] = {}
    if kind is not None:
        found["exception.type"] = type_name(kind)
    if error is not None:
        found["exception.message"] = _message(error, bounds)
    if printed or trace is not None or error is not None:
        found["exception.stacktrace"] = _stacktrace(info, bounds, printed)
    return found


def _message(error: BaseException, bounds: Bounds) -> str:
    try:
        return clean_text(str(error), bounds.text)
    except Exception:  # an exception's __str__ is the application's code
        return "<unreadable>"


def _stacktrace(info: ExceptionInfo, bounds: Bounds, printed: str | None) -> str:
    try:
        text = printed or "".join(traceback.format_exception(*info))
    except Exception:  # printing runs __str__ and source loaders of the application
        return "<unreadable>"
    if len(text) > bounds.stacktrace:
        text = "…" + text[1 - bounds.stacktrace :]
    return clean_text(text, bounds.stacktrace)

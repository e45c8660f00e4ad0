"""Make any Python value one that OTLP carries, within bounds, without ever raising.

What a log call is handed may be anything: ORM rows, huge lists, strings with half a surrogate, objects whose `__str__`
fails. `fit` answers with what OTLP's AnyValue has (None, bool, int, float, str, bytes, list, dict with string keys):

- text and bytes longer than the bound are cut, text with a last character `…`;
- whole numbers beyond 64 bits, dates, enums, paths, ids and everything unknown become text;
- sequences and mappings beyond the bounds lose their tail, and below the deepest level become text; this also ends
  structures that hold themselves.

Source: OpenTelemetry specification, "Common", sections AnyValue and Attribute Limits; opentelemetry/proto/common/v1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from itertools import islice
from typing import Any

__all__ = ["DEFAULT_BOUNDS", "Bounds", "clean_text", "fit"]

_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1
_UNREADABLE = "<unreadable>"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large one record may become.

    Attributes:
        attributes: attributes of one record at most; the SDK's own limit applies beside it.
        text: characters of one text, and bytes of one bytes value, at most. The body has the same bound.
        items: entries of one sequence or mapping at most.
        depth: nested levels at most.
        stacktrace: characters of a stack trace at most; its beginning is cut, because the end names the cause.
    """

    attributes: int = 128
    text: int = 16_384
    items: int = 256
    depth: int = 5
    stacktrace: int = 32_768


DEFAULT_BOUNDS = Bounds()


def clean_text(text: str, most: int) -> str:
    """The text, not longer than `most` characters and encodable as UTF-8."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()[:most]
    return text


def fit(value: Any, bounds: Bounds = DEFAULT_BOUNDS, *, depth: int = 0) -> Any:
    """The value as OTLP can carry it. Never raises; an object that cannot even be printed becomes `<unreadable>`."""
    kind = type(value)
    if kind is str:
        return clean_text(value, bounds.text)
    if kind is bool or kind is float or value is None:
        return value
    if kind is int:
        return value if _LOWEST <= value <= _HIGHEST else _text(value, bounds)
    try:
        return _fit_other(value, bounds, depth)
    except Exception:  # foreign objects may fail in any way when they are looked at
        return _UNREADABLE


def _fit_other(value: Any, bounds: Bounds, depth: int) -> Any:
    if isinstance(value, Enum):
        return fit(value.value, bounds, depth=depth + 1) if depth <= bounds.depth else _text(value, bounds)
    if isinstance(value, (str, bool, int, float)):
        return _fit_subclass(value, bounds)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value[: bounds.text])
    if isinstance(value, (date, time)):
        return value.isoformat()
    if depth < bounds.depth:
        if isinstance(value, Mapping):
            some = islice(value.items(), bounds.items)
            return {_key(key, bounds): fit(item, bounds, depth=depth + 1) for key, item in some}
        if isinstance(value, (Sequence, AbstractSet)):
            return [fit(item, bounds, depth=depth + 1) for item in islice(value, bounds.items)]
    return _text(value, bounds)


def _fit_subclass(value: Any, bounds: Bounds) -> Any:
    """Numbers and texts of other classes, numpy's float64 among them, as the plain ones."""
    for plain in (str, int, float):
        if isinstance(value, plain):
            return fit(plain(value), bounds)
    return _text(value, bounds)


def _key(key: Any, bounds: Bounds) -> str:
    return clean_text(key, bounds.text) if type(key) is str else _text(key, bounds)


def _text(value: Any, bounds: Bounds) -> str:
    try:
        return clean_text(str(value), bounds.text)
    except Exception:  # str() runs the application's code; huge ints refuse with ValueError
        return hex(value)[: bounds.text] if type(value) is int else _UNREADABLE

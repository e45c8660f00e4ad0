"""What the encoders do with values that OTLP cannot carry: nothing fails a batch, and as little as possible is lost.

Shared by `sonde.otlp.encoder` and its twin, so that both decide alike. Source: OpenTelemetry specification, "Mapping
Arbitrary Data to OTLP AnyValue" (common/attribute-type-mapping), with one deviation:

- an integer outside of 64 bits is its decimal text;
- any other foreign value is the text that `str` makes of it; where that fails, a value without content;
- a value nested deeper than `DEPTH_LIMIT` levels of messages (46 lists, 30 mappings; a list that holds itself, too) is
  its text, whole. Beyond that no protobuf parser would read the request;
- text with lone surrogates is written with U+FFFD in their place (surrogate pairs are joined first). The specification
  would make it bytes; but then a key would change its type with its value, and names cannot be bytes at all;
- a key that is no text is what `str` makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import index
from typing import Any, Final, NamedTuple

__all__ = [
    "DEPTH_LIMIT",
    "Refused",
    "TooDeepError",
    "described",
    "is_sdk_type",
    "reason_of",
    "shown",
    "text_bytes",
    "trace_state_text",
    "unfolded",
    "whole_number",
]

DEPTH_LIMIT: Final = 92
"""Levels of messages below an attribute's value: protobuf's 100, less those above (request to exemplar's value)."""

_SDK_MODULES: Final = ("opentelemetry.sdk.", "opentelemetry.trace", "opentelemetry.attributes")


class Refused(NamedTuple):
    """An item that could not be encoded and was left out.

    Attributes:
        item: the span, log record, metric or data point.
        reason: the exception's class and message.
    """

    item: Any
    reason: str


class TooDeepError(Exception):
    """A value is nested deeper than a protobuf parser would follow."""


def reason_of(error: BaseException) -> str:
    """What went wrong, in one line; never fails, whatever `str` of a foreign exception does."""
    return f"{type(error).__name__}: {described(error) or 'without a message'}"


def text_bytes(value: object) -> bytes:
    """The UTF-8 of a text that is not plain: with surrogates, bytes, None, or no text at all."""
    if value is None:
        return b""
    if isinstance(value, bytes):
        return bytes(value).decode(errors="replace").encode()
    text = value if isinstance(value, str) else described(value) or ""
    try:
        return str.encode(text)
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def described(value: object) -> str | None:
    """The text of a foreign value; None where `str` fails."""
    try:
        return str(value)
    except Exception:  # a stranger's __str__ may raise anything
        return None


def unfolded(value: object) -> list[Any] | tuple[tuple[Any, Any], ...] | None:
    """The members of a value that is nested, but no list, tuple or dict.

    Returns:
        A list of a `Sequence`'s elements; a tuple of a `Mapping`'s items; None for anything else, or what cannot be walked.
        A class that claims to be both is a sequence.
    """
    try:
        if isinstance(value, Sequence):
            return list(value)
        if isinstance(value, Mapping):
            return tuple(value.items())
    except Exception:  # a stranger's __iter__ may raise anything
        return None
    return None


def whole_number(value: Any, low: int, high: int) -> int:
    """A number of a field that holds integers only, from whatever has `__index__`; None is 0.

    Raises:
        TypeError: it is no integer.
        OverflowError: it is not within `low` to `high`.
    """
    number = 0 if value is None else index(value)
    if not low <= number <= high:
        raise OverflowError(f"{number} is not within {low} to {high}")
    return number


def shown(resource: Any, resource_of: Callable[[Any], Any] | None) -> Any:
    """The resource that an item is exported with: what the application's function makes of it, where it does not fail."""
    if resource_of is None:
        return resource
    try:
        return resource_of(resource)
    except Exception:  # an application's function; items matter more than what it would have changed
        return resource


def trace_state_text(state: Any) -> str:
    """A trace state as its W3C header."""
    return ",".join([f"{key}={value}" for key, value in state.items()])


def is_sdk_type(kind: type) -> bool:
    """Whether a class is OpenTelemetry's own, so that its private attributes are what its properties show.

    A subclass that an application made may override a property (to redact, say); of such only properties are read.
    """
    return str(kind.__module__).startswith(_SDK_MODULES)

"""Text from elsewhere, made harmless for a terminal.

Span names, log bodies and attributes are what a sender wrote, and a terminal obeys some of it: escape sequences move the
cursor, retitle the window, hide lines; bidirectional controls turn text around. Such characters are shown as Unicode's
control pictures (`␛`) or as `�`; newlines and tabs stay. JSON output needs none of this, since JSON escapes them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["printable"]

_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HARMLESS = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
    | {0x7F: "\u2421"}
    | dict.fromkeys((*range(0x80, 0xA0), *_BIDIRECTIONAL), "\ufffd")
)


def printable(value: Any) -> Any:
    """The value with every text in it harmless; what a JSON document can hold, keys included."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else value.translate(_HARMLESS)
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {printable(key): printable(item) for key, item in value.items()}
    return value

"""Attribute values, put together again from the strings and types that the store keeps, and as JSON shows them.

Stored form: a map of strings, and beside it a letter for each entry, in the map's order, that says what the value was:
`s`(tring), `b`(ool: `true`/`false`), `i`(nt) and `d`(ouble) in decimal, `x` (bytes, base64), `a`(rray) and `k`(vlist) as JSON
text, `e`(mpty); no letters where all were strings. Where letters and entries do not match in number (a sender gave one key
twice, against OTLP), nobody can say which is which, and the values stay text. A log record's body has its kind as a word.

JSON form: what the type suggests; bytes are base64 text and the doubles that JSON has no number for are `"NaN"`,
`"Infinity"` and `"-Infinity"`, as in OTLP/JSON.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sonde.query.spans import Value

__all__ = ["plain", "plain_map", "typed", "typed_map"]


def typed_map(values: Mapping[str, str], kinds: str) -> dict[str, Value]:
    """Typed values by key; a value whose text does not fit its type stays text."""
    if len(kinds) != len(values):
        return dict(values)
    return {key: typed(text, kind) for (key, text), kind in zip(values.items(), kinds, strict=True)}


def typed(text: str, kind: str) -> Value:
    """One value from its text and its type (a word or its letter); text that does not fit the type, or an unknown type, stays text."""
    reader = _READERS.get(kind)
    if reader is None:
        return text
    try:
        return reader(text)
    except (ValueError, RecursionError, binascii.Error):
        return text


def plain_map(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values as JSON can hold them."""
    return {key: plain(value) for key, value in values.items()}


def plain(value: Value) -> Value:
    """One value as JSON can hold it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else _UNBOUNDED[str(value)]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


_UNBOUNDED = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _bool(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in {"true", "false"} else bool(int(text))


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _empty(_text: str) -> None:
    return None


_READERS: dict[str, Callable[[str], Value]] = {
    "bool": _bool,
    "int": int,
    "double": float,
    "bytes": _bytes,
    "array": json.loads,
    "kvlist": json.loads,
    "empty": _empty,
}
_READERS |= {{"bytes": "x"}.get(kind, kind[0]): reader for kind, reader in _READERS.items()}

"""Where a page ended, as text that a client hands back to get the next one.

A cursor is URL-safe base64 of JSON: a fingerprint of the question, and the position. It holds nothing secret and is not
signed; a cursor of another question is refused, because its position would mean nothing there, and anything a forged one
can do is to start the same question at another place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from sonde.core.errors import ValidationError

__all__ = ["fingerprint", "pack", "unpack"]


def fingerprint(*question: object) -> str:
    """A short name for a question; equal for equal parts in equal order."""
    return hashlib.blake2b(repr(question).encode(), digest_size=6).hexdigest()


def pack(mark: str, position: list[Any]) -> str:
    """The cursor for a position in the answer to the question with this fingerprint."""
    text = json.dumps([mark, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unpack(cursor: str, mark: str, kinds: tuple[type, ...]) -> list[Any]:
    """The position in a cursor.

    Args:
        cursor: what a page gave as `next`.
        mark: the fingerprint of the question that is asked now.
        kinds: the types of the position's parts.

    Raises:
        ValidationError: not a cursor, or one of another question.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    if not isinstance(parts, list) or len(parts) != len(kinds) + 1:
        raise ValidationError("cursor: not a cursor; hand back what the page before gave as next, unchanged")
    if parts[0] != mark:
        raise ValidationError("cursor: it belongs to another search; change nothing but the cursor between pages")
    if not all(type(part) is kind for part, kind in zip(parts[1:], kinds, strict=True)):
        raise ValidationError("cursor: damaged; hand back what the page before gave as next, unchanged")
    return parts[1:]

"""The grammar of free text: what a person types to find lines or spans.

    timeout                 contains `timeout`, in any case
    connection timeout      contains both, anywhere
    "connection timeout"    contains the phrase
    -health  -"GET /"       does not contain it

A lone `-` and anything that is not a quotation is an ordinary word. Limits: 32 terms of 1,024 characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sonde.core.errors import ValidationError

__all__ = ["Terms", "parse_text"]

_TERM = re.compile(r'(-?)"((?:[^"\\]|\\.)*)"|(\S+)')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text must contain and must not contain, in any case."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def parse_text(text: str) -> Terms:
    """Read free text.

    Raises:
        ValidationError: too many or too long terms.
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for match in _TERM.finditer(text):
        minus, phrase, word = match[1], match[2], match[3]
        if phrase is None:
            minus, phrase = ("-", word[1:]) if len(word) > 1 and word[0] == "-" else ("", word)
        else:
            phrase = _ESCAPE.sub(r"\1", phrase)
        if phrase:
            (unwanted if minus else wanted).append(phrase)
    if len(wanted) + len(unwanted) > 32 or any(len(term) > 1024 for term in wanted + unwanted):
        raise ValidationError(
            'text: at most 32 terms of 1024 characters; write fewer, such as "connection refused" -health'
        )
    return Terms(tuple(wanted), tuple(unwanted))

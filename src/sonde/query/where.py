"""The grammar of one condition on an attribute, as written in a `where` parameter.

    key            present
    !key           absent
    key=value      equal                      key!=value    present, and not equal
    key>value      greater (also >= < <=)     numbers by size; anything else by text
    key=~regex     matches (RE2, anywhere)    key!~regex    present, and does not match

A key may begin with a level, such as `resource.`, that says where to look; without one every level is looked at. Keys
and values with spaces, operators or a level's name at the front are written in double quotes with JSON's escapes:
`"span.kind"="a = b"`. Spaces around the operator do not count.

Limits: 1,024 characters a key, 16,384 a value.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sonde.core.errors import ValidationError

__all__ = ["Condition", "parse_condition"]

_OPERATOR = re.compile(r"!=|!~|>=|<=|=~|=|>|<")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_EXAMPLE = "write key=value, key!=value, key>5, key=~regex, key, or !key"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what must hold for an attribute.

    Attributes:
        level: where to look, one of the levels that were allowed; empty for every level.
        operator: one of `=`, `!=`, `>`, `>=`, `<`, `<=`, `=~`, `!~`, `present`, `absent`.
    """

    level: str
    key: str
    operator: str
    value: str = ""


def parse_condition(text: str, levels: tuple[str, ...]) -> Condition:
    """Read one condition.

    Args:
        text: the condition as written.
        levels: the level names that may stand before a key.

    Raises:
        ValidationError: no key, a broken quotation, or too long.
    """
    written = text.strip()
    negated = written.startswith("!") and not written.startswith(("!=", "!~"))
    key, rest = _key(written[1:].lstrip() if negated else written, text)
    match = _OPERATOR.match(rest)
    if rest and (match is None or negated):
        raise ValidationError(f"where: {text!r} goes on after the key {key!r}; {_EXAMPLE}")
    operator = match[0] if match else ("absent" if negated else "present")
    value = _unquoted(rest[match.end() :].strip(), text) if match else ""
    level, name = _split(key, levels, quoted=_is_quoted(written.lstrip("! ")))
    if not name:
        raise ValidationError(f"where: {text!r} has no key; {_EXAMPLE}")
    if len(name) > 1024 or len(value) > 16384:
        raise ValidationError("where: a key has at most 1024 characters and a value 16384; ask for a shorter one")
    return Condition(level, name, operator, value)


def _is_quoted(text: str) -> bool:
    return text.startswith('"')


def _key(text: str, whole: str) -> tuple[str, str]:
    """The key and what follows it."""
    quoted = _QUOTED.match(text)
    if quoted:
        return _unquoted(quoted[0], whole), text[quoted.end() :].lstrip()
    if _is_quoted(text):
        raise ValidationError(f"where: {whole!r} has a quotation without an end; {_EXAMPLE}")
    found = _OPERATOR.search(text)
    return (text[: found.start()].strip(), text[found.start() :]) if found else (text.strip(), "")


def _unquoted(text: str, whole: str) -> str:
    if len(text) < 2 or not (_is_quoted(text) and text.endswith('"')):
        return text
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        raise ValidationError(f"where: {whole!r} has a broken quotation; {_EXAMPLE}") from None
    return str(value)


def _split(key: str, levels: tuple[str, ...], *, quoted: bool) -> tuple[str, str]:
    if not quoted:
        for level in levels:
            if key.startswith(level + "."):
                return level, key[len(level) + 1 :]
    return "", key

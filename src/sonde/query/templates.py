r"""The template of a message: what stays when numbers, ids, addresses, quotations and the like are taken out.

One expression serves the engine and Python: alternatives that RE2 and `re` read alike, tried in order at every place, each
match replaced by `<*>`. One pass takes the engine 2 to 4 microseconds a body of 50 bytes on one core; a chain of
`replaceRegexpAll`, one a kind, takes nearly twice that. Which kind of thing stands at a place (`<uuid>`, `<ip>`) is
told afterwards, from examples, for the few templates that are shown.

A body that is a JSON object keeps its keys and loses its values. Only the first line counts, and 300 characters of it, so
that a body of a megabyte costs no more than another.

Source: taking out by expressions what is known to vary is the preprocessing of Drain (He et al., "Drain: An Online Log
Parsing Approach with Fixed Depth Tree", ICWS 2017, section III-B); `sonde.query.drain` does the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.query.filters import Filter

__all__ = ["ANYTHING", "LONGEST", "WILDCARD", "add_pattern", "labelled", "template", "template_sql"]

WILDCARD = "<*>"
ANYTHING = "<any>"
"""Stands in a merged pattern for words that differ between templates."""
LONGEST = 300
"""Characters of a message that its template is made of."""

# In order: at one place the first alternative that matches wins. No group captures: RE2 then needs no more than its DFA.
_VARYING = (
    r"\x1b\[[0-9;?]*[ -/]*[@-~]",
    r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r'"(?:[^"\\]|\\.)*"',
    r"\B'[^']*'\B",
    r"\b(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}\b",
    r"\b[0-9a-fA-F]{0,3}[0-9](?::[0-9a-fA-F]{1,4})*::(?:[0-9a-fA-F]{1,4}:)*[0-9a-fA-F]{1,4}\b",
    r"\b[0-9a-fA-F]{16,}\b",
    r"(?:\b|_)[a-fA-F]{1,7}[0-9][0-9a-fA-F]{3,}\b",
    r"\b[A-Za-z]{1,24}[0-9]+[A-Za-z][0-9A-Za-z]{5,}={0,2}",
    r"[0-9][\wµμ]*(?:[.,:+-][0-9][\wµμ]*)*%?",
)
_VALUE = r'":\s*(?:"(?:[^"\\]|\\.)*(?:"|$)|\[[^\]]*(?:\]|$)|-?[0-9][\w.+-]*|true|false|null)'
_KINDS = (
    ("uuid", r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    ("text", r"""(["']).*\1"""),
    ("email", r".*@.*"),
    ("time", r"\d{4}-\d\d-\d\d.*|\d{1,2}:\d\d:\d\d(?:[.,]\d+)?"),
    ("ip", r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){2,7}"),
    ("duration", r"(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|min|h))+"),
    ("size", r"\d+(?:\.\d+)?(?:[kKMGT]i?)?B"),
    ("num", r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?%?"),
    ("hex", r"0[xX][0-9a-fA-F]+|_?[0-9a-fA-F]+"),
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_FIND = re.compile("|".join(_VARYING), re.ASCII)
_FIND_VALUE = re.compile(_VALUE, re.ASCII)
_LABELS = tuple((name, re.compile(pattern, re.ASCII | re.DOTALL)) for name, pattern in _KINDS)
_SHORTEST_LITERAL = 3
_WILD = re.compile(r"[%_\\]")
_PLACE = re.compile(f"{re.escape(WILDCARD)}|{re.escape(ANYTHING)}")


def template_sql(text: str) -> str:
    """The engine's expression for the template of a text expression; it names no parameter and reads nothing else."""
    line = f"substringIndex(substringUTF8({text}, 1, {LONGEST}), '\\n', 1)"
    return (
        f"if(startsWith({text}, '{{'), replaceRegexpAll({line}, {_quoted(_VALUE)}, '\":{WILDCARD}'),"
        f" replaceRegexpAll({line}, {_quoted('|'.join(_VARYING))}, '{WILDCARD}'))"
    )


def template(text: str) -> str:
    """The template of a text, equal to what the engine makes of it."""
    line = text[:LONGEST].split("\n", 1)[0]
    if text.startswith("{"):
        return _FIND_VALUE.sub(f'":{WILDCARD}', line)
    return _FIND.sub(WILDCARD, line)


def labelled(pattern: str, examples: Iterable[str]) -> str:
    """The template with the kinds of its places, such as `<num>` and `<uuid>`, as far as the examples agree on them.

    Args:
        pattern: a template as `template` makes it; what was merged further stays as it is.
        examples: texts with that template.
    """
    kinds: list[set[str]] = []
    for text in examples:
        if template(text) == pattern and not text.startswith("{"):
            found = [_kind(match[0]) for match in _FIND.finditer(text[:LONGEST].split("\n", 1)[0])]
            kinds = [known | {kind} for known, kind in zip(kinds or [set() for _ in found], found, strict=True)]
    pieces = pattern.split(WILDCARD)
    if len(kinds) != len(pieces) - 1:
        return pattern
    labels = [_label(known) for known in kinds]
    return "".join(piece + label for piece, label in zip(pieces, [*labels, ""], strict=True))


def add_pattern(given: Filter, column: str, pattern: str, *, unwanted: bool = False) -> None:
    """Ask for texts with a template (or for those with any other).

    What stands between the wildcards is looked for first, in the form for which the engine uses an index on words; the
    template itself is made only of what is left.

    Args:
        given: the filter that is asked.
        column: the text's column.
        pattern: a template; ANYTHING in it stands for any characters but spaces.
        unwanted: whether such texts are left out instead.
    """
    test = f"{template_sql(column)} = {given.bind(pattern)}"
    if ANYTHING in pattern:
        expression = r"\S*".join(re.escape(piece) for piece in pattern.split(ANYTHING))
        test = f"match({template_sql(column)}, {given.bind(f'^(?:{expression})$')})"
    literals = [piece.lower() for piece in _PLACE.split(pattern) if piece.isascii()]
    if any(len(piece) >= _SHORTEST_LITERAL for piece in literals):
        like = "%".join(_WILD.sub(r"\\\g<0>", piece) for piece in literals)
        test = f"lower({column}) LIKE {given.bind(f'%{like}%')} AND {test}"
    given.add(f"NOT ({test})" if unwanted else test)


def _quoted(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _kind(text: str) -> str:
    if _ANSI.fullmatch(text):
        return "ansi"
    return next((name for name, pattern in _LABELS if pattern.fullmatch(text)), "id")


def _label(kinds: set[str]) -> str:
    if kinds == {"ansi"}:
        return ""
    return f"<{next(iter(kinds))}>" if len(kinds) == 1 else WILDCARD

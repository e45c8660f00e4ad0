"""SQL cut into tokens, for a guard that must not be fooled: what it cannot read with certainty it refuses.

Source: ClickHouse's lexer (`Lexer.cpp`). Refused though the engine knows them: heredocs (`$a$..$a$`), `#` comments,
characters outside ASCII, backslashes outside quotations, and braces but for placeholders of values (`{name:Type}` with one of
VALUE_TYPES and no spaces), which cannot stand for a name. Comments (`--`, `/* */`) are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sonde.core.errors import ValidationError

__all__ = ["VALUE_TYPES", "Token", "tokenized"]

VALUE_TYPES = re.compile(
    r"(?:String|U?Int(?:8|16|32|64)|Float(?:32|64)|Bool|DateTime|DateTime64\([0-9]\)|Array\((?:String|U?Int64|Float64)\))"
)
"""Types that a placeholder can have: all of them values; `Identifier` would let a parameter name a table."""
_PATTERN = re.compile(
    rf"""
    (?P<parameter>\{{[A-Za-z_][A-Za-z0-9_]*:{VALUE_TYPES.pattern}\}})
    """
    r"""
  | (?P<space>[ \t\r\n\f\v]+|--[^\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^'\\]|\\.|'')*')
  | (?P<quoted>"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`)
  | (?P<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*)(?:\.(?:\d[\d_]*)?)?(?:[eE][+-]?\d+)?(?![A-Za-z_]))
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<symbol>[-+*/%=<>!(),.\[\]:;?|&^~@])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: `string`, `quoted` (an identifier in quotes), `number`, `word`, `symbol` or `parameter` (`{name:Type}`).
        text: as written; of strings and quoted identifiers what is between the quotes, escapes undone.
        position: where it begins, counted in characters.
    """

    kind: str
    text: str
    position: int

    @property
    def keyword(self) -> str:
        """A bare word in upper case; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


def tokenized(statement: str) -> list[Token]:
    """The tokens of a statement.

    Raises:
        ValidationError: something that is not understood; the message says where.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(statement):
        match = _PATTERN.match(statement, position)
        if match is None:
            near = statement[position : position + 20]
            raise ValidationError(
                f"query: not understood at character {position + 1}, near {near!r}; write plain SQL in ASCII"
            )
        kind = match.lastgroup or ""
        if kind != "space":
            text = _plain(match[0]) if kind in {"string", "quoted"} else match[0]
            tokens.append(Token(kind, text, position))
        position = match.end()
    return tokens


def _plain(quotation: str) -> str:
    quote, inner = quotation[0], quotation[1:-1]
    return re.sub(r"\\(.)", r"\1", inner.replace(quote * 2, quote), flags=re.DOTALL)

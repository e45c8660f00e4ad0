"""A statement from outside with its tenant's database before every table, and the way back from the engine's positions.

The engine's handles are shared and have no database of their own, so names of tables are completed in the text. What the
engine then says of a position is about the completed text; `Placed.original` says where that is in what was written.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError

if TYPE_CHECKING:
    from sonde.query.tokens import Token

__all__ = ["Placed", "placed"]

_BEFORE_TABLE = frozenset({"FROM", "JOIN", "TABLE", "DESCRIBE", "DESC", "EXISTS", "IN", "CREATE"})
_CLAUSES = frozenset({"FROM", "SELECT", "WHERE", "BY", "WITH", "ON", "USING", "HAVING"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A completed statement.

    Attributes:
        text: what the engine is given.
        kept: the pieces that are as written: (where each begins in `text`, where in the statement), ascending.
    """

    text: str
    kept: tuple[tuple[int, int], ...] = ((0, 0),)

    def original(self, position: int) -> int:
        """Where in the statement as written a character of `text` is; of what was put in, the table it was put in for."""
        index = bisect_right(self.kept, position, key=lambda piece: piece[0]) - 1
        begins, wrote = self.kept[max(0, index)]
        following = self.kept[index + 1][1] if index + 1 < len(self.kept) else wrote + len(self.text)
        return min(wrote + max(0, position - begins), max(wrote, following - 1))


def placed(tokens: list[Token], statement: str, tables: frozenset[str], database: str) -> Placed:
    """The statement with a database before every name of a table that stands where a table can.

    Raises:
        ValidationError: a WITH clause gives a table's name to something else.
    """
    pieces, kept, end, length = list[str](), [(0, 0)], 0, 0
    for index, token in enumerate(tokens):
        if token.kind == "number" or token.text not in tables or not _stands_for_table(tokens, index):
            continue
        name = f"{statement[end : token.position]}`{database}`.`{token.text}` "
        end = tokens[index + 1].position if index + 1 < len(tokens) else len(statement)
        length += len(name)
        pieces.append(name)
        kept.append((length, end))
    return Placed("".join(pieces) + statement[end:], tuple(kept))


def _stands_for_table(tokens: list[Token], index: int) -> bool:
    before = tokens[index - 1] if index else None
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and after.keyword == "AS" and _begins_cte(tokens, index):
        raise ValidationError(f"query: {tokens[index].text} is a table; give the WITH clause another name")
    if before is None or (after is not None and after.text in {".", "("}):
        return False
    return before.keyword in _BEFORE_TABLE or (before.text == "," and _in_from(tokens, index))


def _begins_cte(tokens: list[Token], index: int) -> bool:
    before = tokens[index - 1] if index else None
    opens = index + 2 < len(tokens) and tokens[index + 2].text == "("
    return opens and before is not None and (before.keyword in {"WITH", "RECURSIVE"} or before.text == ",")


def _in_from(tokens: list[Token], index: int) -> bool:
    """Whether a comma before this token separates tables: the nearest clause at the same depth is FROM."""
    depth = 0
    for token in reversed(tokens[:index]):
        if token.kind == "symbol" and token.text in "()":
            depth += 1 if token.text == ")" else -1
            if depth < 0:
                return False
        elif depth == 0 and token.keyword in _CLAUSES:
            return token.keyword == "FROM"
    return False

"""Conditions as SQL: clauses that name their values by server-side parameters, never by text.

Nothing a user writes becomes part of a statement: keys, values and regular expressions are bound as `{pN:Type}`
parameters, and every column name is Sonde's own. Where a condition looks is for `sonde.query.located`. Equality is written as `map[key] = value`, the form for
which the engine uses bloom-filter indexes on a map's keys and values, also on both sides of an OR.

Meaning: `!=` and `!~` ask for the attribute to be present at some level and for no level to hold the value. Comparisons
are numeric where the wanted value is a number (an attribute that is not a number then never matches), and by text
otherwise. A number also equals the same number written otherwise (`5.0` finds 5).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sonde.query.located import Located
    from sonde.query.text import Terms
    from sonde.query.where import Condition

__all__ = ["Filter"]

_WILD = re.compile(r"[%_\\]")
_ESCAPED = r"\\\g<0>"


class Filter:
    """Clauses that must all hold, and the parameters they name.

    Attributes:
        parameters: values by parameter name, to hand to the engine beside any SQL that holds `sql`.
    """

    def __init__(self) -> None:
        self._clauses: list[str] = []
        self.parameters: dict[str, Any] = {}

    @property
    def sql(self) -> str:
        """All clauses joined by AND; `true` where there are none."""
        return " AND ".join(f"({clause})" for clause in self._clauses) or "true"

    def bind(self, value: object, kind: str = "String") -> str:
        """A placeholder for a value of an engine type; equal values of one type share one."""
        for name, known in self.parameters.items():
            if name.endswith(f"_{kind.split('(', maxsplit=1)[0]}") and type(known) is type(value) and known == value:
                return f"{{{name}:{kind}}}"
        name = f"p{len(self.parameters)}_{kind.split('(', maxsplit=1)[0]}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def add(self, clause: str) -> None:
        """Ask for one more clause; it must name users' values by placeholders only."""
        self._clauses.append(clause)

    def equal(self, column: str, value: str) -> None:
        """Ask for a column to be a text; an empty text asks for nothing."""
        if value:
            self.add(f"{column} = {self.bind(value)}")

    def between(self, start_ns: int | None, end_ns: int | None, column: str = "Timestamp") -> None:
        """Ask for a DateTime64(9) column to be at or after the start and before the end; None asks for nothing."""
        if start_ns is not None:
            self.add(f"{column} >= fromUnixTimestamp64Nano({self.bind(start_ns, 'Int64')})")
        if end_ns is not None:
            self.add(f"{column} < fromUnixTimestamp64Nano({self.bind(end_ns, 'Int64')})")

    def attributes(self, conditions: Iterable[Located]) -> None:
        """Ask for conditions on attributes."""
        for one in conditions:
            self.add(self._condition(one))

    def text(self, terms: Terms, contains: Callable[[Callable[[str], str]], str]) -> None:
        """Ask for free text.

        Args:
            terms: what must and must not be there.
            contains: the clause for one term, from what tests one text for it.
        """
        for term in terms.wanted:
            self.add(contains(self._holds(term)))
        for term in terms.unwanted:
            self.add(f"NOT ({contains(self._holds(term))})")

    def _holds(self, term: str) -> Callable[[str], str]:
        """The clause that a text holds a term in any case.

        Of ASCII terms in the form for which the engine uses an index on the lower-case text's words.
        """
        if not term.isascii():
            placeholder = self.bind(term)
            return lambda text: f"positionCaseInsensitiveUTF8({text}, {placeholder}) > 0"
        pattern = self.bind(f"%{_WILD.sub(_ESCAPED, term.lower())}%")
        return lambda text: f"lower({text}) LIKE {pattern}"

    def _condition(self, one: Located) -> str:
        if one.nested:
            return _signed(one.condition, lambda test: f"arrayExists(m -> {test('m')}, {one.nested})", self._test)
        return _signed(one.condition, lambda test: " OR ".join(test(name) for name in one.maps), self._test)

    def _test(self, condition: Condition, operator: str) -> Callable[[str], str]:
        """The clause of a positive operator for one map, given the map's name."""
        key = self.bind(condition.key)
        if operator == "present":
            return lambda name: f"mapContains({name}, {key})"
        if operator == "=~":
            pattern = self.bind(condition.value)
            return lambda name: f"mapContains({name}, {key}) AND match({name}[{key}], {pattern})"
        if operator == "=":
            return self._equality(key, condition.value)
        number = _number(condition.value)
        if number is None:
            text = self.bind(condition.value)
            return lambda name: f"mapContains({name}, {key}) AND {name}[{key}] {operator} {text}"
        bound = self.bind(number, "Float64")
        return lambda name: (
            f"mapContains({name}, {key}) AND ifNull(toFloat64OrNull({name}[{key}]) {operator} {bound}, false)"
        )

    def _equality(self, key: str, value: str) -> Callable[[str], str]:
        if not value:
            return lambda name: f"mapContains({name}, {key}) AND {name}[{key}] = ''"
        texts = [self.bind(text) for text in _spellings(value)]
        return lambda name: " OR ".join(f"{name}[{key}] = {text}" for text in texts)


def _signed(
    condition: Condition,
    over: Callable[[Callable[[str], str]], str],
    test: Callable[[Condition, str], Callable[[str], str]],
) -> str:
    """The clause of any operator, from that of its positive form over all the places to look."""
    if condition.operator == "absent":
        return f"NOT ({over(test(condition, 'present'))})"
    if condition.operator in {"!=", "!~"}:
        positive = "=" if condition.operator == "!=" else "=~"
        return f"({over(test(condition, 'present'))}) AND NOT ({over(test(condition, positive))})"
    return over(test(condition, condition.operator))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _spellings(text: str) -> tuple[str, ...]:
    """The text, and the engine's own spelling of it where it is a number written otherwise."""
    number = _number(text)
    if number is None:
        return (text,)
    canonical = str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    return (text,) if text == canonical or text.lstrip("-").isdigit() else (text, canonical)

"""Values for the placeholders of a statement from outside: `{name:Type}`.

Values travel beside the statement as the engine's own query parameters and never become part of its text, so that what a
person types into a dashboard's variable can be nothing but a value. Three names are always there:

    start, end   DateTime64(9), DateTime64(6), ..., DateTime    the asked range; the last hour without one
    step         UInt32 and the other integers                   seconds of a round step, about a hundred in the range

Types are those of `sonde.query.tokens.VALUE_TYPES`. A value for `Array(...)` may be one or many; any other type takes one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sonde.core.errors import ValidationError
from sonde.query.steps import grid
from sonde.query.times import parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sonde.query.tokens import Token

__all__ = ["MAX_VALUES", "SqlValues", "bound"]

MAX_VALUES = 1000
_HOUR_NS = 3600 * 10**9
_INTEGER = re.compile(r"(U?)Int(\d+)")


@dataclass(frozen=True, slots=True)
class SqlValues:
    """What placeholders stand for.

    Attributes:
        named: values by name, as text.
        start_ns: begin of the range; None for an hour before its end.
        end_ns: end of the range; None for now.
    """

    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    start_ns: int | None = None
    end_ns: int | None = None


def bound(tokens: Sequence[Token], given: SqlValues, now_ns: int) -> dict[str, Any]:
    """The engine's parameters for the placeholders among tokens.

    Raises:
        ValidationError: a placeholder without a value, with two types, or with a value that is not of its type.
    """
    kinds: dict[str, str] = {}
    for token in tokens:
        if token.kind == "parameter":
            name, kind = token.text[1:-1].split(":", 1)
            if kinds.setdefault(name, kind) != kind:
                raise ValidationError(
                    f"query: {token.text} at character {token.position + 1} has another type than before; give {name} one type"
                )
    return {name: _value(name, kind, given, now_ns) for name, kind in kinds.items()}


def _value(name: str, kind: str, given: SqlValues, now_ns: int) -> Any:
    if name in {"start", "end", "step"}:
        return _ranged(name, kind, given, now_ns)
    values = given.named.get(name)
    if values is None:
        known = ", ".join(sorted({*given.named, "start", "end", "step"}))
        raise ValidationError(f"parameter: {{{name}:{kind}}} has no value; those there are: {known}")
    if len(values) > MAX_VALUES:
        raise ValidationError(f"parameter: {name} has more than {MAX_VALUES} values; give fewer")
    if kind.startswith("Array("):
        return [_single(name, kind[6:-1], value, now_ns) for value in values]
    if len(values) != 1:
        raise ValidationError(
            f"parameter: {name} has {len(values)} values; write {{{name}:Array(String)}} to take many"
        )
    return _single(name, kind, values[0], now_ns)


def _ranged(name: str, kind: str, given: SqlValues, now_ns: int) -> Any:
    end_ns = now_ns if given.end_ns is None else given.end_ns
    start_ns = max(0, end_ns - _HOUR_NS) if given.start_ns is None else given.start_ns
    if name == "step":
        if not _INTEGER.fullmatch(kind):
            raise ValidationError(f"query: {{step:{kind}}} is a number of seconds; write {{step:UInt32}}")
        return grid(start_ns, max(end_ns, start_ns + 1), None).step_ns // 10**9
    if not kind.startswith("DateTime"):
        raise ValidationError(f"query: {{{name}:{kind}}} is a moment; write {{{name}:DateTime64(9)}}")
    return _moment(start_ns if name == "start" else end_ns, kind)


def _moment(moment_ns: int, kind: str) -> str:
    """A moment as the engine reads it in any time zone: seconds since the epoch, with ten digits at least."""
    seconds, fraction = divmod(moment_ns, 10**9)
    return f"{seconds:010d}" if kind == "DateTime" else f"{seconds:010d}.{fraction:09d}"


def _single(name: str, kind: str, value: str, now_ns: int) -> Any:
    if kind == "String":
        return value
    if kind.startswith("DateTime"):
        return _moment(parse_moment(value, now_ns=now_ns, name=f"parameter {name}"), kind)
    try:
        number = _number(kind, value)
    except ValueError:
        raise ValidationError(f"parameter: {name} is {value[:80]!r}, which is not of type {kind}") from None
    return number


def _number(kind: str, value: str) -> Any:
    if kind == "Bool":
        if value.lower() not in {"true", "false", "1", "0"}:
            raise ValueError(value)
        return value.lower() in {"true", "1"}
    if match := _INTEGER.fullmatch(kind):
        number, bits = int(value), int(match[2])
        low, high = (0, 2**bits) if match[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1))
        if not low <= number < high:
            raise ValueError(value)
        return number
    found = float(value)
    if not math.isfinite(found):
        raise ValueError(value)
    return found

"""How differently two sets carry a key's values: shares side by side, and a score that chance cannot make. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Contrast", "Share", "contrasts", "difference"]

_SURE = 1.96
_MOST_VALUES = 40
_OUTCOMES = re.compile(
    r"^(status|status message|exception|duration|severity)$|(^|\.)(error\.type|exception\.\w+|(http\.)?(response\.)?status_code|grpc\.status_code)$"
)


@dataclass(frozen=True, slots=True)
class Share:
    """One value, or one range of numbers, in both sets.

    Attributes:
        value: the text; of a range its label.
        least: the range's lower end, inclusive; None for a text, or where it is open.
        below: the range's upper end, exclusive; None for a text, or where it is open.
        selected: how many selected units carry it.
        rest: how many others do.
        selected_share: 0 to 1, of all selected.
        rest_share: 0 to 1, of all others.
    """

    value: str
    least: float | None
    below: float | None
    selected: int
    rest: int
    selected_share: float
    rest_share: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """One key in both sets.

    Attributes:
        key: `level.key`, or the name of a field.
        is_number: its values are ranges.
        is_outcome: it says how a record ended (an exception's type, a status code), not what led there; shown after causes.
        score: 0 (no difference that chance does not explain) to 1.
        selected_coverage: share of the selected that carry the key at all.
        rest_coverage: share of the others that do.
        values: the most different first; ranges in their order.
    """

    key: str
    is_number: bool
    is_outcome: bool
    score: float
    selected_coverage: float
    rest_coverage: float
    values: list[Share]


def difference(a: int, of_a: int, b: int, of_b: int) -> float:
    """By how much two shares differ at least: the near end of the 95 % interval of their difference; 0 where it spans zero.

    Agresti and Caffo's interval ("Simple and Effective Confidence Intervals", The American Statistician 54, 2000): one success
    and one failure are added to each set, so that empty and full sets have an error too.
    """
    if not of_a or not of_b:
        return 0.0
    p, q = (a + 1) / (of_a + 2), (b + 1) / (of_b + 2)
    error = math.sqrt(p * (1 - p) / (of_a + 2) + q * (1 - q) / (of_b + 2))
    return max(0.0, abs(p - q) - _SURE * error)


def contrasts(
    counted: Mapping[str, Mapping[str, tuple[int, int]]],
    selected: int,
    rest: int,
    edges: Mapping[str, Sequence[float]],
    without: Iterable[str] = (),
) -> list[Contrast]:
    """Every key: causes before outcomes, the most different first, equal ones by name.

    Args:
        counted: selected and other units by key and value; of keys in `edges` the value is the number of edges at or below it.
        selected: how many units were selected.
        rest: how many others there are.
        edges: where the ranges of numbers meet, ascending.
        without: keys that are not asked about.
    """
    left = set(without)
    found = [
        _contrast(key, values, selected, rest, edges.get(key)) for key, values in counted.items() if key not in left
    ]
    return sorted(found, key=lambda one: (one.is_outcome, -one.score, one.key))


def _contrast(
    key: str, values: Mapping[str, tuple[int, int]], selected: int, rest: int, edges: Sequence[float] | None
) -> Contrast:
    shares = [_share(value, count, (selected, rest), edges) for value, count in values.items()]
    score = max((difference(one.selected, selected, one.rest, rest) for one in shares), default=0.0)
    carried = sum(one.selected for one in shares), sum(one.rest for one in shares)
    missing = difference(min(carried[0], selected), selected, min(carried[1], rest), rest)
    if edges is None:
        shares.sort(key=lambda one: (-abs(one.selected_share - one.rest_share), one.value))
    else:
        shares.sort(key=lambda one: -math.inf if one.least is None else one.least)
    return Contrast(
        key,
        edges is not None,
        bool(_OUTCOMES.search(key)),
        max(score, missing),
        _portion(carried[0], selected),
        _portion(carried[1], rest),
        shares[:_MOST_VALUES],
    )


def _portion(count: int, of: int) -> float:
    return min(1.0, count / of) if of else 0.0


def _share(value: str, count: tuple[int, int], of: tuple[int, int], edges: Sequence[float] | None) -> Share:
    (yes, no), (selected, rest) = count, of
    shares = yes / selected if selected else 0.0, no / rest if rest else 0.0
    if edges is None:
        return Share(value, None, None, yes, no, *shares)
    at = int(value)
    least = edges[at - 1] if at else None
    below = edges[at] if at < len(edges) else None
    return Share(_label(least, below), least, below, yes, no, *shares)


def _label(least: float | None, below: float | None) -> str:
    if least is None:
        return f"< {below:.4g}"
    return f"≥ {least:.4g}" if below is None else f"{least:.4g} to {below:.4g}"

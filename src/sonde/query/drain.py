"""Templates that differ in a few words put together: `user alice logged in`, `user bob logged in` and a hundred more.

Source: P. He, J. Zhu, Z. Zheng, M. R. Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017. As there,
templates are first parted by their number of words and their first word, and then join the most similar group whose share
of equal words (its equation 1, simSeq) reaches a threshold. Unlike there, two or three different words at a place do not make it
a wildcard: `cache hit` and `cache miss` are two things that a person wants to tell apart, while many words at one place
are values. A place whose words have a beginning up to a sign in common, such as `user=`, keeps it.

Pure; at worst the product of templates and groups of one length and first word, which are bounded.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from sonde.query.templates import ANYTHING, WILDCARD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["merged"]

SIMILAR = 0.5
"""Share of equal words from which templates may belong together; what Drain uses for most of its data sets."""
MANY = 4
"""So many different words at a place are values, not kinds of events."""
_MOST_GROUPS = 200

Words = list[str]


def merged(templates: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Groups of templates.

    Args:
        templates: different ones, the most frequent first.

    Returns:
        The pattern of each group and its members' positions in `templates`, in the order of their first members.
    """
    words = [text.split(" ") for text in templates]
    leaves: dict[tuple[int, str], list[list[int]]] = {}
    for position, one in enumerate(words):
        first = WILDCARD if WILDCARD in one[0] else one[0]
        _place(leaves.setdefault((len(one), first), []), position, words)
    groups = [parted for leaf in leaves.values() for group in leaf for parted in _parted(group, words)]
    return [(_pattern([words[member] for member in group]), group) for group in sorted(groups)]


def _place(leaf: list[list[int]], position: int, words: Sequence[Words]) -> None:
    """Let a template join the most similar group of a leaf, or begin one."""
    one = words[position]
    best, most = None, SIMILAR * len(one)
    for group in leaf[:_MOST_GROUPS]:
        equal = sum(map(operator.eq, words[group[0]], one))
        if equal >= most and (best is None or equal > most):
            best, most = group, equal
    if best is None:
        leaf.append([position])
    else:
        best.append(position)


def _parted(group: list[int], words: Sequence[Words]) -> Iterator[list[int]]:
    """A group, parted until at every place its words are all equal or many."""
    different = [len({words[member][place] for member in group}) for place in range(len(words[group[0]]))]
    few = [place for place, number in enumerate(different) if 1 < number < MANY]
    if not few:
        yield group
        return
    parts: dict[tuple[str, ...], list[int]] = {}
    for member in group:
        parts.setdefault(tuple(words[member][place] for place in few), []).append(member)
    for part in parts.values():
        yield from _parted(part, words)


def _pattern(group: Sequence[Words]) -> str:
    return " ".join(_word(set(column)) for column in zip(*group, strict=True))


def _word(different: set[str]) -> str:
    """One word, or what different words have in common around ANYTHING."""
    if len(different) == 1:
        return next(iter(different))
    front = _beginning(different)
    back = _beginning({word[len(front) :][::-1] for word in different})[::-1]
    return front + ANYTHING + back


def _beginning(words: set[str]) -> str:
    """What all begin with, up to the last sign that is neither letter nor digit."""
    least, most = min(words), max(words)
    length = next(
        (place for place, pair in enumerate(zip(least, most, strict=False)) if pair[0] != pair[1]), len(least)
    )
    while length and least[length - 1].isalnum():
        length -= 1
    return least[:length]

"""Who is whose parent in a trace that is in preorder, and how long each span worked itself.

A `Trace` keeps its spans in preorder with depths, which is the whole tree; here it becomes indexes again, once, for
everything that reasons about it. Times are as shown: clock skew taken out, nanoseconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sonde.query.spans import Span

__all__ = ["Lineage", "lineage", "self_times", "silences", "uncovered"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """A trace's tree by index, in the order of its spans.

    Attributes:
        parents: the index of each span's parent, -1 at roots.
        children: the indexes of each span's children, in preorder.
        starts: when each span started.
        ends: when each span ended.
    """

    parents: list[int]
    children: list[list[int]]
    starts: list[int]
    ends: list[int]


def lineage(spans: Sequence[Span]) -> Lineage:
    """The tree of spans in preorder; O(n)."""
    parents: list[int] = []
    children: list[list[int]] = [[] for _ in spans]
    path: list[int] = []
    for index, span in enumerate(spans):
        del path[span.depth :]
        parents.append(path[-1] if path else -1)
        if path:
            children[path[-1]].append(index)
        path.append(index)
    starts = [span.start_ns + span.skew_ns for span in spans]
    ends = [start + span.duration_ns for start, span in zip(starts, spans, strict=True)]
    return Lineage(parents, children, starts, ends)


def uncovered(kin: Lineage, index: int) -> list[tuple[int, int]]:
    """The stretches of a span in which none of its children ran, in order; O(c log c) for c children."""
    starts, ends = kin.starts, kin.ends
    return _gaps(starts[index], ends[index], sorted((starts[child], ends[child]) for child in kin.children[index]))


def silences(kin: Lineage) -> list[tuple[int, int]]:
    """The stretches of a trace in which no span ran, in order; O(n log n)."""
    return _gaps(min(kin.starts), max(kin.ends), sorted(zip(kin.starts, kin.ends, strict=True)))


def _gaps(start: int, end: int, covered: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    gaps = []
    reached = start
    for first, last in covered:
        if first >= end:
            break
        if first > reached:
            gaps.append((reached, first))
        reached = max(reached, last)
    if reached < end:
        gaps.append((reached, end))
    return gaps


def self_times(kin: Lineage) -> list[int]:
    """How long each span ran while none of its children did, in nanoseconds; O(n log n)."""
    return [
        sum(last - first for first, last in uncovered(kin, index)) if children else kin.ends[index] - kin.starts[index]
        for index, children in enumerate(kin.children)
    ]

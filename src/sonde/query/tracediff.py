"""Two traces as one tree: where they did the same, where one did more, and where the time went.

Each trace is folded into its calling context tree (Ammons, Ball and Larus, "Exploiting Hardware Performance Counters with
Flow and Context Sensitive Profiling", PLDI 1997): spans with the same path of (service, name, kind) from the root are one
node with a count, whatever their order; numbers and ids in names are taken out first. The two trees are then matched from
the top: children of matched nodes are matched by key; of those left over, pairs of the same kind are matched by likeness
(same name, same service, shared children), best first, so that a renamed operation or service keeps its subtree comparable.
What is still left stands only on its side, with everything below it.

Critical times of all nodes add up to what the critical path of each trace explains, so their differences say where the
difference in duration comes from. O(n log n) and, at one place in the tree, at most 50 x 50 candidates of likeness.

Not promised: a span put between two others in one trace moves what is below it out of reach; both forms are then shown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from sonde.query.contexts import Contexts, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.contexts import Key as _Key
    from sonde.query.trace import Trace

__all__ = ["MOST_NODES", "DiffNode", "TraceDiff", "trace_diff"]

MOST_NODES = 5_000
_ALIKE = 1.5
_NONE: tuple[int, ...] = ()
_Pair: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class DiffNode:
    """A place in the merged tree: `a` and `b` are empty sides where a trace has nothing there.

    Attributes:
        parent: index of the node above, -1 at roots.
        depth: 0 at roots.
        service: in a, or in b where only b has it.
        kind: of the spans.
        service_b: in b; differs from `service` where a renamed one was matched.
    """

    parent: int
    depth: int
    service: str
    kind: str
    service_b: str
    a: Side
    b: Side


@dataclass(frozen=True, slots=True)
class TraceDiff:
    """The merged tree in preorder, siblings by when they first ran; and whether nodes were left out."""

    nodes: list[DiffNode]
    truncated: bool


def trace_diff(a: Trace, b: Trace, *, most: int = MOST_NODES) -> TraceDiff:
    """The merged tree of two traces.

    Of their spans, what the critical path needs is read, and service, name, kind and status.

    Args:
        a: the trace that is compared with.
        b: the trace that is compared.
        most: at most so many nodes; those with the smallest differences are left out, with what is below them.
    """
    keys: dict[_Key, int] = {}
    merged = _Merged(Contexts(a, keys), Contexts(b, keys), list(keys))
    kept = merged.largest(most)
    return TraceDiff([merged.node(*one) for one in kept], truncated=len(kept) < len(merged.pairs))


class _Merged:
    """Two calling context trees, matched.

    Attributes:
        pairs: (node in a, node in b, place of the pair above, depth) in preorder; -1 where there is none.
    """

    def __init__(self, a: Contexts, b: Contexts, keys: list[_Key]) -> None:
        self._a, self._b, self._keys = a, b, keys
        self.pairs: list[tuple[int, int, int, int]] = []
        stack = [(one, other, -1, 0) for one, other in self._matched(0, 0)]
        while stack:
            pair = stack.pop()
            place = len(self.pairs)
            self.pairs.append(pair)
            one, other, _, depth = pair
            stack.extend((x, y, place, depth + 1) for x, y in self._matched(one, other))

    def _matched(self, one: int, other: int) -> list[_Pair]:
        """The children of a pair in pairs; the first to run is last, because the stack is popped from its end."""
        in_a, in_b = self._a.children.get(one, _NONE), self._b.children.get(other, _NONE)
        if not in_a and not in_b:
            return []
        pairs: list[_Pair]
        if in_a and in_b:
            pairs = self._both(in_a, in_b)
        else:
            pairs = [(index, -1) for index in in_a] or [(-1, index) for index in in_b]
        return sorted(pairs, key=self._order, reverse=True) if len(pairs) > 1 else pairs

    def _both(self, in_a: Sequence[int], in_b: Sequence[int]) -> list[_Pair]:
        by_key = {self._b.key[index]: index for index in in_b}
        pairs = [(index, by_key.pop(self._a.key[index], -1)) for index in in_a]
        if not by_key:
            return pairs
        only_a = [index for index, match in pairs if match < 0]
        likely = self._alike(only_a, list(by_key.values())) if only_a else {}
        taken = set(likely.values())
        pairs = [(index, likely.get(index, -1) if match < 0 else match) for index, match in pairs]
        return pairs + [(-1, index) for index in by_key.values() if index not in taken]

    def _order(self, pair: _Pair) -> tuple[int, int]:
        side, index = (self._a, pair[0]) if pair[0] >= 0 else (self._b, pair[1])
        return side.first_ns[index], side.key[index]

    def _alike(self, only_a: list[int], only_b: list[int]) -> dict[int, int]:
        """Nodes of a with those of b that are likely the same under another name, each in one pair at most."""
        longest_a, longest_b = self._a.longest(only_a), self._b.longest(only_b)
        scored = [(-self._likeness(one, other), one, other) for one in longest_a for other in longest_b]
        pairs: dict[int, int] = {}
        taken: set[int] = set()
        for score, one, other in sorted(scored):
            if -score >= _ALIKE and one not in pairs and other not in taken:
                pairs[one] = other
                taken.add(other)
        return pairs

    def _likeness(self, one: int, other: int) -> float:
        """0 to 4: two for the same name, one for the same service, up to one for children in common."""
        here, there = self._keys[self._a.key[one]], self._keys[self._b.key[other]]
        if here[2] != there[2]:
            return 0.0
        below, also = self._a.keys_below(one), self._b.keys_below(other)
        shared = len(below & also) / len(below | also) if below or also else 0.0
        return 2.0 * (here[1] == there[1]) + (here[0] == there[0]) + shared

    def largest(self, most: int) -> list[tuple[int, int, int, int]]:
        """At most so many pairs, in the same order: those above the largest differences, and these."""
        if len(self.pairs) <= most:
            return self.pairs
        weights = [self._difference(one, other) for one, other, _, _ in self.pairs]
        below: dict[int, list[int]] = defaultdict(list)
        for place in range(len(weights) - 1, -1, -1):
            parent = self.pairs[place][2]
            below[parent].append(place)
            if parent >= 0:
                weights[parent] = max(weights[parent], weights[place])
        heap = [(-weights[place], place) for place in below[-1]]
        heapify(heap)
        kept: list[int] = []
        while heap and len(kept) < most:
            _, place = heappop(heap)
            kept.append(place)
            for child in below.get(place, _NONE):
                heappush(heap, (-weights[child], child))
        places = {-1: -1, **{place: index for index, place in enumerate(sorted(kept))}}
        return [
            (one, other, places[parent], depth)
            for one, other, parent, depth in map(self.pairs.__getitem__, sorted(kept))
        ]

    def _difference(self, one: int, other: int) -> int:
        own_a, critical_a = (self._a.self_ns[one], self._a.critical_ns[one]) if one >= 0 else (0, 0)
        own_b, critical_b = (self._b.self_ns[other], self._b.critical_ns[other]) if other >= 0 else (0, 0)
        return abs(own_a - own_b) + abs(critical_a - critical_b)

    def node(self, one: int, other: int, parent: int, depth: int) -> DiffNode:
        """A pair as it is answered."""
        in_b = self._keys[self._b.key[other]] if other >= 0 else None
        shown = self._keys[self._a.key[one]] if one >= 0 else in_b
        assert shown is not None
        renamed = in_b or shown
        a, b = self._a.side(one), self._b.side(other)
        return DiffNode(parent, depth, shown[0], shown[2], renamed[0], a, b)

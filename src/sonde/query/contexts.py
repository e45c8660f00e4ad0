"""A trace folded into its calling context tree: spans with the same path from the root are one node with a count.

Source: Ammons, Ball and Larus, "Exploiting Hardware Performance Counters with Flow and Context Sensitive Profiling",
PLDI 1997. A path is of (service, name, kind); numbers and ids in names are taken out, so that `get 1` and `get 2` are one.
Columns by node instead of objects, because a trace may have as many paths as spans.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, TypeAlias

from sonde.query.critical import critical_path, critical_times
from sonde.query.lineage import lineage, self_times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.query.trace import Trace

__all__ = ["Contexts", "Key", "Side"]

Key: TypeAlias = tuple[str, str, str]
"""Service, name without what varies, kind."""

_MOST_CANDIDATES = 50
_MOST_SAMPLES = 20
_MOST_NAME = 1000
_VARYING = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b(?=[a-fA-F]*[0-9])[0-9a-fA-F]{8,}\b|[0-9]+"
)


@dataclass(frozen=True, slots=True)
class Side:
    """What a trace has at one node.

    Attributes:
        count: spans; 0 where the trace has none here.
        total_ns: their durations' sum.
        self_ns: time in which none of their children ran, summed.
        critical_ns: time of the trace's critical path that is theirs.
        errors: how many failed.
        first_ns: when the first started, from the trace's start.
        name: of the first span, as sent.
        spans: indexes of the longest, longest first, at most 20.
    """

    count: int = 0
    total_ns: int = 0
    self_ns: int = 0
    critical_ns: int = 0
    errors: int = 0
    first_ns: int = 0
    name: str = ""
    spans: tuple[int, ...] = ()


class Contexts:
    """A trace's calling context tree; node 0 stands above its roots and for no span.

    Args:
        trace: spans in preorder.
        keys: numbers of keys, shared between trees that are compared; new keys are added.

    Attributes:
        key: the number of each node's key.
        children: the nodes below a node, where there are any.
        first_ns, self_ns, critical_ns: as in `Side`.
    """

    def __init__(self, trace: Trace, keys: dict[Key, int]) -> None:
        self._trace, self._kin = trace, lineage(trace.spans)
        self._own = self_times(self._kin)
        self._critical = critical_times(critical_path(trace, self._kin), len(self._own))
        self.children: dict[int, list[int]] = defaultdict(list)
        self.key = [-1]
        self._members: list[list[int]] = [[]]
        self._fold(keys)
        self.self_ns = [sum(map(self._own.__getitem__, members)) for members in self._members]
        self.critical_ns = [sum(map(self._critical.__getitem__, members)) for members in self._members]
        starts, begun = self._kin.starts, min(self._kin.starts)
        self.first_ns = [min((starts[index] for index in members), default=begun) - begun for members in self._members]

    def _fold(self, keys: dict[Key, int]) -> None:
        names: dict[str, str] = {}
        nodes: dict[tuple[int, int], int] = {}
        contexts: list[int] = []
        for index, (span, parent) in enumerate(zip(self._trace.spans, self._kin.parents, strict=True)):
            name = names.get(span.name)
            if name is None:
                name = names[span.name] = _VARYING.sub("?", span.name[:_MOST_NAME])
            key = keys.setdefault((span.service, name, span.kind), len(keys))
            above = contexts[parent] if parent >= 0 else 0
            node = nodes.get((above, key))
            if node is None:
                node = nodes[above, key] = len(self.key)
                self.key.append(key)
                self.children[above].append(node)
                self._members.append([])
            self._members[node].append(index)
            contexts.append(node)

    def side(self, node: int) -> Side:
        """A node's figures; an empty side where there is no node (-1)."""
        if node < 0:
            return Side()
        spans, members = self._trace.spans, self._members[node]
        return Side(
            len(members),
            sum(spans[index].duration_ns for index in members),
            self.self_ns[node],
            self.critical_ns[node],
            sum(spans[index].is_error for index in members),
            self.first_ns[node],
            spans[members[0]].name,
            tuple(nsmallest(_MOST_SAMPLES, members, key=lambda index: -spans[index].duration_ns)),
        )

    def longest(self, nodes: Iterable[int]) -> list[int]:
        """Of these nodes those with the most self time, at most 50."""
        return nsmallest(_MOST_CANDIDATES, nodes, key=lambda node: (-self.self_ns[node], node))

    def keys_below(self, node: int) -> set[int]:
        """The keys of a node's children."""
        return {self.key[child] for child in self.children.get(node, ())}

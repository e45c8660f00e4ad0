"""The critical path of a trace: which span the clock was waiting for, at every moment until the trace's end.

Source: CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures", USENIX ATC 2022,
section 4), which Jaeger's interface also follows. From a span's end backwards: the time after its last child ended is
the span's own; before that the path runs through that child; it goes on before the child's start with the last child that
had ended by then. Children that overlap the chosen one ran beside it and are not on the path.

What differs, because traces are not only calls that are waited for:

- The path explains the whole trace. Until the root's end it is the root's path, as above. Where work went on after the root
  had ended (a queued message, a task in the background), the rest is the path of the span that ended last, and of what started
  it, back to the root's end. Time in which neither ran, such as a message's in its queue, is nobody's.
- Elsewhere, a child that outlived its parent was not waited for and is not on its path. A client is the exception: it waits
  for its server until it gives up, so the server's own path counts up to the client's end.
- Roots (a trace may lack the span above them) are treated as children of one that ran all the time but did nothing.
- Clocks are coarse: a child may overlap the next by a hundredth of its duration, or a microsecond, and still be before it.

Iterative; O(n log n) for sorting children by their ends, every span is entered at most twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sonde.query.lineage import Lineage, lineage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.spans import Span
    from sonde.query.trace import Trace

__all__ = ["Segment", "critical_path", "critical_times"]

_COARSE_NS = 1_000
_COARSE_SHARE = 100


class Segment(NamedTuple):
    """A stretch of the critical path that is one span's own.

    Attributes:
        span: index into the trace's spans.
        start_ns: as shown: clock skew taken out.
        end_ns: always after start_ns.
    """

    span: int
    start_ns: int
    end_ns: int


def critical_path(trace: Trace, kin: Lineage | None = None) -> list[Segment]:
    """The critical path, oldest segment first; segments are disjoint and lie within the trace.

    Args:
        trace: spans in preorder; of each only kind, duration, start, skew and depth are read.
        kin: the trace's lineage where the caller has it.
    """
    kin = kin or lineage(trace.spans)
    walk = _Walk(trace.spans, kin)
    last = max(range(len(kin.ends)), key=lambda index: (kin.ends[index], -index))
    root = walk.after_root(last)
    cursor = kin.ends[root]
    roots = sorted((i for i, parent in enumerate(kin.parents) if parent < 0), key=kin.ends.__getitem__, reverse=True)
    for candidate in (root, *roots):
        if kin.ends[candidate] <= cursor:
            walk.down(candidate, kin.ends[candidate], kin.starts[candidate])
            cursor = kin.starts[candidate]
    walk.segments.reverse()
    return walk.segments


def critical_times(segments: list[Segment], count: int) -> list[int]:
    """How many nanoseconds of the critical path are each span's own, for so many spans."""
    times = [0] * count
    for index, start, end in segments:
        times[index] += end - start
    return times


class _Visit:
    """A span that is being walked backwards.

    `cursor` is how far the walk has come; what it finds is kept only between `floor` and `ceiling`, which the spans above set.
    """

    __slots__ = ("ceiling", "children", "cursor", "floor", "index")

    def __init__(self, index: int, cursor: int, floor: int, ceiling: int, children: list[int]) -> None:
        self.index, self.cursor, self.floor, self.ceiling, self.children = index, cursor, floor, ceiling, children


class _Walk:
    """Collects segments, newest first."""

    def __init__(self, spans: Sequence[Span], kin: Lineage) -> None:
        self.segments: list[Segment] = []
        self._spans, self._kin = spans, kin

    def after_root(self, index: int) -> int:
        """Walk the span that ended last, and what started it, back to the end of its root, which is returned."""
        parents, starts, ends = self._kin.parents, self._kin.starts, self._kin.ends
        line = [index]
        while parents[line[-1]] >= 0:
            line.append(parents[line[-1]])
        root = line.pop()
        cursor = ends[index]
        for above in line:
            if cursor <= ends[root]:
                break
            cursor = min(cursor, ends[above])
            self.down(above, cursor, max(starts[above], ends[root]))
            cursor = min(cursor, starts[above])
        return root

    def down(self, index: int, cursor: int, floor: int) -> None:
        """Walk a span and what it waited for, from a moment backwards to another."""
        stack = [self._visit(index, cursor, floor, cursor)]
        while stack:
            visit = stack[-1]
            child = self._before(visit)
            if child is None:
                self._keep(visit, self._kin.starts[visit.index])
                stack.pop()
                continue
            self._keep(visit, self._kin.ends[child])
            ceiling = min(visit.ceiling, visit.cursor)
            visit.cursor = min(visit.cursor, self._kin.starts[child])
            floor = max(visit.floor, self._kin.starts[child])
            stack.append(self._visit(child, self._kin.ends[child], floor, ceiling))

    def _visit(self, index: int, cursor: int, floor: int, ceiling: int) -> _Visit:
        children = sorted(self._kin.children[index], key=self._kin.ends.__getitem__)
        return _Visit(index, cursor, floor, ceiling, children)

    def _before(self, visit: _Visit) -> int | None:
        """The last child that had ended when the walk came here; those after it are given up."""
        starts, ends = self._kin.starts, self._kin.ends
        waits = self._spans[visit.index].kind == "Client"
        while visit.children and visit.cursor > visit.floor:
            child = visit.children.pop()
            if starts[child] >= visit.cursor or ends[child] <= visit.floor:
                continue
            if ends[child] <= visit.cursor + max(_COARSE_NS, (ends[child] - starts[child]) // _COARSE_SHARE):
                return child
            if waits and visit.cursor == ends[visit.index]:
                return child
        return None

    def _keep(self, visit: _Visit, start: int) -> None:
        """Note the span's own time from `start` to where the walk stands."""
        start, end = max(start, visit.floor), min(visit.cursor, visit.ceiling)
        if start >= end:
            return
        after = self.segments[-1] if self.segments else None
        if after is not None and after.span == visit.index and after.start_ns == end:
            self.segments[-1] = Segment(visit.index, start, after.end_ns)
        else:
            self.segments.append(Segment(visit.index, start, end))

"""Taking clock skew out of a trace: a child on another machine that lies outside its parent is moved into it.

Source: the rule of Jaeger's clock-skew adjuster (`clockskew.go`): where parent and child ran on different hosts,

- a child that lasted longer than its parent is moved only when it started before it, to the parent's start;
- a child within its parent stays;
- any other child is centred in its parent, as if the network took the same time both ways;

and what runs below the child on the same host moves with it. Original times stay in the span; the shift is `skew_ns`.

Differences from Jaeger: consumers are never moved, because a message may rightly be handled after its producer ended; and
two services that report the same `host.id` or `host.name` share a clock, so nothing between them is moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonde.query.spans import Span
    from sonde.query.tree import Forest

__all__ = ["adjust"]


def adjust(forest: Forest, order: list[int]) -> bool:
    """Set `skew_ns` on the spans of a forest.

    Args:
        forest: the trace.
        order: positions with every parent before its children.

    Returns:
        Whether anything was moved, so that siblings may have changed places.
    """
    moved = False
    for position in order:
        parent = forest.parents[position]
        if parent < 0:
            continue
        span, above = forest.spans[position], forest.spans[parent]
        span.skew_ns = above.skew_ns if _share_clock(above, span) else _skew(above, span)
        moved = moved or span.skew_ns != 0
    return moved


def _skew(parent: Span, child: Span) -> int:
    start, end = parent.shown_start_ns, parent.shown_start_ns + parent.duration_ns
    if child.kind == "Consumer" or parent.kind == "Producer":
        return 0
    if child.duration_ns > parent.duration_ns:
        return max(0, start - child.start_ns)
    if start <= child.start_ns and child.end_ns <= end:
        return 0
    latency = (parent.duration_ns - child.duration_ns) // 2
    return start + latency - child.start_ns


def _share_clock(one: Span, other: Span) -> bool:
    if one.resource is other.resource:
        return True
    for key in ("host.id", "host.name"):
        here, there = one.resource.attributes.get(key), other.resource.attributes.get(key)
        if here is not None and there is not None:
            return here == there
    return one.service == other.service

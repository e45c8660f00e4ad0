"""Two traces compared: their merged tree, and the attributes that differ where it matters.

The tree is made of spans without their weight (`sonde.query.outlinerows`), so that two traces of 10,000 spans are read in
a tenth of the time. Attributes are then read of few spans only: of the roots and of the 12 nodes with the largest difference
in critical or self time, the 20 longest spans each; of resources, up to 4 a service.

An attribute differs where the sets of its values do. Sets of more than 5 values on both sides are taken for ids and left
out, as are threads, ports and process numbers, which always differ and explain nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from sonde.query.filters import Filter
from sonde.query.outlinerows import read_outline_trace
from sonde.query.trace import moments, trace_id_of
from sonde.query.tracediff import TraceDiff, trace_diff
from sonde.query.values import plain, typed_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sonde.query.source import Source
    from sonde.query.spans import Value
    from sonde.query.trace import Trace
    from sonde.query.tracediff import DiffNode

__all__ = ["AttributeDifference", "Comparison", "compare"]

_MOST_PLACES = 12
_MOST_DIFFERENCES = 200
_MOST_VALUES = 5
_MOST_TEXT = 300
_MOST_RESOURCES = 4
_ALWAYS_OTHERS = frozenset(
    {
        "thread.id", "thread.name", "client.port", "network.peer.port", "net.peer.port", "net.sock.peer.port", "process.pid",
        "process.parent_pid", "process.creation.time", "code.lineno",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttributeDifference:
    """An attribute whose values are others in b than in a.

    Attributes:
        node: index of the node whose spans have it; -1 for a resource attribute.
        service: whose it is.
        key: the attribute's key.
        a: its values in a as text, sorted, at most 5, each of at most 300 characters; empty where it is absent.
        b: likewise in b.
    """

    node: int
    service: str
    key: str
    a: tuple[str, ...]
    b: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two traces and what is between them.

    Attributes:
        a: without attributes, events, links and logs.
        b: likewise.
        diff: the merged tree.
        attributes: of resources first, then of spans in the tree's order.
        attributes_truncated: there are more.
        spans_truncated: one of the traces has more spans than were read.
    """

    a: Trace
    b: Trace
    diff: TraceDiff
    attributes: list[AttributeDifference]
    attributes_truncated: bool
    spans_truncated: bool


def compare(source: Source, a: str, b: str) -> Comparison:
    """Two traces compared; see `Query.compare`."""
    id_a, id_b = trace_id_of(a), trace_id_of(b)
    trace_a, total_a = read_outline_trace(source, id_a)
    trace_b, total_b = (trace_a, total_a) if id_a == id_b else read_outline_trace(source, id_b)
    diff = trace_diff(trace_a, trace_b)
    found: list[AttributeDifference] = []
    if id_a != id_b:
        found = [*_of_resources(source, trace_a, trace_b), *_of_spans(source, trace_a, trace_b, diff)]
    return Comparison(
        trace_a,
        trace_b,
        diff,
        found[:_MOST_DIFFERENCES],
        len(found) > _MOST_DIFFERENCES,
        total_a > len(trace_a.spans) or total_b > len(trace_b.spans),
    )


def _within(source: Source, *traces: Trace) -> Filter:
    ids = [trace.trace_id for trace in traces]
    given = Filter()
    given.add(f"TraceId IN {given.bind(ids, 'Array(String)')}")
    given.between(*moments(source, *ids))
    return given


def _of_resources(source: Source, a: Trace, b: Trace) -> list[AttributeDifference]:
    given = _within(source, a, b)
    rows = source.rows(
        "SELECT TraceId, ServiceName, groupUniqArray("
        f"{_MOST_RESOURCES})((ResourceAttributes, ResourceAttributesKinds)) AS Resources"
        f" FROM @otel_traces WHERE {given.sql} GROUP BY TraceId, ServiceName",
        given.parameters,
    )
    by_trace: dict[tuple[str, str], list[dict[str, Value]]] = {}
    for row in rows:
        by_trace[row["TraceId"], row["ServiceName"]] = [typed_map(*one) for one in row["Resources"]]
    shared = sorted(
        {name for trace, name in by_trace if (a.trace_id, name) in by_trace and (b.trace_id, name) in by_trace}
    )
    return [
        AttributeDifference(-1, name, *one)
        for name in shared
        for one in _differences(by_trace[a.trace_id, name], by_trace[b.trace_id, name])
    ]


def _of_spans(source: Source, a: Trace, b: Trace, diff: TraceDiff) -> list[AttributeDifference]:
    places = _places(diff.nodes)
    wanted = {trace.spans[index].span_id for place in places for trace, index in _samples(diff.nodes[place], a, b)}
    if not wanted:
        return []
    given = _within(source, a, b)
    given.add(f"SpanId IN {given.bind(sorted(wanted), 'Array(String)')}")
    rows = source.rows(
        "SELECT TraceId, SpanId, toString(SpanKind) AS Kind, SpanAttributes, SpanAttributesKinds"
        f" FROM @otel_traces WHERE {given.sql}",
        given.parameters,
    )
    known = {
        (row["TraceId"], row["SpanId"], row["Kind"]): typed_map(row["SpanAttributes"], row["SpanAttributesKinds"])
        for row in rows
    }
    found = []
    for place in places:
        node = diff.nodes[place]
        sides = [
            [known.get((trace.trace_id, trace.spans[i].span_id, trace.spans[i].kind), {}) for i in side.spans]
            for trace, side in ((a, node.a), (b, node.b))
        ]
        found += [AttributeDifference(place, node.service, *one) for one in _differences(*sides)]
    return found


def _samples(node: DiffNode, a: Trace, b: Trace) -> Iterable[tuple[Trace, int]]:
    return [*((a, index) for index in node.a.spans), *((b, index) for index in node.b.spans)]


def _places(nodes: Sequence[DiffNode]) -> list[int]:
    """Nodes that both traces have and whose attributes are worth reading: roots, and the largest differences."""
    both = [place for place, node in enumerate(nodes) if node.a.count and node.b.count]
    roots = [place for place in both if nodes[place].parent < 0]
    largest = sorted(both, key=lambda place: (-_weight(nodes[place]), place))
    return sorted(dict.fromkeys([*roots[:_MOST_PLACES], *largest[:_MOST_PLACES]]))


def _weight(node: DiffNode) -> int:
    changed = 10**9 * (node.a.errors != node.b.errors)
    return changed + abs(node.a.critical_ns - node.b.critical_ns) + abs(node.a.self_ns - node.b.self_ns)


def _differences(
    a: Sequence[Mapping[str, Value]], b: Sequence[Mapping[str, Value]]
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Keys whose sets of values differ, with both."""
    values_a, values_b = _values(a), _values(b)
    found = []
    for key in sorted({*values_a, *values_b} - _ALWAYS_OTHERS):
        here, there = values_a.get(key, set()), values_b.get(key, set())
        if here != there and min(len(here), len(there)) <= _MOST_VALUES:
            found.append((key, _shown(here), _shown(there)))
    return found


def _values(maps: Iterable[Mapping[str, Value]]) -> dict[str, set[str]]:
    values: dict[str, set[str]] = defaultdict(set)
    for one in maps:
        for key, value in one.items():
            values[key].add(value if isinstance(value, str) else orjson.dumps(plain(value), default=str).decode())
    return values


def _shown(values: set[str]) -> tuple[str, ...]:
    return tuple(
        one if len(one) <= _MOST_TEXT else f"{one[: _MOST_TEXT - 1]}…" for one in sorted(values)[:_MOST_VALUES]
    )

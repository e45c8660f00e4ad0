"""The map of services: nodes with their rate, failures and durations, and the calls between them.

Nodes are the services that sent spans in the range (to the minute, where it is long or busy) and the peers that services called: databases, queues, and external
ones. A service is judged as in `sonde.query.services`; a peer, or a service that sent no spans, by the calls to it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.neighbours import calls
from sonde.query.services import Edge, services
from sonde.query.volume import volume

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sonde.query.source import Source

__all__ = ["MOST_NODES", "Node", "ServiceMap", "service_map"]

MOST_NODES = 500
_MOST_EDGES = 2000
_MOST_READ = 2_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """One service or peer.

    Attributes:
        kind: `service`, `database`, `messaging` or `external`.
        spans: entry spans, or all of a service without any; of a peer the calls to it.
        rate_per_s: of them a second.
        sends_spans: whether it sent spans in the range.
    """

    name: str
    kind: str
    spans: int
    errors: int
    rate_per_s: float
    p50_ms: float
    p95_ms: float
    sends_spans: bool

    @property
    def error_ratio(self) -> float:
        """Share of `spans` that failed, 0 to 1."""
        return self.errors / self.spans if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class ServiceMap:
    """Nodes, the busiest first, and the calls between those that are named.

    Attributes:
        length_s: seconds over which rates are spread.
        nodes_found: how many nodes there are, those that were cut included.
        edges_found: how many kinds of calls there are, likewise.
    """

    nodes: list[Node]
    edges: list[Edge]
    length_s: float
    nodes_found: int
    edges_found: int


def service_map(source: Source, start_ns: int, end_ns: int, now_ns: int, limit: int = MOST_NODES) -> ServiceMap:
    """The map of a range; see `Query.service_map`."""
    if not 1 <= limit <= MOST_NODES:
        raise ValidationError(f"limit: {limit} is not between 1 and {MOST_NODES}; write limit=100")
    held = volume(source, start_ns, end_ns)
    length_s = max((min(end_ns, now_ns) - max(start_ns, held.first_ns)) / 1e9, 1.0)
    found = calls(source, start_ns, end_ns)
    nodes = {
        ("service", one.name): Node(
            one.name, "service", one.spans, one.errors, one.spans / length_s, one.p50_ms, one.p95_ms, sends_spans=True
        )
        for one in services(source, start_ns, end_ns, now_ns, by_minute=held.spans > _MOST_READ)
    }
    nodes = {**_called(found, length_s), **nodes}
    for one in found:
        nodes.setdefault(("service", one.client), _silent(one.client))
    kept = sorted(nodes.values(), key=lambda node: (-node.spans, node.kind, node.name))[:limit]
    names = {(node.kind, node.name) for node in kept}
    edges = [one for one in found if ("service", one.client) in names and (one.server_type, one.server) in names]
    return ServiceMap(kept, edges[:_MOST_EDGES], length_s, len(nodes), len(found))


def _called(found: Iterable[Edge], length_s: float) -> dict[tuple[str, str], Node]:
    """A node for everything that is called, with the figures that its callers saw."""
    by_server: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for one in found:
        by_server[one.server_type, one.server].append(one)
    return {key: _peer(key, own, length_s) for key, own in by_server.items()}


def _peer(key: tuple[str, str], own: list[Edge], length_s: float) -> Node:
    """Several callers' quantiles: the median of the busiest, and the slowest's 95th percentile."""
    n = sum(one.calls for one in own)
    p50 = max(own, key=lambda one: one.calls).p50_ms
    return Node(
        key[1],
        key[0],
        n,
        sum(one.errors for one in own),
        n / length_s,
        p50,
        max(one.p95_ms for one in own),
        sends_spans=False,
    )


def _silent(name: str) -> Node:
    """A caller whose spans are not in the range: its calls are known from a minute that the range cuts."""
    return Node(name, "service", 0, 0, 0.0, 0.0, 0.0, sends_spans=False)

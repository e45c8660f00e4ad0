"""Who calls whom, as nodes and edges with figures: the calls of a range between services, and to peers that send no spans.

A peer of type `external` whose name is that of a service which sent spans is that service: the caller saw a call that the
called side did not record, a refused connection for example. Edges are counted by the minute (`sonde.store.edges`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.query.filters import Filter
from sonde.query.services import MERGED, Edge, sketch_ms
from sonde.query.volume import add_minutes

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["MOST_NEIGHBOURS", "Neighbours", "calls", "neighbours"]

MOST_NEIGHBOURS = 100
_MOST_CALLS = 5000


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom one service deals with, the most calls first; at most MOST_NEIGHBOURS each way.

    Attributes:
        callers: calls to it.
        callees: calls from it.
        found: how many there are, both ways.
    """

    callers: list[Edge] = field(default_factory=list)
    callees: list[Edge] = field(default_factory=list)
    found: int = 0


def neighbours(source: Source, service: str, start_ns: int, end_ns: int) -> Neighbours:
    """Callers and callees of a service."""
    given = Filter()
    name = given.bind(service)
    given.add(f"Client = {name} OR Server = {name}")
    found = calls(source, start_ns, end_ns, given)
    callers = [one for one in found if one.server == service and one.server_type == "service"]
    callees = [one for one in found if one.client == service]
    return Neighbours(callers[:MOST_NEIGHBOURS], callees[:MOST_NEIGHBOURS], len(callers) + len(callees))


def calls(source: Source, start_ns: int, end_ns: int, given: Filter | None = None) -> list[Edge]:
    """Calls in a range, the most frequent first; at most 5,000 kinds of them.

    Args:
        source: the tenant's tables.
        start_ns: the range, which is widened to whole minutes.
        end_ns: its end, exclusive.
        given: conditions on `sonde_edges` beside time; None for all calls.
    """
    given = given or Filter()
    own = given.sql
    within = Filter()
    within.parameters = given.parameters
    add_minutes(within, start_ns, end_ns)
    rows = source.rows(
        f"""SELECT Client AS client, Server AS server, if(ServerType = 'external' AND
                Server IN (SELECT ServiceName FROM @sonde_red WHERE {within.sql}), 'service', ServerType) AS server_type,
            sum(Calls) AS n, sum(Errors) AS errors, {MERGED} AS sketch
        FROM @sonde_edges WHERE {within.sql} AND ({own})
        GROUP BY client, server, server_type ORDER BY n DESC, client, server, server_type LIMIT {_MOST_CALLS}""",
        given.parameters,
    )
    return [
        Edge(row["client"], row["server"], row["server_type"], int(row["n"]), int(row["errors"]), *sketch_ms(row)[:2])
        for row in rows
    ]

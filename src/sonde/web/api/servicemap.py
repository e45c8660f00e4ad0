"""`/sonde/map`: services, their peers, and who calls whom."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.overview import closed_range
from sonde.query.query import Query
from sonde.query.servicemap import MOST_NODES
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer
from sonde.web.deps import query_of

if TYPE_CHECKING:
    from sonde.query.servicemap import Node
    from sonde.query.services import Edge

__all__ = ["CallModel", "router", "shown_call"]

router = APIRouter(prefix="/sonde", tags=["Services"])


class NodeModel(BaseModel):
    """A service, or a peer that services call."""

    name: str
    kind: str = Field(description="service, database, messaging or external.")
    spans: int = Field(description="Entry spans, or all of a service without any; of a peer the calls to it.")
    errors: int
    error_ratio: float = Field(description="errors / spans, 0 to 1.")
    rate_per_s: float
    p50_ms: float
    p95_ms: float = Field(description="Of a peer, that of the caller to which it was slowest.")
    sends_spans: bool = Field(description="Whether it sent spans in the range.")


class CallModel(BaseModel):
    """Calls from a service to a peer; durations in milliseconds, as the caller saw them."""

    client: str
    server: str
    server_type: str = Field(description="service; or database, messaging, external for a peer that sends no spans.")
    calls: int
    errors: int
    rate_per_s: float
    p50_ms: float
    p95_ms: float


class MapAnswer(BaseModel):
    """The map; nodes by traffic, edges by calls, the most first."""

    nodes: list[NodeModel]
    edges: list[CallModel] = Field(description="Between the nodes above; at most 2,000.")
    nodes_found: int = Field(description="All nodes of the range, those that were cut included.")
    edges_found: int


@router.get("/map", response_model=MapAnswer)
def service_map(
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int, Parameter(description="At most so many nodes, 1 to 500.")] = MOST_NODES,
    query: Query = Depends(query_of),
) -> Response:
    """Services and their peers with figures, and the calls between them; the last hour without a start."""
    found = query.service_map(*closed_range(*parse_range(start, end, query.clock), query.clock.now_ns()), limit)
    return json_answer(
        {
            "nodes": [_node(one) for one in found.nodes],
            "edges": [shown_call(one, found.length_s) for one in found.edges],
            "nodes_found": found.nodes_found,
            "edges_found": found.edges_found,
        }
    )


def shown_call(call: Edge, length_s: float) -> dict[str, Any]:
    """An edge, its calls spread over so many seconds."""
    return {**asdict(call), "rate_per_s": call.calls / length_s}


def _node(node: Node) -> dict[str, Any]:
    return {**asdict(node), "error_ratio": node.error_ratio}

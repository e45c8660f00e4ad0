"""`/sonde/edges`: which service calls which."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Services"])


class EdgeModel(BaseModel):
    """Calls from one service to another in the range; durations in milliseconds, as the client saw them."""

    client: str
    server: str
    server_type: str = Field(description="service; or database, messaging, external for a peer that sends no spans.")
    calls: int
    errors: int
    p50_ms: float
    p95_ms: float


class EdgesAnswer(BaseModel):
    """Edges by client and server."""

    edges: list[EdgeModel]


@router.get("/edges", response_model=EdgesAnswer)
def edges(start: StartParameter = None, end: EndParameter = None, query: Query = Depends(query_of)) -> Response:
    """Who called whom in a range, to the minute."""
    return json_answer({"edges": [asdict(one) for one in query.edges(*parse_range(start, end, query.clock))]})

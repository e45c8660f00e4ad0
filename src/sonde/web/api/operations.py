"""`/sonde/operations`: what a service does, with errors and latencies."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Services"])


class OperationModel(BaseModel):
    """How one operation did in the range; durations in milliseconds."""

    service: str
    name: str = Field(description="The span's name.")
    kind: str = Field(description="Unspecified, Internal, Server, Client, Producer or Consumer.")
    spans: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class OperationsAnswer(BaseModel):
    """Operations by service, name and kind; at most 10,000."""

    operations: list[OperationModel]


@router.get("/operations", response_model=OperationsAnswer)
def operations(
    service: Annotated[str, Parameter(description="The service; all where it is empty.")] = "",
    kind: Annotated[str, Parameter(description="Only spans of this kind.", examples=["Server"])] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> Response:
    """Operations of a service in a range."""
    found = query.operations(service, kind, *parse_range(start, end, query.clock))
    return json_answer({"operations": [asdict(one) for one in found]})

"""`/sonde/traces/scatter`: the traces of a search as points in time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.scatter import MOST_POINTS, Scatter
from sonde.web.api.answer import json_answer, milliseconds
from sonde.web.api.conditions import TraceConditions
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/traces", tags=["Traces"])


class PointsModel(BaseModel):
    """Points by time, as columns of one length."""

    trace_id: list[str]
    t: list[float] = Field(description="The trace's start, seconds since the epoch.")
    duration_ms: list[float] = Field(description="From its earliest start to its latest end.")
    service: list[int] = Field(description="Index into services: the root span's.")
    name: list[int] = Field(description="Index into names: the root span's.")
    errors: list[int] = Field(description="Failed spans of the whole trace.")


class ScatterAnswer(BaseModel):
    """Points, and what they stand for."""

    points: PointsModel
    services: list[str]
    names: list[str] = Field(description="Cut at 200 characters.")
    spans: int = Field(description="Spans that meet the conditions, counted.")
    failed_spans: int = Field(description="How many of them failed.")
    traces: int = Field(description="Traces that have one.")
    traces_exact: bool = Field(description="Whether traces was counted; else it is estimated, to about 2 percent.")
    sampled: bool = Field(
        description="There are more traces than points. The longest are there exactly (a quarter of the points), then failed"
        " ones (all, or half of the points); the others are a uniform sample."
    )
    start: float = Field(description="From when on spans were looked at, seconds since the epoch.")
    cut: bool = Field(description="That is later than asked, because the range holds too much to read.")


@router.get("/scatter", response_model=ScatterAnswer)
def scatter(
    asked: TraceConditions,
    points: Annotated[int, Parameter(description=f"At most so many, 1 to {MOST_POINTS}.")] = 2000,
    query: Query = Depends(query_of),
) -> Response:
    """Traces as points, when and how long, slow and failed ones first; and how many there are."""
    return json_answer(_shown(query.scatter(asked, points)))


def _shown(found: Scatter) -> dict[str, object]:
    services: dict[str, int] = {}
    names: dict[str, int] = {}
    points = found.points
    return {
        "points": {
            "trace_id": [one.trace_id for one in points],
            "t": [one.start_ns / 1e9 for one in points],
            "duration_ms": [milliseconds(one.duration_ns) for one in points],
            "service": [services.setdefault(one.service, len(services)) for one in points],
            "name": [names.setdefault(one.name, len(names)) for one in points],
            "errors": [one.errors for one in points],
        },
        "services": list(services),
        "names": list(names),
        "spans": found.spans,
        "failed_spans": found.failed_spans,
        "traces": found.traces,
        "traces_exact": found.traces_exact,
        "sampled": found.sampled,
        "start": found.start_ns / 1e9,
        "cut": found.cut,
    }

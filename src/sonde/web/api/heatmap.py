"""`/sonde/metrics/heatmap`: how the values of a histogram spread, over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.series import MetricQuestion
from sonde.query.times import parse_length, parse_range
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/metrics", tags=["Metrics"])


class HeatmapAnswer(BaseModel):
    """Observations by time and size."""

    name: str
    kind: str
    unit: str
    step_s: float
    bounds: list[float] = Field(description="Edges of the rows from low to high; one more than there are rows.")
    times: list[float] = Field(description="Starts of the steps in seconds since the epoch; empty steps are left out.")
    counts: list[list[float]] = Field(description="For each time, how many observations in each row.")


@router.get("/heatmap", response_model=HeatmapAnswer)
def heatmap(
    *,
    name: Annotated[str, Parameter(description="A histogram's name.", examples=["http.server.request.duration"])] = "",
    kind: Annotated[str, Parameter(description="Its kind, where several metrics have the name.")] = "",
    service: Annotated[str, Parameter(description="Only of this service.")] = "",
    where: WhereParameter = [],  # noqa: B006  FastAPI copies defaults
    step: Annotated[
        str, Parameter(description="Length of a step; about a hundred points without.", examples=["1m"])
    ] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> Response:
    """A histogram metric as a heatmap; without a range, the hour before its newest point."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    asked = MetricQuestion(
        name=name,
        kind=kind,
        service=service,
        where=tuple(where),
        aggregation="count",
        step_ns=parse_length(step, name="step"),
        start_ns=start_ns,
        end_ns=end_ns,
    )
    found = query.metric_heat(asked)
    return json_answer(
        {
            "name": found.metric.name,
            "kind": found.metric.kind,
            "unit": found.metric.unit,
            "step_s": found.step_s,
            "bounds": found.bounds,
            "times": found.times,
            "counts": found.counts,
        }
    )

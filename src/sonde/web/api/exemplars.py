"""`/sonde/metrics/exemplars`: the way from a metric to the traces behind it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.exemplars import MOST
from sonde.query.query import Query
from sonde.query.series import MetricQuestion
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/metrics", tags=["Metrics"])


class ExemplarModel(BaseModel):
    """One measurement that names its trace."""

    t: float = Field(description="When, in seconds since the epoch.")
    value: float = Field(description="What was measured, in the metric's unit.")
    trace_id: str
    span_id: str
    service: str
    attributes: dict[str, str] = Field(description="Attributes that the metric's points leave out.")
    labels: dict[str, str] = Field(description="Attributes of the point.")


class ExemplarsAnswer(BaseModel):
    """Exemplars in order of time."""

    name: str
    kind: str
    unit: str
    exemplars: list[ExemplarModel]
    truncated: bool = Field(description="In some hundredth of the range there were more; the greatest are given.")


@router.get("/exemplars", response_model=ExemplarsAnswer)
def exemplars(
    *,
    name: Annotated[str, Parameter(description="The metric's name.", examples=["http.server.request.duration"])] = "",
    kind: Annotated[str, Parameter(description="Its kind, where several metrics have the name.")] = "",
    service: Annotated[str, Parameter(description="Only of this service.")] = "",
    where: WhereParameter = [],  # noqa: B006  FastAPI copies defaults
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int, Parameter(description="At most so many, 1 to 500; spread over the range.")] = MOST,
    query: Query = Depends(query_of),
) -> Response:
    """Exemplars of a metric; without a range, those of the last hour."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    asked = MetricQuestion(name=name, kind=kind, service=service, where=tuple(where), start_ns=start_ns, end_ns=end_ns)
    found = query.metric_exemplars(asked, limit)
    return json_answer(
        {
            "name": found.metric.name,
            "kind": found.metric.kind,
            "unit": found.metric.unit,
            "exemplars": [
                {
                    "t": one.time_ns / 1e9,
                    "value": one.value,
                    "trace_id": one.trace_id,
                    "span_id": one.span_id,
                    "service": one.service,
                    "attributes": one.attributes,
                    "labels": one.labels,
                }
                for one in found.exemplars
            ],
            "truncated": found.truncated,
        }
    )

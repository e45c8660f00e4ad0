"""`/sonde/metrics/labels`: what a metric can be filtered and grouped by."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.series import MetricQuestion
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/metrics", tags=["Metrics"])


class LabelValueModel(BaseModel):
    """One value, cut at 200 characters."""

    value: str
    count: int = Field(description="Points that carry it.")


class LabelModel(BaseModel):
    """One attribute with its most frequent values."""

    name: str = Field(description="As `group_by` names it: service, a key, or resource. and a key.")
    key: str = Field(description="As conditions (`where`) name it.")
    count: int = Field(description="Points that carry it.")
    distinct: int = Field(description="How many values it has.")
    values: list[LabelValueModel] = Field(description="At most 50.")


class LabelsAnswer(BaseModel):
    """The labels of a metric, the service first, then by how many points carry them."""

    name: str
    kind: str
    labels: list[LabelModel]
    points: int = Field(description="How many points were counted.")
    sampled: bool = Field(description="There were more points than the million that were counted.")
    truncated: bool = Field(description="There were more than 100 labels.")


@router.get("/labels", response_model=LabelsAnswer)
def labels(
    *,
    name: Annotated[str, Parameter(description="The metric's name.", examples=["http.server.request.duration"])] = "",
    kind: Annotated[str, Parameter(description="Its kind, where several metrics have the name.")] = "",
    service: Annotated[str, Parameter(description="Only of this service.")] = "",
    where: WhereParameter = [],  # noqa: B006  FastAPI copies defaults
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> Response:
    """Attributes of a metric's points and of who reports it, with their values."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    asked = MetricQuestion(name=name, kind=kind, service=service, where=tuple(where), start_ns=start_ns, end_ns=end_ns)
    found = query.metric_labels(asked)
    return json_answer(
        {
            "name": found.metric.name,
            "kind": found.metric.kind,
            "labels": [
                {
                    "name": one.name,
                    "key": one.key,
                    "count": one.count,
                    "distinct": one.distinct,
                    "values": [{"value": value.value, "count": value.count} for value in one.values],
                }
                for one in found.labels
            ],
            "points": found.points,
            "sampled": found.sampled,
            "truncated": found.truncated,
        }
    )

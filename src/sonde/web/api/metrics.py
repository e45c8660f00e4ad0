"""`/sonde/metrics`: which metrics there are, and one over time."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.core.errors import NotFoundError
from sonde.query.query import Query
from sonde.query.series import MetricQuestion
from sonde.query.times import parse_length, parse_range
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer, moment
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/metrics", tags=["Metrics"])

_NOTHING = {"unit": "", "kind": "", "aggregation": "", "step_s": 0.0, "series": [], "truncated": False, "groups": 0}
"""The answer about a metric that is not there, without its name."""


class MetricModel(BaseModel):
    """One metric: a name and a kind."""

    name: str
    kind: str = Field(description="gauge, sum, histogram, exponential_histogram or summary.")
    unit: str
    description: str
    temporality: str = Field(
        description="cumulative, delta, mixed where senders differ, or empty where the kind has none."
    )
    monotonic: bool = Field(description="A sum that only grows: a counter.")
    series: int = Field(description="Series that reported in the last hour of data.")
    services: list[str]
    last: str = Field(description="Time of the newest point.")


class MetricsAnswer(BaseModel):
    """Metrics by name."""

    metrics: list[MetricModel]


class SeriesModel(BaseModel):
    """One group's line."""

    labels: dict[str, str]
    points: list[tuple[float, float]] = Field(description="Start of the step in seconds since the epoch, and value.")


class SeriesAnswer(BaseModel):
    """A metric over time, the group with the greatest value first."""

    name: str
    unit: str
    kind: str
    aggregation: str = Field(description="How it was read, also where that was not asked.")
    step_s: float
    series: list[SeriesModel]
    truncated: bool = Field(description="There were more groups than were asked for.")
    groups: int = Field(description="How many groups there were.")


@router.get("", response_model=MetricsAnswer)
def metrics(
    *,
    prefix: Annotated[str, Parameter(description="What the name begins with.")] = "",
    service: Annotated[str, Parameter(description="Only metrics of this service.")] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int, Parameter(description="At most so many, 1 to 10,000.")] = 1000,
    query: Query = Depends(query_of),
) -> Response:
    """Metrics that reported in a range."""
    found = query.metrics(prefix, service, *parse_range(start, end, query.clock), limit)
    return json_answer(
        {
            "metrics": [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "unit": one.unit,
                    "description": one.description,
                    "temporality": one.temporality,
                    "monotonic": one.monotonic,
                    "series": one.series,
                    "services": one.services,
                    "last": moment(one.last_ns),
                }
                for one in found
            ]
        }
    )


@router.get("/series", response_model=SeriesAnswer)
def series(
    *,
    name: Annotated[str, Parameter(description="The metric's name.", examples=["http.server.request.duration"])] = "",
    kind: Annotated[str, Parameter(description="Its kind, where several metrics have the name.")] = "",
    service: Annotated[str, Parameter(description="Only of this service.")] = "",
    where: WhereParameter = [],  # noqa: B006  FastAPI copies defaults
    group_by: Annotated[
        list[str],
        Parameter(
            description="Attributes whose values make groups; `service` is the service, `*` keeps every series. Repeatable,"
            " or separated by commas.",
            examples=[["http.route"]],
        ),
    ] = [],  # noqa: B006
    aggregation: Annotated[
        str,
        Parameter(
            description="avg, sum, min, max, last, rate, increase, count, or a quantile such as p95; the usual one of the"
            " kind where it is empty."
        ),
    ] = "",
    step: Annotated[
        str, Parameter(description="Length of a step; about a hundred points without.", examples=["1m"])
    ] = "",
    limit: Annotated[
        int, Parameter(description="At most so many groups, the ones with the greatest values, 1 to 1,000.")
    ] = 1000,
    absent: Annotated[
        Literal["error", "empty"],
        Parameter(description="What to answer where no metric has that name: 404, or no lines and an empty kind."),
    ] = "error",
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> Response:
    """A metric over time; without a range, the hour before its newest point."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    asked = MetricQuestion(
        name=name,
        kind=kind,
        service=service,
        where=tuple(where),
        group_by=tuple(part.strip() for one in group_by for part in one.split(",") if part.strip()),
        aggregation=aggregation,
        step_ns=parse_length(step, name="step"),
        start_ns=start_ns,
        end_ns=end_ns,
        limit=limit,
    )
    try:
        found = query.metric_series(asked)
    except NotFoundError:
        if absent == "error":
            raise
        return json_answer(_NOTHING | {"name": name})
    return json_answer(
        {
            "name": found.metric.name,
            "unit": found.metric.unit,
            "kind": found.metric.kind,
            "aggregation": found.aggregation,
            "step_s": found.step_s,
            "series": [{"labels": one.labels, "points": one.points} for one in found.series],
            "truncated": found.truncated,
            "groups": found.groups,
        }
    )

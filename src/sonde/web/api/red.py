"""`/sonde/red`: rate, errors and duration over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.red import MEASURES, RedQuestion
from sonde.query.times import parse_length, parse_range
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/red", tags=["Services"])


class RedLineModel(BaseModel):
    """One group's line."""

    labels: dict[str, str] = Field(
        description="The group's service, operation and kind, as far as they were asked for."
    )
    points: list[tuple[float, float]] = Field(description="Start of the step in seconds since the epoch, and value.")


class RedAnswer(BaseModel):
    """Rate, errors or duration over time, the group with the most spans first."""

    measure: str
    unit: str = Field(description="1/s, ratio or ms.")
    step_s: float
    series: list[RedLineModel]
    truncated: bool = Field(description="There were more groups than the limit.")


@router.get("/series", response_model=RedAnswer)
def series(
    *,
    measure: Annotated[
        str, Parameter(description="rate, errors, error_ratio, avg, p50, p95 or p99.", examples=["p95"])
    ] = "rate",
    group_by: Annotated[
        list[str],
        Parameter(
            description="service, operation, kind, or none for one line of everything; service without. Repeatable, or"
            " separated by commas.",
            examples=[["operation"]],
        ),
    ] = [],  # noqa: B006  FastAPI copies defaults
    service: Annotated[str, Parameter(description="Only spans of this service.")] = "",
    operation: Annotated[str, Parameter(description="Only spans of this name.")] = "",
    kind: Annotated[
        str, Parameter(description="Only spans of this kind; without, those that a service is judged by.")
    ] = "",
    where: WhereParameter = [],  # noqa: B006
    step: Annotated[
        str, Parameter(description="Length of a step; about a hundred points without.", examples=["1m"])
    ] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int, Parameter(description="At most so many groups, 1 to 1,000.")] = 50,
    query: Query = Depends(query_of),
) -> Response:
    """Rate, errors or duration of services or operations over time; without a range, the last hour."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    names = [part.strip() for one in group_by for part in one.split(",") if part.strip()] or ["service"]
    found = query.red_series(
        RedQuestion(
            measure=measure,
            group_by=() if names == ["none"] else tuple(names),
            service=service,
            operation=operation,
            kind=kind,
            where=tuple(where),
            step_ns=parse_length(step, name="step"),
            start_ns=start_ns,
            end_ns=end_ns,
            limit=limit,
        )
    )
    return json_answer(
        {
            "measure": measure,
            "unit": MEASURES[measure],
            "step_s": found.step_s,
            "series": [{"labels": one.labels, "points": one.points} for one in found.series],
            "truncated": found.truncated,
        }
    )

"""`/sonde/traces`: searching traces, and one trace whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.traces import SORTS
from sonde.web.api.answer import json_answer
from sonde.web.api.conditions import TraceConditions
from sonde.web.api.models import SummaryModel, TraceModel
from sonde.web.api.shown import shown_summary, shown_trace
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/traces", tags=["Traces"])


class TracesAnswer(BaseModel):
    """A page of traces in the asked order."""

    traces: list[SummaryModel]
    next: str | None = Field(description="Hand it back as cursor for the next page; null on the last.")


@router.get("", response_model=TracesAnswer)
def search(
    asked: TraceConditions,
    sort: Annotated[str, Parameter(description=f"One of {', '.join(SORTS)}.")] = "recent",
    limit: Annotated[int, Parameter(description="Traces a page, 1 to 1,000.")] = 20,
    cursor: Annotated[str, Parameter(description="What the page before gave as next.")] = "",
    query: Query = Depends(query_of),
) -> Response:
    """Traces that have a span which meets every condition at once."""
    page = query.find_traces(replace(asked, sort=sort, limit=limit, cursor=cursor))
    return json_answer({"traces": [shown_summary(one) for one in page.traces], "next": page.next})


@router.get("/{trace_id}", response_model=TraceModel)
def trace(
    trace_id: Annotated[str, Path(description="Hexadecimal, in any case.")],
    logs: Annotated[bool, Parameter(description="Whether to add the trace's log records.")] = True,
    query: Query = Depends(query_of),
) -> Response:
    """One trace whole: spans in tree order, clock skew taken out, duplicates folded; 404 where there is none."""
    return json_answer(shown_trace(query.trace(trace_id, logs=logs)))

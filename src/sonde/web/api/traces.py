"""`/sonde/traces`: searching traces, and one trace whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.times import parse_length, parse_range
from sonde.query.traces import SORTS, TraceSearch
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer
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
    *,
    service: Annotated[str, Parameter(description="The span's service.")] = "",
    operation: Annotated[str, Parameter(description="The span's name.")] = "",
    kind: Annotated[str, Parameter(description="The span's kind.", examples=["Server"])] = "",
    status: Annotated[str, Parameter(description="Unset, Ok or Error.", examples=["Error"])] = "",
    min_duration: Annotated[str, Parameter(description="The span's shortest duration.", examples=["250ms"])] = "",
    max_duration: Annotated[str, Parameter(description="The span's longest duration.", examples=["5s"])] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    where: WhereParameter = [],  # noqa: B006  FastAPI copies defaults
    text: Annotated[
        str,
        Parameter(
            description='Words, "phrases" and -exclusions in span names, status messages, attribute values and events.',
            examples=['timeout "card declined" -health'],
        ),
    ] = "",
    sort: Annotated[str, Parameter(description=f"One of {', '.join(SORTS)}.")] = "recent",
    limit: Annotated[int, Parameter(description="Traces a page, 1 to 1,000.")] = 20,
    cursor: Annotated[str, Parameter(description="What the page before gave as next.")] = "",
    query: Query = Depends(query_of),
) -> Response:
    """Traces that have a span which meets every condition at once."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    asked = TraceSearch(
        service=service,
        operation=operation,
        kind=kind,
        status=status,
        min_duration_ns=parse_length(min_duration, name="min_duration"),
        max_duration_ns=parse_length(max_duration, name="max_duration"),
        start_ns=start_ns,
        end_ns=end_ns,
        where=tuple(where),
        text=text,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    page = query.find_traces(asked)
    return json_answer({"traces": [shown_summary(one) for one in page.traces], "next": page.next})


@router.get("/{trace_id}", response_model=TraceModel)
def trace(
    trace_id: Annotated[str, Path(description="Hexadecimal, in any case.")],
    logs: Annotated[bool, Parameter(description="Whether to add the trace's log records.")] = True,
    query: Query = Depends(query_of),
) -> Response:
    """One trace whole: spans in tree order, clock skew taken out, duplicates folded; 404 where there is none."""
    return json_answer(shown_trace(query.trace(trace_id, logs=logs)))

"""The conditions that every question about traces takes, as parameters."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi import Query as Parameter

from sonde.query.query import Query
from sonde.query.times import parse_length, parse_range
from sonde.query.traces import TraceSearch
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter
from sonde.web.deps import query_of

__all__ = ["TraceConditions", "trace_conditions"]


def trace_conditions(
    *,
    service: Annotated[str, Parameter(description="The span's service.")] = "",
    operation: Annotated[str, Parameter(description="The span's name.")] = "",
    kind: Annotated[str, Parameter(description="The span's kind.", examples=["Server"])] = "",
    status: Annotated[str, Parameter(description="Unset, Ok or Error.", examples=["Error"])] = "",
    min_duration: Annotated[str, Parameter(description="The span's shortest duration.", examples=["250ms"])] = "",
    max_duration: Annotated[str, Parameter(description="The span's longest duration.", examples=["5s"])] = "",
    min_trace_duration: Annotated[
        str, Parameter(description="The whole trace's shortest duration.", examples=["1s"])
    ] = "",
    max_trace_duration: Annotated[
        str, Parameter(description="The whole trace's longest duration.", examples=["1m"])
    ] = "",
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
    query: Query = Depends(query_of),
) -> TraceSearch:
    """A search with these conditions, in the usual order."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    return TraceSearch(
        service=service,
        operation=operation,
        kind=kind,
        status=status,
        min_duration_ns=parse_length(min_duration, name="min_duration"),
        max_duration_ns=parse_length(max_duration, name="max_duration"),
        min_trace_duration_ns=parse_length(min_trace_duration, name="min_trace_duration"),
        max_trace_duration_ns=parse_length(max_trace_duration, name="max_trace_duration"),
        start_ns=start_ns,
        end_ns=end_ns,
        where=tuple(where),
        text=text,
    )


TraceConditions = Annotated[TraceSearch, Depends(trace_conditions)]

"""`/sonde/logs`: searching log records, counting them, what stood around one, and following them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from sonde.query.follow import Follower
from sonde.query.logs import LogSearch
from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, WhereParameter, json_answer, moment
from sonde.web.api.models import LogModel
from sonde.web.api.shown import shown_log
from sonde.web.deps import query_of

__all__ = ["ranged", "router"]

router = APIRouter(prefix="/sonde/logs", tags=["Logs"])

POLL_EVERY_S = 0.5
KEEP_ALIVE_S = 15.0


CutParameter = Annotated[
    int,
    Parameter(
        ge=0, description="Leave out what a body has beyond so many characters; /sonde/logs/context gives it whole."
    ),
]


class LogsAnswer(BaseModel):
    """A page of log records in the asked order."""

    logs: list[LogModel]
    next: str | None = Field(description="Hand it back as cursor for the next page; null on the last.")


class BucketModel(BaseModel):
    """One step of a histogram."""

    time: str = Field(description="Its start.")
    t: float = Field(description="Its start in seconds since the epoch.")
    counts: dict[str, int] = Field(description="Records by severity name; UNSPECIFIED for none.")


class HistogramAnswer(BaseModel):
    """Counts over time; steps without records are there with no counts."""

    step_s: int
    buckets: list[BucketModel]


class ContextAnswer(BaseModel):
    """A record and its sender's records around it, oldest first."""

    before: list[LogModel]
    line: LogModel
    after: list[LogModel]


def conditions(
    *,
    text: Annotated[
        str,
        Parameter(
            description='Words, "phrases" and -exclusions in the body.', examples=['"connection refused" -health']
        ),
    ] = "",
    severity: Annotated[str, Parameter(description="The least severity.", examples=["WARN"])] = "",
    service: Annotated[str, Parameter(description="The sender's service.")] = "",
    trace_id: Annotated[str, Parameter(description="Only records of this trace.")] = "",
    span_id: Annotated[str, Parameter(description="Only records of this span.")] = "",
    event: Annotated[str, Parameter(description="Only records of events with this name.")] = "",
    pattern: Annotated[
        str,
        Parameter(description="Only records of this pattern, from /sonde/logs/patterns.", examples=["Order <*> paid"]),
    ] = "",
    not_pattern: Annotated[
        list[str], Parameter(description="Leave out records of this pattern; repeat it for more.")
    ] = [],  # noqa: B006  FastAPI copies defaults
    where: WhereParameter = [],  # noqa: B006  FastAPI copies defaults
) -> LogSearch:
    """What the endpoints here have in common."""
    return LogSearch(
        text=text,
        severity=severity,
        service=service,
        trace_id=trace_id,
        span_id=span_id,
        event=event,
        pattern=pattern,
        not_pattern=tuple(not_pattern),
        where=tuple(where),
    )


def ranged(
    asked: LogSearch = Depends(conditions),
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> LogSearch:
    """Conditions within a range."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    return replace(asked, start_ns=start_ns, end_ns=end_ns)


@router.get("", response_model=LogsAnswer)
def search(
    *,
    asked: LogSearch = Depends(ranged),
    order: Annotated[str, Parameter(description="newest or oldest first.")] = "newest",
    limit: Annotated[int, Parameter(description="Records a page, 1 to 10,000.")] = 100,
    cursor: Annotated[str, Parameter(description="What the page before gave as next.")] = "",
    cut: CutParameter = 0,
    query: Query = Depends(query_of),
) -> Response:
    """Log records that meet every condition."""
    page = query.logs(replace(asked, order=order, limit=limit, cursor=cursor))
    return json_answer({"logs": [shown_log(record, cut) for record in page.logs], "next": page.next})


@router.get("/histogram", response_model=HistogramAnswer)
def histogram(
    asked: LogSearch = Depends(ranged),
    buckets: Annotated[int, Parameter(description="At most so many steps, 1 to 1,000.")] = 60,
    query: Query = Depends(query_of),
) -> Response:
    """How many records meet every condition, over time and by severity."""
    found = query.log_histogram(asked, buckets)
    return json_answer(
        {
            "step_s": found.step_s,
            "buckets": [
                {"time": moment(start_ns), "t": start_ns / 1e9, "counts": counts} for start_ns, counts in found.buckets
            ],
        }
    )


@router.get("/context", response_model=ContextAnswer)
def context(
    id: Annotated[str, Parameter(description="A record's id, from an answer.")] = "",  # noqa: A002  the parameter's name
    before: Annotated[int, Parameter(description="Records before it, 0 to 1,000.")] = 10,
    after: Annotated[int, Parameter(description="Records after it, 0 to 1,000.")] = 10,
    query: Query = Depends(query_of),
) -> Response:
    """What the same sender (service and resource) wrote before and after a record."""
    found = query.log_context(id, before=before, after=after)
    return json_answer(
        {
            "before": [shown_log(record) for record in found.before],
            "line": shown_log(found.line),
            "after": [shown_log(record) for record in found.after],
        }
    )


@router.get(
    "/follow",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "One record a line, as in /sonde/logs."}},
)
async def follow(
    request: Request, asked: LogSearch = Depends(conditions), cut: CutParameter = 0, query: Query = Depends(query_of)
) -> StreamingResponse:
    """Records that arrive from now on, each once, until the client goes away; a quiet stream has `{}` lines."""
    follower = await run_in_threadpool(query.follow_logs, asked)
    return StreamingResponse(_lines(request, follower, cut), media_type="application/x-ndjson")


async def _lines(request: Request, follower: Follower, cut: int) -> AsyncIterator[bytes]:
    quiet_s = 0.0
    while not await request.is_disconnected():
        records = await run_in_threadpool(follower.poll)
        if records:
            quiet_s = 0.0
            yield b"".join(orjson.dumps(shown_log(record, cut)) + b"\n" for record in records)
        elif quiet_s >= KEEP_ALIVE_S:
            quiet_s = 0.0
            yield b"{}\n"
        await asyncio.sleep(POLL_EVERY_S)
        quiet_s += POLL_EVERY_S

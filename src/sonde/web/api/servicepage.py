"""`/sonde/service`: one service at one look; and where its trouble may lie: errors, instances, versions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.overview import closed_range
from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer, moment
from sonde.web.api.overview import shown_errors
from sonde.web.api.overview_models import ErrorsModel
from sonde.web.api.servicemap import CallModel, shown_call
from sonde.web.deps import query_of

if TYPE_CHECKING:
    from sonde.query.instances import Part
    from sonde.query.servicepage import ServicePage

__all__ = ["router"]

router = APIRouter(prefix="/sonde/service", tags=["Services"])

ServiceParameter = Annotated[str, Parameter(description="The service's name.", examples=["checkout"])]


class CourseModel(BaseModel):
    """The service step by step; null before the first data of any service, after now, and for durations without spans."""

    rate_per_s: list[float | None]
    errors_per_s: list[float | None]
    p50_ms: list[float | None]
    p95_ms: list[float | None]
    p99_ms: list[float | None]


class HeatModel(BaseModel):
    """How many spans took how long."""

    bounds_ms: list[float] = Field(description="Edges of the ranges of durations, ascending: one more than ranges.")
    counts: list[list[int]] = Field(description="By step, then by range; of the spans that were read.")


class OperationRowModel(BaseModel):
    """One operation of the service; durations are null where no span of it was read."""

    name: str
    kind: str = Field(description="Unspecified, Internal, Server, Client, Producer or Consumer.")
    is_entry: bool = Field(description="Whether the service is judged by it.")
    spans: int
    errors: int
    rate_per_s: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    spans_by_step: list[int] = Field(description="Counts in at most 30 equal steps.")
    errors_by_step: list[int]


class ServicePageAnswer(BaseModel):
    """One service; where it sent nothing, `spans` is 0 and lists are empty or null."""

    service: str
    start: float = Field(description="Begin of the range as counted, seconds since the epoch.")
    end: float
    step_s: float
    times: list[float] = Field(
        description="Starts of the steps, seconds since the epoch; the first may be before start."
    )
    judged_by: str = Field(description="entry (Server and Consumer spans), or all where the service has none of these.")
    spans: int
    errors: int
    error_ratio: float
    rate_per_s: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    last_seen: str | None = Field(description="Its newest span in the range; of long ranges, its minute.")
    course: CourseModel
    heat: HeatModel
    durations_share: float = Field(description="Share of the range whose spans were read for durations; 1 is all.")
    durations_read: int = Field(description="How many spans that were.")
    operations: list[OperationRowModel] = Field(description="Entry spans first, then by spans; at most 200.")
    operations_found: int
    callers: list[CallModel] = Field(description="Calls to the service, the most first; at most 100.")
    callees: list[CallModel] = Field(description="Calls from it, likewise.")
    neighbours_found: int


class PartModel(BaseModel):
    """One instance or version."""

    name: str = Field(
        description="service.instance.id, else pod, container or host; or the version. Empty for unknown."
    )
    version: str
    host: str
    pod: str
    instances: int = Field(description="Of a version: how many instances had it.")
    spans: int
    errors: int
    error_ratio: float
    p50_ms: float | None
    p95_ms: float | None
    first_seen: str
    last_seen: str
    spans_by_step: list[int] = Field(description="Spans that were read or counted, in 30 equal steps of the range.")
    errors_by_step: list[int]
    worse: str = Field(description="How it does worse than the others, in words; empty where it does not.")


class TroubleAnswer(BaseModel):
    """What fails in a service, and its instances and versions."""

    errors: ErrorsModel
    instances: list[PartModel] = Field(description="Those that do worse first, then by spans; at most 200.")
    versions: list[PartModel] = Field(description="The newest first; at most 200.")
    share: float = Field(description="Share of the range that was read; below 1, counts of instances are estimates.")
    instances_found: int
    versions_found: int


@router.get("", response_model=ServicePageAnswer)
def service_page(
    service: ServiceParameter = "",
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> Response:
    """How a service did over a range, what it does, how long that took, and whom it deals with; the last hour without a start."""
    asked = closed_range(*parse_range(start, end, query.clock), query.clock.now_ns())
    return json_answer({"service": service, **_page(query.service_page(service, *asked))})


@router.get("/trouble", response_model=TroubleAnswer)
def service_trouble(
    service: ServiceParameter = "",
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
) -> Response:
    """Where a service's trouble may lie: errors by kind, instances and versions, and which of these do worse than the others."""
    asked = closed_range(*parse_range(start, end, query.clock), query.clock.now_ns())
    with ThreadPoolExecutor(2) as threads:
        failed = threads.submit(query.error_groups, *asked, service)
        found = threads.submit(query.service_instances, service, *asked).result()
        errors = failed.result()
    return json_answer(
        {
            "errors": shown_errors(errors),
            "instances": [_part(one) for one in found.instances],
            "versions": [_part(one) for one in found.versions],
            "share": found.share,
            "instances_found": found.instances_found,
            "versions_found": found.versions_found,
        }
    )


def _page(page: ServicePage) -> dict[str, Any]:
    grid = page.frame.grid
    p50, p95, p99 = page.durations.whole
    return {
        "start": grid.start_ns / 1e9,
        "end": grid.end_ns / 1e9,
        "step_s": grid.step_ns / 1e9,
        "times": [bucket * grid.step_ns / 1e9 for bucket in range(grid.first, grid.last + 1)],
        "judged_by": page.judged_by,
        "spans": page.spans,
        "errors": page.errors,
        "error_ratio": page.errors / page.spans if page.spans else 0.0,
        "rate_per_s": page.rate_per_s,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "last_seen": None if page.last_seen_ns is None else moment(page.last_seen_ns),
        "course": asdict(page.course),
        "heat": asdict(page.durations.heat),
        "durations_share": page.durations_share,
        "durations_read": page.durations.read,
        "operations": [asdict(one) for one in page.operations],
        "operations_found": page.operations_found,
        "callers": [shown_call(one, page.length_s) for one in page.neighbours.callers],
        "callees": [shown_call(one, page.length_s) for one in page.neighbours.callees],
        "neighbours_found": page.neighbours.found,
    }


def _part(part: Part) -> dict[str, Any]:
    shown = {**asdict(part), "error_ratio": part.error_ratio}
    shown["first_seen"], shown["last_seen"] = moment(shown.pop("first_ns")), moment(shown.pop("last_ns"))
    return shown

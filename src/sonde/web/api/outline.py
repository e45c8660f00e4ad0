"""`/sonde/traces/{trace_id}/…`: what a trace's page asks for: its outline, one span's details, free text, a download."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.outline import Outline
from sonde.query.query import Query
from sonde.query.spans import KINDS, STATUSES
from sonde.query.times import MAX_NS
from sonde.web.api.answer import json_answer, moment
from sonde.web.api.models import SpanDetailModel
from sonde.web.api.shown import shown_detail
from sonde.web.deps import query_of
from sonde.web.otlp_json import resource_spans

__all__ = ["router"]

router = APIRouter(prefix="/sonde/traces/{trace_id}", tags=["Traces"])

TraceId = Annotated[str, Path(description="Hexadecimal, in any case.", examples=["5b8efff798038103d269b633813fc60c"])]


class OutlineServiceModel(BaseModel):
    """How much of a trace is one service's."""

    name: str
    spans: int
    errors: int


class OutlineSpansModel(BaseModel):
    """Spans in preorder, one list a field; the same position is the same span."""

    id: list[str]
    parent: list[int] = Field(description="Position of the parent, -1 at a root.")
    depth: list[int]
    service: list[int] = Field(description="Position in services.")
    name: list[int] = Field(description="Position in names.")
    kind: list[int] = Field(description="OTLP's number, 0 to 5.")
    status: list[int] = Field(description="OTLP's number: 0 unset, 1 ok, 2 error.")
    start: list[int] = Field(description="Nanoseconds from the trace's start, clock skew taken out.")
    duration: list[int] = Field(description="Nanoseconds.")
    flags: list[int] = Field(
        description="Bits: 1 its parent is missing, 2 on the critical path, 4 a retry, 8 has events, 16 has an exception,"
        " 32 has links, 64 has logs, 128 its clock was moved, 256 failed without a failed child."
    )
    children: list[int] = Field(description="How many spans stand below it, at any depth.")


class OutlineFindingModel(BaseModel):
    """Something that deserves a look."""

    kind: str = Field(description="n_plus_one, gap, retries, slowest or error.")
    span: int = Field(description="The span to look at.")
    spans: list[int] = Field(description="Spans that it is about, at most 100.")
    count: int = Field(description="How many spans it is about.")
    ns: int = Field(description="The time that it is about.")
    message: str


class OutlineLogModel(BaseModel):
    """A log record in short."""

    offset_ns: int = Field(description="From the trace's start, moved as its span was.")
    span: int = Field(description="Position of its span, -1 where that is not here.")
    severity: str
    severity_number: int
    body: str = Field(description="At most 500 characters; JSON where it is not text.")
    cut: bool
    id: str = Field(description="Names the record; /sonde/logs/context takes it.")


class OutlineAnswer(BaseModel):
    """One trace as its page draws it: columns instead of objects, positions instead of texts."""

    trace_id: str
    start: str
    start_ns: str
    duration_ns: int
    depth: int = Field(description="Levels of the deepest branch.")
    errors: int
    total: int = Field(description="Spans that are stored.")
    truncated: bool = Field(description="Only the earliest spans are here.")
    services: list[OutlineServiceModel] = Field(description="In the order in which they first appear.")
    names: list[str] = Field(description="Span names of at most 500 characters; longer ones end in an ellipsis.")
    spans: OutlineSpansModel
    critical: list[tuple[int, int, int]] = Field(
        description="The critical path, oldest first: span, and from when to when in nanoseconds from the trace's start."
    )
    findings: list[OutlineFindingModel]
    logs: list[OutlineLogModel] = Field(description="Oldest first, at most 10,000.")
    logs_truncated: bool


class FindAnswer(BaseModel):
    """Where a text is in a trace."""

    spans: list[int] = Field(description="Positions in the outline, in order.")
    truncated: bool = Field(description="Only the spans that are in the outline were looked at.")


@router.get("/outline", response_model=OutlineAnswer)
def outline(trace_id: TraceId, query: Query = Depends(query_of)) -> Response:
    """The outline of a trace: spans in preorder as columns, the critical path, findings and logs; 404 where there is none."""
    return json_answer(_shown(query.outline(trace_id)))


@router.get("/spans/{span_id}", response_model=SpanDetailModel)
def span(
    trace_id: TraceId,
    span_id: Annotated[str, Path(description="Hexadecimal, in any case.", examples=["00f067aa0ba902b7"])],
    query: Query = Depends(query_of),
) -> Response:
    """One span as it was sent, whole, with its log records."""
    return json_answer(shown_detail(query.span(trace_id, span_id)))


@router.get("/find", response_model=FindAnswer)
def find(
    trace_id: TraceId,
    text: Annotated[
        str,
        Parameter(
            description='Words, "phrases" and -exclusions in names, services, ids, status messages, attribute keys and values,'
            " events, and bodies of logs.",
            examples=["timeout"],
        ),
    ] = "",
    query: Query = Depends(query_of),
) -> Response:
    """Which spans of a trace hold a text."""
    spans, truncated = query.find_in_trace(trace_id, text)
    return json_answer({"spans": spans, "truncated": truncated})


@router.get("/otlp", response_class=Response, responses={200: {"content": {"application/json": {}}}})
def otlp(trace_id: TraceId, query: Query = Depends(query_of)) -> Response:
    """The trace as OTLP/JSON, as a file: what any OTLP server takes at /v1/traces."""
    trace = query.trace(trace_id, logs=False)
    return Response(
        orjson.dumps({"resourceSpans": resource_spans(trace.spans)}),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="trace-{trace.trace_id}.json"'},
    )


def _shown(found: Outline) -> dict[str, Any]:
    trace = found.trace
    start_ns = trace.start_ns
    return {
        "trace_id": trace.trace_id,
        "start": moment(start_ns),
        "start_ns": str(start_ns),
        "duration_ns": _bounded(trace.duration_ns),
        "depth": trace.depth,
        "errors": trace.errors,
        "total": found.total,
        "truncated": found.truncated,
        **_columns(found, start_ns),
        "critical": [(one.span, one.start_ns - start_ns, _bounded(one.end_ns - start_ns)) for one in found.critical],
        "findings": [
            {
                "kind": one.kind,
                "span": one.span,
                "spans": list(one.spans),
                "count": one.count,
                "ns": _bounded(one.ns),
                "message": one.message,
            }
            for one in found.findings
        ],
        "logs": [
            {
                "offset_ns": log.time_ns + (trace.spans[log.span].skew_ns if log.span >= 0 else 0) - start_ns,
                "span": log.span,
                "severity": log.severity,
                "severity_number": log.severity_number,
                "body": log.body,
                "cut": log.cut,
                "id": log.id,
            }
            for log in found.logs
        ],
        "logs_truncated": found.logs_truncated,
    }


def _columns(found: Outline, start_ns: int) -> dict[str, Any]:
    spans = found.trace.spans
    services: dict[str, int] = {}
    names: dict[str, int] = {}
    columns: dict[str, Any] = {
        "id": [span.span_id for span in spans],
        "parent": found.parents,
        "depth": [span.depth for span in spans],
        "service": [services.setdefault(span.service, len(services)) for span in spans],
        "name": [names.setdefault(span.name, len(names)) for span in spans],
        "kind": [_KIND[span.kind] for span in spans],
        "status": [_STATUS[span.status] for span in spans],
        "start": [span.start_ns + span.skew_ns - start_ns for span in spans],
        "duration": [_bounded(span.duration_ns) for span in spans],
        "flags": found.marks,
        "children": found.descendants,
    }
    counts, errors = [0] * len(services), [0] * len(services)
    for service, status in zip(columns["service"], columns["status"], strict=True):
        counts[service] += 1
        errors[service] += status == _STATUS["Error"]
    listed = [{"name": name, "spans": counts[index], "errors": errors[index]} for index, name in enumerate(services)]
    return {"services": listed, "names": list(names), "spans": columns}


_KIND = {name: number for number, name in enumerate(KINDS)}
_STATUS = {name: number for number, name in enumerate(STATUSES)}


def _bounded(length_ns: int) -> int:
    """A length that JSON can hold as a number, however absurd a sender's times are."""
    return min(length_ns, MAX_NS)

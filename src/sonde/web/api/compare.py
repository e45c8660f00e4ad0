"""`/sonde/compare`: two traces as one tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.spans import KINDS
from sonde.web.api.answer import json_answer, milliseconds, moment
from sonde.web.deps import query_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sonde.query.trace import Trace
    from sonde.query.tracediff import DiffNode

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Traces"])
_KINDS = {kind: number for number, kind in enumerate(KINDS)}


class ComparedTraceModel(BaseModel):
    """One of the two, in short."""

    trace_id: str
    root_service: str = Field(description="Service of the first root.")
    root_name: str
    start: str
    start_ns: str
    duration_ms: float
    spans: int
    errors: int
    services: int = Field(description="How many services took part.")


class ComparedSideModel(BaseModel):
    """What one trace has at each node of the tree; lists as long as the tree, zero and empty where it has nothing there."""

    count: list[int] = Field(description="Spans.")
    total_ms: list[float] = Field(description="Their durations' sum.")
    self_ms: list[float] = Field(description="Time in which none of their children ran, summed.")
    critical_ms: list[float] = Field(description="Their time on the trace's critical path.")
    errors: list[int]
    start_ms: list[float] = Field(description="When the first of them started, from the trace's start.")
    service: list[int] = Field(description="Index into services.")
    name: list[int] = Field(description="Index into names, of the first of them.")
    span_id: list[str] = Field(description="The longest of them; empty where there is none.")


class ComparedNodesModel(BaseModel):
    """The merged tree in preorder, one list a field: spans with the same path of service, name and kind are one node."""

    parent: list[int] = Field(description="Index of the node above, -1 at roots.")
    depth: list[int]
    kind: list[int] = Field(description="OTLP's number, 0 to 5.")
    a: ComparedSideModel
    b: ComparedSideModel


class ComparedAttributeModel(BaseModel):
    """An attribute that differs, at the roots, at the nodes that differ most, or of a service's resource."""

    node: int = Field(description="Index of the node; -1 for a resource attribute of the service.")
    service: str
    key: str
    a: list[str] = Field(description="Its values in a, at most 5, long ones cut; empty where it is absent.")
    b: list[str]


class CompareAnswer(BaseModel):
    """Two traces and what is between them. Differences of critical_ms add up to the difference in duration that is explained."""

    a: ComparedTraceModel
    b: ComparedTraceModel
    services: list[str]
    names: list[str]
    nodes: ComparedNodesModel
    attributes: list[ComparedAttributeModel]
    truncated: bool = Field(
        description="Nodes with the smallest differences are missing, or one trace was too large to read."
    )
    attributes_truncated: bool


@router.get("/compare", response_model=CompareAnswer)
def compare(
    a: Annotated[
        str, Parameter(description="The trace that is compared with.", examples=["5b8efff798038103d269b633813fc60c"])
    ],
    b: Annotated[
        str, Parameter(description="The trace that is compared.", examples=["0af7651916cd43dd8448eb211c80319c"])
    ],
    query: Query = Depends(query_of),
) -> Response:
    """Where two traces did the same, where one did more, and where the time went; 404 where one is not stored."""
    found = query.compare(a, b)
    services, names = _Numbers(), _Numbers()
    nodes = found.diff.nodes
    body = {
        "a": _summary(found.a),
        "b": _summary(found.b),
        "nodes": {
            "parent": [node.parent for node in nodes],
            "depth": [node.depth for node in nodes],
            "kind": [_KINDS.get(node.kind, 0) for node in nodes],
            "a": _side(nodes, "a", found.a, services, names),
            "b": _side(nodes, "b", found.b, services, names),
        },
        "attributes": [
            {"node": one.node, "service": one.service, "key": one.key, "a": one.a, "b": one.b}
            for one in found.attributes
        ],
        "truncated": found.diff.truncated or found.spans_truncated,
        "attributes_truncated": found.attributes_truncated,
        "services": services.texts,
        "names": names.texts,
    }
    return json_answer(body)


class _Numbers:
    """Texts by number, each once."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._known.setdefault(text, len(self._known))

    @property
    def texts(self) -> list[str]:
        return list(self._known)


def _summary(trace: Trace) -> dict[str, Any]:
    root = next((span for span in trace.spans if not span.parent_span_id), trace.spans[0])
    return {
        "trace_id": trace.trace_id,
        "root_service": root.service,
        "root_name": root.name,
        "start": moment(trace.start_ns),
        "start_ns": str(trace.start_ns),
        "duration_ms": milliseconds(trace.duration_ns),
        "spans": len(trace.spans),
        "errors": trace.errors,
        "services": len(trace.services),
    }


def _side(nodes: Sequence[DiffNode], which: str, trace: Trace, services: _Numbers, names: _Numbers) -> dict[str, Any]:
    sides = [node.a if which == "a" else node.b for node in nodes]
    return {
        "count": [side.count for side in sides],
        "total_ms": [milliseconds(side.total_ns) for side in sides],
        "self_ms": [milliseconds(side.self_ns) for side in sides],
        "critical_ms": [milliseconds(side.critical_ns) for side in sides],
        "errors": [side.errors for side in sides],
        "start_ms": [milliseconds(side.first_ns) for side in sides],
        "service": [services(node.service if which == "a" else node.service_b) for node in nodes],
        "name": [names(side.name) for side in sides],
        "span_id": [trace.spans[side.spans[0]].span_id if side.spans else "" for side in sides],
    }

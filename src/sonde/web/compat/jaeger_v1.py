"""Jaeger's query API v1 as Grafana's Jaeger data source and older Jaeger user interfaces call it.

    GET /api/services                         names
    GET /api/services/{service}/operations    span names of one service
    GET /api/operations?service&spanKind      span names and kinds
    GET /api/traces?service&operation&tags&tag&start&end&minDuration&maxDuration&limit&traceID
    GET /api/traces/{id}                      one trace
    GET /api/dependencies?endTs&lookback      which service called which, milliseconds

Every answer is `{"data", "total", "limit", "offset", "errors"}`. `start` and `end` of a search are microseconds; durations
are Go's (`1.5ms`); without a start, a search looks 48 hours back. On one trace by its id `start` and `end` are ignored:
they are hints to stores that need them, and clients disagree about their unit.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from sonde.core.errors import NotFoundError, SondeError, ValidationError
from sonde.query.query import Query
from sonde.web.compat.jaeger_model import short_trace_id, ui_trace
from sonde.web.compat.jaeger_search import found, service_names, trace_id_of, v1_search
from sonde.web.deps import query_of

__all__ = ["router"]

_DAY_MS = 24 * 3600 * 1000


class _Route(APIRoute):
    """Answers errors in v1's envelope."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with every `SondeError` turned into an answer."""
        handle = super().get_route_handler()

        async def handle_or_explain(request: Request) -> Response:
            try:
                return await handle(request)
            except SondeError as error:
                status = error.traits.http_status
                return _envelope(None, errors=[{"code": status, "msg": error.message}], status=status)

        return handle_or_explain


router = APIRouter(prefix="/api", route_class=_Route, tags=["Jaeger v1"])


def _envelope(
    data: Sequence[Any] | None, *, total: int = 0, errors: list[dict[str, Any]] | None = None, status: int = 200
) -> Response:
    body = {"data": data, "total": total, "limit": 0, "offset": 0, "errors": errors}
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")


@router.get("/services")
def services(query: Query = Depends(query_of)) -> Response:
    """Names of all services."""
    names = service_names(query)
    return _envelope(names, total=len(names))


@router.get("/services/{service:path}/operations")
def service_operations(service: str, query: Query = Depends(query_of)) -> Response:
    """Span names of one service, of every kind."""
    names = list(dict.fromkeys(operation.name for operation in query.operations(service)))
    return _envelope(names, total=len(names))


@router.get("/operations")
def operations(request: Request, query: Query = Depends(query_of)) -> Response:
    """Span names and kinds of one service."""
    asked = request.query_params
    if not asked.get("service"):
        raise ValidationError("parameter 'service' is required")
    data = [
        {"name": operation.name, "spanKind": "" if operation.kind == "Unspecified" else operation.kind.lower()}
        for operation in query.operations(asked["service"], asked.get("spanKind", ""))
    ]
    return _envelope(data, total=len(data))


@router.get("/traces")
def find_traces(request: Request, query: Query = Depends(query_of)) -> Response:
    """Whole traces that a search finds, or those whose ids are given."""
    asked = request.query_params.getlist("traceID")
    if asked:
        return _by_ids(query, [trace_id_of(text) for text in asked])
    search, count = v1_search(request.query_params, query.clock.now_ns())
    traces = query.traces(summary.trace_id for summary in found(query, search, count))
    return _envelope([ui_trace(trace) for trace in traces])


def _by_ids(query: Query, trace_ids: list[str]) -> Response:
    traces = query.traces(trace_ids)
    missing = dict.fromkeys(trace_ids).keys() - {trace.trace_id for trace in traces}
    errors = [{"msg": "trace not found", "traceID": short_trace_id(trace_id)} for trace_id in sorted(missing)]
    return _envelope([ui_trace(trace) for trace in traces], errors=errors or None)


@router.get("/traces/{trace_id}")
def get_trace(trace_id: str, query: Query = Depends(query_of)) -> Response:
    """One trace whole; 404 when it is not stored."""
    try:
        trace = query.trace(trace_id_of(trace_id), logs=False)
    except NotFoundError:
        raise NotFoundError("trace not found") from None
    return _envelope([ui_trace(trace)])


@router.get("/dependencies")
def dependencies(request: Request, query: Query = Depends(query_of)) -> Response:
    """Calls between services within `lookback` milliseconds before `endTs`; the last day where nothing is said."""
    end_ms = _milliseconds(request, "endTs", query.clock.now_ns() // 10**6)
    start_ms = max(0, end_ms - _milliseconds(request, "lookback", _DAY_MS))
    service = request.query_params.get("service")
    edges = query.edges(start_ms * 10**6, end_ms * 10**6)
    return _envelope(
        [
            {"parent": edge.client, "child": edge.server, "callCount": edge.calls}
            for edge in edges
            if edge.server_type == "service" and (not service or service in {edge.client, edge.server})
        ]
    )


def _milliseconds(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if not text:
        return default
    if not text.isdecimal() or len(text) > 15:
        raise ValidationError(f"unable to parse param '{name}': {text!r} is not a count of milliseconds")
    return int(text)

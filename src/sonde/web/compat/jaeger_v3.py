"""Jaeger's query API v3 as Jaeger's own user interface and Grafana call it: traces are OTLP/JSON.

    GET /api/v3/services                      {"services": [...]}
    GET /api/v3/operations?service&spanKind   {"operations": [{"name", "spanKind"}]}
    GET /api/v3/traces?query.…                {"result": {"resourceSpans": [...]}}
    GET /api/v3/traces/{id}                   the same, one trace
    GET /api/v3/trace-summaries?query.…       {"summaries": [...]}

Parameters are accepted in camelCase (`query.serviceName`) and in the older snake_case (`query.service_name`). An answer is
one JSON object, never a sequence of chunks: that is what Jaeger's HTTP gateway sends and its clients read. Errors are
`{"error": {"grpcCode", "httpCode", "message"}}`; a search that finds nothing is 404 "No traces found", as in Jaeger.

Spans are given as they were sent: Jaeger's adjustments (clock skew, moved attributes) are not applied, so `rawTraces`
changes nothing. The filter expression (`query.filter`) is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from sonde.core.errors import NotFoundError, SondeError, ValidationError
from sonde.query.query import Query
from sonde.query.traces import TraceSummary
from sonde.web.compat.jaeger_search import found, service_names, trace_id_of, v3_search
from sonde.web.deps import query_of
from sonde.web.otlp_json import resource_spans

__all__ = ["router"]


class _Route(APIRoute):
    """Answers errors in v3's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with every `SondeError` turned into an answer."""
        handle = super().get_route_handler()

        async def handle_or_explain(request: Request) -> Response:
            try:
                return await handle(request)
            except SondeError as error:
                return _refusal(error)

        return handle_or_explain


router = APIRouter(prefix="/api/v3", route_class=_Route, tags=["Jaeger v3"])


def _refusal(error: SondeError) -> Response:
    status = error.traits.http_status
    detail = {"grpcCode": error.traits.grpc_code, "httpCode": status, "message": error.message}
    return _json({"error": detail}, status)


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")


@router.get("/services")
def services(query: Query = Depends(query_of)) -> Response:
    """Names of all services."""
    return _json({"services": service_names(query)})


@router.get("/operations")
def operations(request: Request, query: Query = Depends(query_of)) -> Response:
    """Span names and kinds of one service: `service`, and `spanKind` (or `span_kind`) for one kind only."""
    asked = request.query_params
    service, kind = asked.get("service", ""), asked.get("spanKind") or asked.get("span_kind") or ""
    if not service:
        raise ValidationError("parameter 'service' is required")
    found_operations = query.operations(service, kind)
    return _json({"operations": [{"name": each.name, "spanKind": _kind(each.kind)} for each in found_operations]})


def _kind(kind: str) -> str:
    """Jaeger calls a span of unspecified kind internal."""
    return "internal" if kind == "Unspecified" else kind.lower()


@router.get("/traces")
def find_traces(request: Request, query: Query = Depends(query_of)) -> Response:
    """Whole traces that a search finds; 404 when there are none."""
    search, count = v3_search(request.query_params, query.clock.now_ns())
    traces = query.traces(summary.trace_id for summary in found(query, search, count))
    if not traces:
        raise NotFoundError("No traces found")
    return _result([group for trace in traces for group in resource_spans(trace.spans)])


@router.get("/trace-summaries")
def find_summaries(request: Request, query: Query = Depends(query_of)) -> Response:
    """What a list of results shows of the traces that a search finds; an empty list when there are none."""
    search, count = v3_search(request.query_params, query.clock.now_ns())
    return _json({"summaries": [_summary(summary) for summary in found(query, search, count)]})


@router.get("/traces/{trace_id}")
def get_trace(trace_id: str, query: Query = Depends(query_of)) -> Response:
    """One trace whole, by an id in hexadecimal (short and upper-case ones too) or base64; 404 when it is not stored."""
    return _result(resource_spans(query.trace(trace_id_of(trace_id), logs=False).spans))


def _result(groups: list[dict[str, Any]]) -> Response:
    return _json({"result": {"resourceSpans": groups}})


def _summary(summary: TraceSummary) -> dict[str, Any]:
    return {
        "traceId": summary.trace_id,
        "rootServiceName": summary.root_service,
        "rootOperationName": summary.root_name,
        "minStartTimeUnixNano": str(summary.start_ns),
        "maxEndTimeUnixNano": str(summary.start_ns + summary.duration_ns),
        "spanCount": summary.spans,
        "errorSpanCount": summary.errors,
        "services": [{"name": name, "spanCount": spans} for name, spans in summary.services],
    }

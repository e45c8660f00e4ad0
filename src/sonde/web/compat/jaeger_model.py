"""A stored trace in the shape of Jaeger's v1 answers: spans with tags, logs, references and processes.

The translation is OpenTelemetry's "Jaeger" compatibility page (specification, trace/sdk_exporters) as Jaeger's own query
service applies it: scope, kind, status and trace state become tags behind the span's attributes; an error status also
becomes `error=true`; events become logs with an `event` field; the parent is a CHILD_OF reference and comes first, links
are FOLLOWS_FROM unless they say `opentracing.ref_type=child_of`. Times are microseconds. Arrays and maps become JSON
text; integers that JavaScript cannot hold become strings.

Times stay as the senders' clocks had them; what assembling the trace found (a missing parent, clock skew, copies) is
said in the span's warnings.
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

import orjson

from sonde.core.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sonde.query.spans import Event, Link, Span, Value
    from sonde.query.trace import Trace

__all__ = ["NO_SERVICE", "short_trace_id", "tag", "ui_trace"]

NO_SERVICE = "OTLPResourceNoServiceName"
"""The service's name where the resource has none, as Jaeger's translation calls it."""

_JS_SAFE = 2**53 - 1


def ui_trace(trace: Trace) -> dict[str, Any]:
    """One element of v1's `data`."""
    processes: dict[bytes, tuple[str, dict[str, Any]]] = {}
    names: dict[int, str] = {}
    spans = []
    for span in trace.spans:
        process_id = names.get(id(span.resource))
        if process_id is None:
            process = _process(span)
            key = orjson.dumps(process, option=orjson.OPT_SORT_KEYS)
            process_id = processes.setdefault(key, (f"p{len(processes) + 1}", process))[0]
            names[id(span.resource)] = process_id
        spans.append(_span(span, process_id))
    return {
        "traceID": short_trace_id(trace.trace_id),
        "spans": spans,
        "processes": dict(processes.values()),
        "warnings": None,
    }


def short_trace_id(trace_id: str) -> str:
    """A trace id as Jaeger prints it: 16 digits where the upper half is zero, 32 otherwise."""
    return trace_id[16:] if trace_id.startswith("0" * 16) else trace_id


def tag(key: str, value: Value) -> dict[str, Any]:
    """A typed key and value."""
    kind, shown = _typed(value)
    return {"key": key, "type": kind, "value": shown}


def _typed(value: Value) -> tuple[str, Any]:
    match value:
        case bool():
            return "bool", value
        case int():
            return "int64", value if abs(value) <= _JS_SAFE else str(value)
        case float():
            return "float64", value if math.isfinite(value) else str(value)
        case bytes():
            return "binary", base64.b64encode(value).decode()
        case list() | dict():
            return "string", orjson.dumps(value).decode()
        case _:
            return "string", value or ""


def _process(span: Span) -> dict[str, Any]:
    attributes = span.resource.attributes
    tags = [tag(key, value) for key, value in attributes.items() if key != "service.name"]
    return {"serviceName": span.service or NO_SERVICE, "tags": tags}


def _span(span: Span, process_id: str) -> dict[str, Any]:
    return {
        "traceID": short_trace_id(span.trace_id),
        "spanID": span.span_id,
        **({"flags": span.flags} if span.flags else {}),
        "operationName": span.name,
        "references": _references(span),
        "startTime": span.start_ns // 1000,
        "duration": span.duration_ns // 1000,
        "tags": _tags(span),
        "logs": [_log(event) for event in span.events],
        "processID": process_id,
        "warnings": _warnings(span) or None,
    }


def _tags(span: Span) -> list[dict[str, Any]]:
    is_error = span.status == "Error"
    behind: dict[str, str | bool] = {
        "span.kind": "" if span.kind == "Unspecified" else span.kind.lower(),
        "otel.status_code": "" if span.status == "Unset" else span.status.upper(),
        "error": is_error,
        "otel.status_description": span.status_message,
        "w3c.tracestate": span.trace_state,
    }
    before: dict[str, str | bool] = {"otel.scope.name": span.scope.name, "otel.scope.version": span.scope.version}
    return [*_present(before), *(tag(key, value) for key, value in span.attributes.items()), *_present(behind)]


def _present(tags: Mapping[str, str | bool]) -> Iterable[dict[str, Any]]:
    return (tag(key, value) for key, value in tags.items() if value)


def _log(event: Event) -> dict[str, Any]:
    fields = [tag(key, value) for key, value in event.attributes.items()]
    if event.name and "event" not in event.attributes:
        fields.insert(0, tag("event", event.name))
    return {"timestamp": event.time_ns // 1000, "fields": fields}


def _references(span: Span) -> list[dict[str, str]]:
    references = []
    if span.parent_span_id:
        references.append(_reference("CHILD_OF", span.trace_id, span.parent_span_id))
    for link in span.links:
        if references and span.parent_span_id == link.span_id and span.trace_id == link.trace_id:
            references[0]["refType"] = _kind_of(link)
        elif link.trace_id:
            references.append(_reference(_kind_of(link), link.trace_id, link.span_id))
    return references


def _reference(kind: str, trace_id: str, span_id: str) -> dict[str, str]:
    return {"refType": kind, "traceID": short_trace_id(trace_id), "spanID": span_id}


def _kind_of(link: Link) -> str:
    return "CHILD_OF" if link.attributes.get("opentracing.ref_type") == "child_of" else "FOLLOWS_FROM"


def _warnings(span: Span) -> list[str]:
    warnings = []
    if span.missing_parent:
        warnings.append(f"the parent span {span.parent_span_id} is not in this trace")
    if span.skew_ns:
        skew = format_duration(span.skew_ns / 1e9)
        warnings.append(f"clock skew: {skew} would place this span within its parent; times are shown as sent")
    if span.copies:
        warnings.append(f"this span was received {span.copies + 1} times; one is shown")
    if span.shares_id:
        warnings.append("another span of this trace has the same id")
    return warnings

"""A stored trace as OTLP/JSON: what one downloads, and the shape inside Jaeger's v3 answers.

Spans are put back under the resource and scope they came with, in the order in which these first appear. Source: OTLP
specification 1.x, "JSON Protobuf Encoding": lowerCamelCase names, hexadecimal lower-case ids, 64-bit integers as
strings, enumerations as numbers, bytes as base64. As protobuf's JSON mapping allows, fields with their default value are
left out; `status`, `resource` and `scope` are always there, as Jaeger writes them.

Not promised: whether a field was absent or present with its default; the order of attributes within one map.
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

import orjson

from sonde.query.spans import KINDS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sonde.query.spans import Event, Link, Resource, Scope, Span, Value

__all__ = ["any_value", "resource_spans"]


def resource_spans(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """OTLP's `resourceSpans`: the spans grouped by resource, then by scope."""
    resources: dict[bytes, dict[str, Any]] = {}
    scopes: dict[tuple[bytes, bytes], list[dict[str, Any]]] = {}
    keys: dict[int, bytes] = {}
    for span in spans:
        resource = keys.get(id(span.resource)) or keys.setdefault(id(span.resource), _identity(span.resource))
        scope = keys.get(id(span.scope)) or keys.setdefault(id(span.scope), _identity(span.scope))
        if resource not in resources:
            resources[resource] = _resource(span.resource)
        if (resource, scope) not in scopes:
            group = _scope(span.scope)
            resources[resource]["scopeSpans"].append(group)
            scopes[resource, scope] = group["spans"]
        scopes[resource, scope].append(_span(span))
    return list(resources.values())


def any_value(value: Value) -> dict[str, Any]:
    """An OTLP `AnyValue`; an empty one for None."""
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case str():
            return {"stringValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value if math.isfinite(value) else _NOT_FINITE[str(value)]}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case list():
            return {"arrayValue": {"values": [any_value(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": _attributes(value)}}


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _identity(part: Resource | Scope) -> bytes:
    """Equal for resources, or scopes, with equal content."""
    fields = {name: getattr(part, name) for name in part.__dataclass_fields__ if name != "attributes"}
    fields["attributes"] = {key: any_value(value) for key, value in part.attributes.items()}
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)


def _resource(resource: Resource) -> dict[str, Any]:
    body = _without_defaults(
        attributes=_attributes(resource.attributes), droppedAttributesCount=resource.dropped_attributes
    )
    return {"resource": body, "scopeSpans": [], **_without_defaults(schemaUrl=resource.schema_url)}


def _scope(scope: Scope) -> dict[str, Any]:
    body = _without_defaults(
        name=scope.name,
        version=scope.version,
        attributes=_attributes(scope.attributes),
        droppedAttributesCount=scope.dropped_attributes,
    )
    return {"scope": body, "spans": [], **_without_defaults(schemaUrl=scope.schema_url)}


def _span(span: Span) -> dict[str, Any]:
    status = _without_defaults(message=span.status_message, code=STATUSES.index(span.status))
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        **_without_defaults(traceState=span.trace_state, parentSpanId=span.parent_span_id, flags=span.flags),
        "name": span.name,
        **_without_defaults(kind=KINDS.index(span.kind)),
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        **_without_defaults(
            attributes=_attributes(span.attributes),
            droppedAttributesCount=span.dropped_attributes,
            events=[_event(event) for event in span.events],
            droppedEventsCount=span.dropped_events,
            links=[_link(link) for link in span.links],
            droppedLinksCount=span.dropped_links,
        ),
        "status": status,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "timeUnixNano": str(event.time_ns),
        "name": event.name,
        **_without_defaults(attributes=_attributes(event.attributes), droppedAttributesCount=event.dropped_attributes),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "traceId": link.trace_id,
        "spanId": link.span_id,
        **_without_defaults(
            traceState=link.trace_state,
            attributes=_attributes(link.attributes),
            droppedAttributesCount=link.dropped_attributes,
            flags=link.flags,
        ),
    }


def _attributes(attributes: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [{"key": key, "value": any_value(value)} for key, value in attributes.items()]


def _without_defaults(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}

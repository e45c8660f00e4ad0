"""Spans from the rows of `otel_traces`: which columns are read, and how a row becomes a `Span`.

Resource and scope repeat from span to span, so equal ones become one object: a trace of 50,000 spans holds a handful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sonde.query.spans import Event, Link, Resource, Scope, Span
from sonde.query.values import typed_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["SPAN_COLUMNS", "read_spans"]

SPAN_COLUMNS = """
    TraceId, SpanId, ParentSpanId, TraceState, Flags, SpanName, toString(SpanKind) AS Kind, ServiceName,
    toUnixTimestamp64Nano(Timestamp) AS StartNs, Duration, toString(StatusCode) AS Status, StatusMessage,
    SpanAttributes, SpanAttributesKinds, DroppedAttributesCount, DroppedEventsCount, DroppedLinksCount,
    ResourceAttributes, ResourceAttributesKinds, ResourceSchemaUrl, ResourceDroppedAttributesCount,
    ScopeName, ScopeVersion, ScopeAttributes, ScopeAttributesKinds, ScopeSchemaUrl, ScopeDroppedAttributesCount,
    arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS EventTimes, Events.Name AS EventNames,
    Events.Attributes AS EventAttributes, Events.AttributesKinds AS EventKinds,
    Events.DroppedAttributesCount AS EventDropped,
    Links.TraceId AS LinkTraces, Links.SpanId AS LinkSpans, Links.TraceState AS LinkStates,
    Links.Attributes AS LinkAttributes, Links.AttributesKinds AS LinkKinds, Links.Flags AS LinkFlags,
    Links.DroppedAttributesCount AS LinkDropped
"""


def read_spans(rows: Iterable[Mapping[str, Any]]) -> Iterator[Span]:
    """Spans from rows with SPAN_COLUMNS, in the rows' order."""
    resources: dict[str, Resource] = {}
    scopes: dict[str, Scope] = {}
    for row in rows:
        yield Span(
            trace_id=row["TraceId"],
            span_id=row["SpanId"],
            parent_span_id=row["ParentSpanId"],
            name=row["SpanName"],
            kind=row["Kind"],
            service=row["ServiceName"],
            start_ns=int(row["StartNs"]),
            duration_ns=int(row["Duration"]),
            status=row["Status"],
            status_message=row["StatusMessage"],
            trace_state=row["TraceState"],
            flags=int(row["Flags"]),
            attributes=typed_map(row["SpanAttributes"], row["SpanAttributesKinds"]),
            resource=_resource(row, resources),
            scope=_scope(row, scopes),
            events=_events(row),
            links=_links(row),
            dropped_attributes=int(row["DroppedAttributesCount"]),
            dropped_events=int(row["DroppedEventsCount"]),
            dropped_links=int(row["DroppedLinksCount"]),
        )


def _resource(row: Mapping[str, Any], known: dict[str, Resource]) -> Resource:
    parts = (
        row["ResourceAttributes"],
        row["ResourceAttributesKinds"],
        row["ResourceSchemaUrl"],
        int(row["ResourceDroppedAttributesCount"]),
    )
    name = repr(parts)
    if name not in known:
        known[name] = Resource(typed_map(parts[0], parts[1]), parts[2], parts[3])
    return known[name]


def _scope(row: Mapping[str, Any], known: dict[str, Scope]) -> Scope:
    parts = (
        row["ScopeName"],
        row["ScopeVersion"],
        row["ScopeAttributes"],
        row["ScopeAttributesKinds"],
        row["ScopeSchemaUrl"],
        int(row["ScopeDroppedAttributesCount"]),
    )
    name = repr(parts)
    if name not in known:
        known[name] = Scope(parts[0], parts[1], typed_map(parts[2], parts[3]), parts[4], parts[5])
    return known[name]


def _events(row: Mapping[str, Any]) -> tuple[Event, ...]:
    if not row["EventTimes"]:
        return ()
    columns = (row["EventTimes"], row["EventNames"], row["EventAttributes"], row["EventKinds"], row["EventDropped"])
    return tuple(
        Event(int(time), name, typed_map(values, kinds), int(dropped))
        for time, name, values, kinds, dropped in zip(*columns, strict=True)
    )


def _links(row: Mapping[str, Any]) -> tuple[Link, ...]:
    if not row["LinkTraces"]:
        return ()
    columns = ("LinkTraces", "LinkSpans", "LinkStates", "LinkAttributes", "LinkKinds", "LinkFlags", "LinkDropped")
    return tuple(
        Link(trace, span, state, typed_map(values, kinds), int(flags), int(dropped))
        for trace, span, state, values, kinds, flags, dropped in zip(*(row[name] for name in columns), strict=True)
    )

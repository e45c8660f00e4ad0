"""Spans, traces and log records as JSON: the shapes that the command line and the user interface read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sonde.query.values import plain, plain_map
from sonde.web.api.answer import milliseconds, moment

if TYPE_CHECKING:
    from sonde.query.logrows import LogRecord
    from sonde.query.spandetail import SpanDetail
    from sonde.query.spans import Resource, Scope, Span
    from sonde.query.trace import Trace
    from sonde.query.traces import TraceSummary

__all__ = ["shown_detail", "shown_log", "shown_span", "shown_summary", "shown_trace"]


def shown_summary(summary: TraceSummary) -> dict[str, Any]:
    """One line of a search's answer."""
    return {
        "trace_id": summary.trace_id,
        "root_service": summary.root_service,
        "root_name": summary.root_name,
        "start": moment(summary.start_ns),
        "start_ns": str(summary.start_ns),
        "duration_ms": milliseconds(summary.duration_ns),
        "spans": summary.spans,
        "errors": summary.errors,
        "services": [{"name": name, "spans": spans} for name, spans in summary.services],
        "matched": summary.matched,
    }


def shown_trace(trace: Trace) -> dict[str, Any]:
    """One trace whole; offsets are from its start."""
    start_ns = trace.start_ns
    return {
        "trace_id": trace.trace_id,
        "start": moment(start_ns),
        "start_ns": str(start_ns),
        "duration_ms": milliseconds(trace.duration_ns),
        "services": [{"name": name, "spans": spans} for name, spans in trace.services.items()],
        "errors": trace.errors,
        "depth": trace.depth,
        "spans": [shown_span(span, start_ns) for span in trace.spans],
        "logs": [shown_log(record) for record in trace.logs],
        "logs_truncated": trace.logs_truncated,
    }


def shown_span(span: Span, trace_start_ns: int) -> dict[str, Any]:
    """One span in its place; `start` and offsets have the clock skew taken out, `start_ns` is as sent."""
    return {
        **_fields(span, trace_start_ns),
        "depth": span.depth,
        "offset_ms": milliseconds(span.shown_start_ns - trace_start_ns),
        "missing_parent": span.missing_parent,
        "skew_ms": milliseconds(span.skew_ns),
        "copies": span.copies,
        "shares_id": span.shares_id,
    }


def shown_detail(detail: SpanDetail) -> dict[str, Any]:
    """Everything of one span id; offsets of events are from the span's start."""
    return {
        "spans": [_fields(span, span.start_ns) for span in detail.spans],
        "logs": [shown_log(record) for record in detail.logs],
        "logs_truncated": detail.logs_truncated,
    }


def _fields(span: Span, zero_ns: int) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "service": span.service,
        "name": span.name,
        "kind": span.kind,
        "status": span.status,
        "status_message": span.status_message,
        "start": moment(span.shown_start_ns),
        "start_ns": str(span.start_ns),
        "duration_ms": milliseconds(span.duration_ns),
        "duration_ns": str(span.duration_ns),
        "attributes": plain_map(span.attributes),
        "resource": plain_map(span.resource.attributes),
        "scope": _scope(span.scope),
        "events": [
            {
                "name": event.name,
                "time": moment(event.time_ns + span.skew_ns),
                "time_ns": str(event.time_ns),
                "offset_ms": milliseconds(event.time_ns + span.skew_ns - zero_ns),
                "attributes": plain_map(event.attributes),
                "dropped_attributes": event.dropped_attributes,
            }
            for event in span.events
        ],
        "links": [
            {
                "trace_id": link.trace_id,
                "span_id": link.span_id,
                "trace_state": link.trace_state,
                "flags": link.flags,
                "attributes": plain_map(link.attributes),
                "dropped_attributes": link.dropped_attributes,
            }
            for link in span.links
        ],
        "trace_state": span.trace_state,
        "flags": span.flags,
        "dropped": {
            "attributes": span.dropped_attributes,
            "events": span.dropped_events,
            "links": span.dropped_links,
        },
        "schema_url": span.resource.schema_url,
    }


def shown_log(record: LogRecord, cut: int = 0) -> dict[str, Any]:
    """One log record; text of its body beyond `cut` characters is left out (0: the body whole)."""
    body = plain(record.body)
    shown: dict[str, Any] = {
        "time": moment(record.time_ns),
        "time_ns": str(record.time_ns),
        "observed_ns": str(record.observed_ns),
        "severity": record.severity,
        "severity_number": record.severity_number,
        "service": record.service,
        "body": body,
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        "flags": record.flags,
        "attributes": plain_map(record.attributes),
        "dropped_attributes": record.dropped_attributes,
        "resource": _resource(record.resource),
        "scope": _scope(record.scope),
        "event_name": record.event_name,
        "id": record.id,
        "body_characters": None,
    }
    if cut and isinstance(body, str) and len(body) > cut:
        shown |= {"body": body[:cut], "body_characters": len(body)}
    return shown


def _resource(resource: Resource) -> dict[str, Any]:
    return plain_map(resource.attributes)


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "name": scope.name,
        "version": scope.version,
        "attributes": plain_map(scope.attributes),
        "schema_url": scope.schema_url,
    }

"""What spans, traces and log records look like in answers, for the description of the API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

__all__ = ["LogModel", "ScopeModel", "SpanDetailModel", "SpanFieldsModel", "SpanModel", "SummaryModel", "TraceModel"]

Attributes = dict[str, Any]


class ShareModel(BaseModel):
    """How much of a trace is one service's."""

    name: str
    spans: int


class SummaryModel(BaseModel):
    """One found trace."""

    trace_id: str
    root_service: str = Field(description="Service of the root, or of the earliest span where the root is missing.")
    root_name: str
    start: str
    start_ns: str
    duration_ms: float = Field(description="From the earliest start to the latest end.")
    spans: int
    errors: int
    services: list[ShareModel] = Field(description="Most spans first.")
    matched: int = Field(description="Spans that met the conditions.")


class ScopeModel(BaseModel):
    """The instrumentation that made a record."""

    name: str
    version: str
    attributes: Attributes
    schema_url: str


class EventModel(BaseModel):
    """Something that happened at one moment of a span."""

    name: str
    time: str
    time_ns: str = Field(description="As sent.")
    offset_ms: float = Field(description="From the trace's start; among a span's details, from the span's.")
    attributes: Attributes
    dropped_attributes: int


class LinkModel(BaseModel):
    """A pointer to another span."""

    trace_id: str
    span_id: str
    trace_state: str
    flags: int
    attributes: Attributes
    dropped_attributes: int


class SpanFieldsModel(BaseModel):
    """One span as it was sent."""

    span_id: str
    parent_span_id: str
    service: str
    name: str
    kind: str = Field(description="Unspecified, Internal, Server, Client, Producer or Consumer.")
    status: str = Field(description="Unset, Ok or Error.")
    status_message: str
    start: str
    start_ns: str
    duration_ms: float
    duration_ns: str
    attributes: Attributes = Field(description="Typed: text, booleans, numbers, lists, maps, null; bytes are base64.")
    resource: Attributes
    scope: ScopeModel
    events: list[EventModel]
    links: list[LinkModel]
    trace_state: str
    flags: int
    dropped: dict[str, int] = Field(description="What the sender dropped: attributes, events, links.")
    schema_url: str = Field(description="Of the resource.")


class SpanModel(SpanFieldsModel):
    """One span in its trace. `start`, offsets and event times have clock skew taken out; what ends in `_ns` is as sent."""

    depth: int = Field(description="0 at a root.")
    offset_ms: float = Field(description="From the trace's start.")
    missing_parent: bool = Field(description="It names a parent that is not in the trace, or one below itself.")
    skew_ms: float = Field(description="By how much the sender's clock was moved to put it into its parent.")
    copies: int = Field(description="Identical retransmissions that were folded into it.")
    shares_id: bool = Field(description="Another span has the same id and another kind.")


class LogModel(BaseModel):
    """One log record."""

    time: str
    time_ns: str
    observed_ns: str
    severity: str
    severity_number: int = Field(description="1 (TRACE) to 24 (FATAL4); 0 where the sender gave none.")
    service: str
    body: Any = Field(description="Text for most; any JSON value.")
    trace_id: str
    span_id: str
    flags: int
    attributes: Attributes
    dropped_attributes: int
    resource: Attributes
    scope: ScopeModel
    event_name: str
    id: str = Field(description="Names this record; /sonde/logs/context takes it.")
    body_characters: int | None = Field(description="How long the body is, where it was cut.")


class SpanDetailModel(BaseModel):
    """Everything of one span id."""

    spans: list[SpanFieldsModel] = Field(description="One, but for Zipkin's shared spans and retransmissions.")
    logs: list[LogModel] = Field(description="Log records that carry the span's id, oldest first.")
    logs_truncated: bool = Field(description="There are more than 1,000.")


class TraceModel(BaseModel):
    """One trace whole, its spans in preorder."""

    trace_id: str
    start: str
    start_ns: str
    duration_ms: float
    services: list[ShareModel] = Field(description="In the order in which they first appear.")
    errors: int
    depth: int = Field(description="Levels of the deepest branch.")
    spans: list[SpanModel]
    logs: list[LogModel] = Field(description="Log records that carry the trace's id, oldest first.")
    logs_truncated: bool
